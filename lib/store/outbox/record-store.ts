import type { CallEvent } from '../../events/event.ts';
import type { OutboxRecord } from '../../ports.ts';

/** An event to be kept, its record when it is to be published. */
export interface Entry {
  readonly event: CallEvent;
  readonly record: NewRecord | undefined;
}

/** A record before it has its place. */
export type NewRecord = Omit<OutboxRecord, 'position' | 'sequence'>;

/** Why a record was set apart. */
export interface SetApart {
  readonly code: string;
  readonly reason: string;
}

export interface Depth {
  readonly records: number;
  /** Of values. */
  readonly bytes: number;
  /** Time of the oldest event, ms since the epoch. */
  readonly oldestMs: number | undefined;
}

export interface ReadLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
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
  /** Gives how many older ones had to go for it. */
  setApart(record: OutboxRecord, why: SetApart): number;
  close(): Promise<void>;
}
