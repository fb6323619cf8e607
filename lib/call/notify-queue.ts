import type { CallEvent } from '../events/event.ts';
import type { RequestId } from './signal.ts';

/** An event on its way to one leg, with what changed in it (for the short form over UDP). */
export interface Notification {
  readonly event: CallEvent;
  readonly changedKeys: readonly string[];
}

/**
 * Events that wait for one leg. At most one INFO is unanswered at a time, so that no event overtakes another.
 */
export interface NotifyQueue {
  readonly waiting: readonly Notification[];
  /** Our INFO that waits for its answer. */
  readonly inFlight: RequestId | undefined;
  /** When its change became true. */
  readonly inFlightSinceMs: number;
  /** The peer refused event INFOs for good (405, 415, 469, 489, 501). */
  readonly closed: boolean;
  /** Our OPTIONS that asks whether the dialog is still there. */
  readonly probe: RequestId | undefined;
}

export const emptyNotifyQueue: NotifyQueue = {
  waiting: [],
  inFlight: undefined,
  inFlightSinceMs: 0,
  closed: false,
  probe: undefined,
};
