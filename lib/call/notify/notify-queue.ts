import type { CallEvent } from '../../events/event.ts';
import type { Debt } from '../data/owed.ts';
import type { RequestId } from '../signal.ts';

/** An event on its way to one leg, with what changed in it (for the short form over UDP). */
export interface Notification {
  readonly event: CallEvent;
  readonly changedKeys: readonly string[];
}

/**
 * What is to be told to one leg, one request after the other, so that nothing overtakes.
 *
 *     idle ──change──▶ in flight ──2xx, refusal, timeout──▶ idle, or the next
 *                       │    ▲ └──481, 408──▶ probe ──any other answer──▶ idle, or the next
 *            491, 500 of│    │timer                └──481, 408──▶ call released
 *                UPDATE ▼    │
 *                      pausing
 *
 * A neighbour that is told by bodies gets every event. One that is told by headers gets what it is owed by then: its
 * queue holds one notification at most, which stands for all changes that wait.
 */
export interface NotifyQueue {
  readonly waiting: readonly Notification[];
  /** Our request that waits for its answer. */
  readonly inFlight: InFlight | undefined;
  /** The peer refused such requests for good (405, 415, 469, 489, 501). */
  readonly closed: boolean;
  /** Our OPTIONS that asks whether the dialog is still there. */
  readonly probe: RequestId | undefined;
  /** A timer runs before an UPDATE is tried again. */
  readonly pausing: boolean;
  /** How often in a row it was tried again. */
  readonly retries: number;
}

export interface InFlight {
  readonly request: RequestId;
  readonly notification: Notification;
  /** What the leg was owed and is told by it. */
  readonly settles: readonly Debt[];
}

export const emptyNotifyQueue: NotifyQueue = {
  waiting: [],
  inFlight: undefined,
  closed: false,
  probe: undefined,
  pausing: false,
  retries: 0,
};
