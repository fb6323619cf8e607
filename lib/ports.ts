import type { Call } from './call/call.ts';
import type { HeaderLine, NewRequest, Signal, SignallingEffect } from './call/signal.ts';
import type { ConnId } from './call/ids.ts';
import type { ScreeningRules, ScreeningVerdict } from './call/set-up/screening.ts';
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

/** SIP, in call words. */
export interface Signalling {
  start(user: SignallingUser): Promise<void>;
  /** Carries out one effect. Effects on an unknown or ended leg do nothing. Never throws. */
  perform(effect: SignallingEffect): void;
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

/** Consumers of events other than the legs. Never throws, never waits. */
export interface Publisher {
  publish(event: CallEvent): void;
}

/** Somebody outside who decides about calls that come in. */
export interface CallScreening {
  readonly rules: ScreeningRules;
  /**
   * Asks about one call. `onVerdict` is called once, later, in the end also without a decision, unless the result was called
   * before: it takes the question back. Never throws, never waits.
   */
  ask(incoming: IncomingCall, onVerdict: (verdict: ScreeningVerdict) => void): () => void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Runs `fire` once after `delayMs`; the result cancels it. */
  after(delayMs: number, fire: () => void): () => void;
}
