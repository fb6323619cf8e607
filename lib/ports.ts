import type { Call } from './call/call.ts';
import type { HeaderLine, NewRequest, Signal, SignallingEffect } from './call/signal.ts';
import type { ConnId } from './call/ids.ts';
import type { ScreeningRules, ScreeningVerdict } from './call/set-up/screening.ts';
import type { ErrorCode } from './errors.ts';
import type { CallEvent } from './events/event.ts';
import type { IncomingCall } from './events/incoming-call.ts';

/** The answer to a request outside a dialog other than INVITE. `ignore` leaves it without an answer. */
export type StandaloneAnswer =
  | { readonly status: number; readonly reason?: string; readonly headers: readonly HeaderLine[] }
  | 'ignore';

/** What the signalling shell tells. Both are synchronous: what follows from a signal has been done when they return. */
export interface SignallingUser {
  receiveSignal(signal: Signal): void;
  /** OPTIONS, MESSAGE, REGISTER … outside a dialog. */
  receiveStandalone(request: NewRequest): StandaloneAnswer;
  /** The way to the SIP engine came up or went down. */
  signallingChanged(up: boolean): void;
}

export interface ProbeTarget {
  readonly requestUri: string;
  /** Next hop URI, when it is not the Request-URI. */
  readonly via?: string;
}

/** SIP, in call words. */
export interface Signalling {
  start(user: SignallingUser): Promise<void>;
  /** Carries out one effect. Effects on an unknown or ended leg do nothing. Never throws. */
  perform(effect: SignallingEffect): void;
  /**
   * Asks somebody by OPTIONS outside a dialog. `answered` is called once, later: with the status of the final response, 408 for none and 503 when
   * nothing could be sent; undefined when the way to the SIP engine is down. Never throws.
   */
  probe(target: ProbeTarget, answered: (status: number | undefined) => void): void;
  /** `proto/host:port` of what SIP listens on; empty until started. */
  readonly listening: readonly string[];
  readonly up: boolean;
  stop(): Promise<void>;
}

export interface CallStore {
  get(connId: ConnId): Call | undefined;
  put(call: Call): void;
  remove(connId: ConnId): void;
  list(): Iterable<Call>;
  readonly size: number;
}

/** Things of one kind that survive the end of the process, by name. Never throws. */
export interface Shelf {
  /** What there is, that of earlier processes included. */
  entries(): readonly (readonly [name: string, thing: unknown])[];
  /** Written when it returns. `thing`: whatever JSON can say; undefined takes away what is there. */
  put(name: string, thing: unknown): void;
}

/** Consumers of events other than the legs. Never throws, never waits. */
export interface Publisher {
  publish(event: CallEvent): void;
}

/** Keeps events until they are published elsewhere. Never throws. */
export interface EventJournal {
  /** The events of one decision, before its effects; when it returns they survive the end of this process. */
  keep(events: readonly CallEvent[]): void;
  /** Why no new call may begin: it is full and set to `block-new-calls`, or cannot be written. */
  readonly obstacle: 'outbox-full' | undefined;
}

/** The topics of the event stream, by what is in them. */
export type StreamTopic = 'callThread' | 'agentState';

/** An event that waits for its publication. */
export interface OutboxRecord {
  /** Rises from record to record of an outbox; none comes twice. */
  readonly position: number;
  readonly topic: StreamTopic;
  readonly key: string;
  /** 1, 2, 3… within its topic and key. */
  readonly sequence: number;
  /** Its name. */
  readonly event: string;
  readonly timeMs: number;
  /** The event as JSON. */
  readonly value: Buffer;
}

/** What the publisher of the event stream needs of what was kept. */
export interface Outbox {
  /** Identity of this outbox, 16 hex digits; another file has another. */
  readonly id: string;
  /**
   * Oldest first, those after position `after`: at most `maxRecords`, and about `maxBytes` of values (at least one record). Throws
   * BatonError `outbox-failing`.
   */
  read(after: number, limits: { readonly maxRecords: number; readonly maxBytes: number }): OutboxRecord[];
  /** All up to and with this position are published: forgotten. */
  published(position: number): void;
  /**
   * Cannot be published: kept apart with its reason, and no longer read. Throws BatonError `outbox-failing`: it is where it was, and
   * nothing behind it may be called published.
   */
  setApart(record: OutboxRecord, why: { readonly code: string; readonly reason: string }): void;
  /** Called when something was kept, in a later turn of the loop, once for all that was kept until then. */
  onKept: (() => void) | undefined;
  /** `bytes` of whole records; `oldestMs`: time of the oldest event. */
  readonly depth: {
    readonly records: number;
    readonly bytes: number;
    readonly oldestMs: number | undefined;
  };
  close(): Promise<void>;
}

/** Whether events reach Kafka; `off`: there is none. */
export type StreamState =
  | { readonly stream: 'off' | 'healthy' }
  | {
      readonly stream: 'unhealthy';
      readonly code: ErrorCode;
      /** For people. */
      readonly reason: string;
      /** Since the epoch. */
      readonly sinceMs: number;
    };

/** Somebody outside who decides about calls that come in. */
export interface CallScreening {
  readonly rules: ScreeningRules;
  /**
   * Asks about one call. `onVerdict` is called once, later, in the end also without a decision, unless the result was called
   * before: it takes the question back. Never throws, never waits.
   */
  ask(incoming: IncomingCall, onVerdict: (verdict: ScreeningVerdict) => void): () => void;
}

/** Who records calls. All are synchronous, never throw, and are cheap for a call that nobody records. */
export interface CallRecorder {
  /** By this INVITE; nothing has been decided about it. */
  callBegan(call: Call, invite: NewRequest): void;
  /** As it is now: what was decided has been done and told. Its last is released, and there may be more after that. */
  callChanged(call: Call): void;
  /** By a defect, without a last state. */
  callGone(connId: ConnId): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Runs `fire` once after `delayMs`; the result cancels it. */
  after(delayMs: number, fire: () => void): () => void;
}
