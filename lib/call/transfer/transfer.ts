import type { Target } from '../../routing/route.ts';
import type { FailedAttempt } from '../set-up/attempt.ts';
import type { Leg } from '../leg.ts';
import type { HeaderLine, LegId, NewRequest } from '../signal.ts';

/**
 * One party (the transferor) gives the other (the transferee) to a third (the target).
 *
 *                             ┌──1xx: the transferor is told
 *                             ▼  │
 *     REFER, or asked for ──▶ calling the target ──2xx──▶ over: it takes the transferor's place, who departs
 *                             ▲  │
 *                             │  ├─ refused, silent ──▶ over: the call is as it was
 *        the next target ─────┘──┤                      (or released, when the transferor has gone)
 *                                └─ the transferee, or whoever ends the call ──▶ over: CANCEL
 *
 * Until the target has answered the two parties talk to each other as before, and the transferee gets no re-INVITE
 * (RFC 3725 §4.3 would have it wait without media). The transferor may go at any time: its place is empty then, and the
 * transfer goes on.
 */
export interface Transfer {
  readonly mode: Exclude<TransferMode, 'replaces'>;
  readonly transferor: LegId;
  readonly transferee: LegId;
  /** Who is being called. It has the transferor's role, and takes its place with the answer. */
  readonly target: Leg;
  /** Targets not tried yet. */
  readonly targets: readonly Target[];
  readonly invitation: Invitation;
  readonly startedAtMs: number;
}

/** Somebody has called to take the place of a party (RFC 3891): nobody is dialled for it. */
export interface Replacement extends Pick<Transfer, 'transferor' | 'transferee' | 'target' | 'startedAtMs'> {
  readonly mode: 'replaces';
  readonly invite: NewRequest;
  /** Who is to be replaced has rung, and failed meanwhile: that counts when nobody comes after all. */
  readonly failed?: FailedAttempt;
}

/** One at a time in a call. */
export type AnyTransfer = Transfer | Replacement;

/** `refer`: by the transferor itself; the others over an API. `blind`: the transferor goes at once. */
export type TransferMode = 'refer' | 'blind' | 'single-step' | 'attended' | 'replaces';

/** `abandoned`: the call ended; `refused`: it never began. */
export type TransferOutcome = 'transferred' | 'failed' | 'abandoned' | 'refused';

/** What each INVITE to a target says besides the offer and the data, which are those of its moment. */
export interface Invitation {
  /** As they came with the REFER, to cross like those of any INVITE. */
  readonly headers: readonly HeaderLine[];
  /** To stand there as they are. */
  readonly verbatim: readonly HeaderLine[];
  readonly maxForwards: number;
}
