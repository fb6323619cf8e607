import type { AgentStateEvent, CallEvent, CallHandlingEvent } from '../../events/event.ts';
import type { OutboxRecord, StreamTopic } from '../../ports.ts';

/** An event to be kept, its record when it is to be published. */
export interface Entry {
  readonly event: CallEvent;
  readonly record: NewRecord | undefined;
}

/** A record before it has its place. */
export interface NewRecord {
  readonly topic: StreamTopic;
  readonly key: string;
  readonly timeMs: number;
  /** Of `recordBytes`; the store seals it. */
  readonly bytes: Buffer;
}

/** Why a record was set apart. */
export interface SetApart {
  readonly code: string;
  readonly reason: string;
}

export interface Depth {
  readonly records: number;
  /** Of the records, values and all. */
  readonly bytes: number;
  /** Time of the oldest event, ms since the epoch. */
  readonly oldestMs: number | undefined;
}

export interface ReadLimits {
  readonly maxRecords: number;
  /** Of values. */
  readonly maxBytes: number;
}

/** Who has not been told of the end. */
export interface LeftOpen {
  /** The last events of the parties of calls. */
  readonly lasts: readonly CallHandlingEvent[];
  /** The EventOffHook of each DN that is off the hook. */
  readonly lifted: readonly AgentStateEvent[];
  /** Of how many it cannot be read any more: those are forgotten. */
  readonly unreadable: number;
}

/** Where the records of an outbox lie. What changes something throws when it cannot, and then has changed nothing. */
export interface RecordStore {
  /** 16 hex digits. */
  readonly id: string;
  readonly depth: Depth;
  readonly deadLetters: number;
  /** Gives the records position and sequence, all or none. */
  append(entries: readonly Entry[]): void;
  /** As `Outbox.read`. */
  read(after: number, limits: ReadLimits): OutboxRecord[];
  /** Forgets all up to and with this position. */
  forget(upTo: number): void;
  /** Forgets the oldest as long as `isTooMuch` says so of what is there; gives how many. */
  dropWhile(isTooMuch: (depth: Depth) => boolean): number;
  /** No longer among those that are read. Gives how many older ones had to go for it. */
  setApart(record: OutboxRecord, why: SetApart): number;
  openParties(): LeftOpen;
  close(): Promise<void>;
}
