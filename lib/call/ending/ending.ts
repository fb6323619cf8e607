import { attemptFailed, type FailedAttempt, settleCancelled } from '../set-up/attempt.ts';
import { sipReason } from '../relay/capabilities.ts';
import { failure, wasAnswered } from './failure.ts';
import { ended, isRinging, type Leg } from '../leg.ts';
import { emptyPayload, headersForEnd } from '../relay/relay.ts';
import { type Ending, releaseCall } from './release.ts';
import type { LegId, Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';
import { cancelled, hangup, rejection, type Verdict } from './verdict.ts';

/**
 * The caller gave up. Its INVITE is answered 487 already; the callee gets CANCEL, before its first 1xx too
 * (the engine holds it).
 */
export function onCancelled(turn: Turn, signal: SignalOf<'cancelled'>): void {
  const caller = turn.leg(signal.leg);
  if (caller === undefined || caller.state.is === 'ended' || caller.state.is === 'confirmed') return;
  turn.changeLeg(caller, { state: ended });
  releaseCall(turn, {
    verdict: cancelled,
    reason: 'cancelled by the caller',
    leg: caller.id,
    answer: { status: 487, payload: emptyPayload },
    headers: relayedFrom(turn, caller, signal.payload),
  });
}

/**
 * BYE. A leg that has not answered yet and says BYE has failed (RFC 3261 §15 lets only the caller end an
 * early dialog so).
 */
export function onHungUp(turn: Turn, signal: SignalOf<'hungUp'>): void {
  const leg = standingLeg(turn, signal.leg);
  if (leg === undefined) return;
  if (leg.dialled && isRinging(leg)) {
    const verdict = rejection(480, { silent: false });
    calleeWentAway(turn, leg, { status: 480, payload: { headers: signal.payload.headers }, verdict });
    return;
  }
  if (isRinging(leg)) {
    // RFC 3261 §15.1.2: the INVITE that the BYE overtook is a pending request.
    turn.perform({ do: 'reject', leg: leg.id, status: 487, payload: emptyPayload });
  }
  const answered = wasAnswered(turn.call);
  turn.changeLeg(leg, { state: ended });
  releaseCall(turn, {
    verdict: answered ? hangup(leg.role) : cancelled,
    reason: `released by the ${leg.role}`,
    leg: leg.id,
    answer: { status: 487, payload: emptyPayload },
    headers: relayedFrom(turn, leg, signal.payload),
  });
}

/** It ends for the first time; one that we were cancelling is settled. */
function standingLeg(turn: Turn, id: LegId): Leg | undefined {
  const leg = turn.leg(id);
  if (leg !== undefined && leg.state.is !== 'cancelling') return leg.state.is === 'ended' ? undefined : leg;
  settleCancelled(turn, id);
  return undefined;
}

/** A target that rang is none any more. */
function calleeWentAway(turn: Turn, callee: Leg, how: Omit<FailedAttempt, 'reason'>): void {
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: callee.id } });
  attemptFailed(turn, turn.changeLeg(callee, { state: ended }), { ...how, reason: '' });
}

/** The leg ended without its peer's doing: no ACK, engine gone. */
export function onLost(turn: Turn, signal: SignalOf<'lost'>): void {
  const leg = standingLeg(turn, signal.leg);
  if (leg === undefined) return;
  const { reason } = signal;
  if (leg.dialled && isRinging(leg)) {
    const verdict = rejection(503, { silent: true });
    calleeWentAway(turn, leg, { status: 503, payload: emptyPayload, verdict });
    turn.note({ note: 'lost', leg: leg.id, reason });
    return;
  }
  turn.changeLeg(leg, { state: ended });
  releaseCall(turn, failure(turn.call, leg, reason));
}

/** Our 2xx could not be delivered: the caller is gone, and the callee has answered for nothing. */
export function onAnswerFailed(turn: Turn, signal: SignalOf<'answerFailed'>): void {
  const caller = turn.leg(signal.leg);
  if (caller === undefined || caller.state.is === 'ended') return;
  turn.changeLeg(caller, { state: ended });
  releaseCall(turn, {
    ...failure(turn.call, caller, signal.reason),
    verdict: cancelled,
  });
}

function relayedFrom(turn: Turn, from: Leg, payload: Payload): Ending['headers'] {
  return (towards, method) =>
    towards.id === from.id ? [] : headersForEnd(turn, method, payload, from, towards);
}

/**
 * Not from the wire: the B2BUA wants the call to end. `status` is for a caller who has no final response yet.
 */
export interface ReleaseWanted {
  readonly type: 'releaseWanted';
  readonly status: number;
  readonly reason: string;
  /** Its status is that above, or 200 after the answer. */
  readonly verdict: Omit<Verdict, 'sipStatus'>;
}

/**
 * What the B2BUA itself wants: the server stops, an operator releases the call, a defect made it unservable.
 */
export function onReleaseWanted(turn: Turn, { status, reason, verdict }: ReleaseWanted): void {
  const sipStatus = wasAnswered(turn.call) ? 200 : status;
  releaseCall(turn, {
    verdict: { ...verdict, sipStatus },
    reason,
    answer: { status, payload: { headers: [sipReason(status, reason)] } },
    headers: () => [sipReason(status, reason)],
  });
}

/** The last response or ACK did not come: nothing is waited for any more. */
export function onLinger(turn: Turn): void {
  const { caller, callee } = turn.call;
  turn.change({ leaving: [] });
  if (caller.state.is === 'answered' && caller.state.bye !== undefined) {
    turn.perform({ do: 'hangUp', leg: caller.id, headers: caller.state.bye });
  }
  turn.changeLeg(caller, { state: ended });
  if (callee !== undefined) turn.changeLeg(callee, { state: ended });
}
