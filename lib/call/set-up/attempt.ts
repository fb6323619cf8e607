import { sipReason } from '../relay/capabilities.ts';
import type { Target } from '../../routing/route.ts';
import { agentWish, noteForwarded } from './agent-wish.ts';
import { withDiversion } from './diversion.ts';
import { inviteCallee, inviteCaller, newDialledLeg } from './dial.ts';
import { cancelling, ended, isRinging, type Leg } from '../leg.ts';
import { followRedirection } from './redirection.ts';
import { crossed, emptyPayload, relayedReason, relayedStatus, setUpMessage } from '../relay/relay.ts';
import { answerPendingOf, endUnacknowledged, releaseCall } from '../ending/release.ts';
import type { LegId, Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';
import { rejection, type Verdict } from '../ending/verdict.ts';

/** The next target of the party that is being called. There is one: whoever calls has looked. */
export function tryNextTarget(turn: Turn): void {
  const { invite, origination } = turn.call;
  const [target, ...targets] = turn.call.targets;
  if (target === undefined) return;
  turn.change({ targets });
  if (invite !== undefined) tryCallee(turn, newDialledLeg(turn, 'callee', target), target);
  else if (origination !== undefined)
    inviteCaller(turn, newDialledLeg(turn, 'caller', target), target, origination.to);
}

function tryCallee(turn: Turn, callee: Leg, target: Target): void {
  const { invite } = turn.call;
  if (invite === undefined) return;
  const wish = agentWish(turn, callee);
  switch (wish.is) {
    case 'called':
      inviteCallee(turn, callee, target, invite);
      return;
    case 'refused': {
      const { status, verdict } = wish;
      const refused = turn.changeLeg(callee, { state: ended });
      attemptFailed(turn, refused, { status, reason: '', payload: emptyPayload, verdict });
      return;
    }
    case 'forwarded': {
      const [to] = wish.targets;
      noteForwarded(turn, turn.changeLeg(callee, { state: ended }), to);
      const { requestUri } = invite;
      const headers = withDiversion(invite.headers, {
        requestUri,
        from: target,
        to,
      });
      // The others are further ways to who does not want to be called.
      turn.change({
        targets: wish.targets,
        redirections: turn.call.redirections + 1,
        invite: { ...invite, headers },
      });
      tryNextTarget(turn);
      return;
    }
    default:
      return wish satisfies never;
  }
}

/** 3xx to 6xx to our INVITE, or 408 and 503 that stand for silence and an unreachable target. */
export function onRejected(turn: Turn, signal: SignalOf<'rejected'>): void {
  const callee = turn.leg(signal.leg);
  if (callee === undefined || !isRinging(callee)) {
    settleCancelled(turn, signal.leg);
    return;
  }
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: callee.id } });
  const { status, reason, payload } = signal;
  const failed = turn.learn(turn.changeLeg(callee, { state: ended }), payload);
  attemptFailed(turn, failed, {
    status,
    reason,
    payload,
    verdict: rejection(status, { silent: isWorthFailover(status) && isOurOwn(payload) }),
  });
}

/** The last word of a leg that we cancelled, or its end: nothing is owed any more. */
export function settleCancelled(turn: Turn, leg: LegId): void {
  turn.change({ leaving: turn.call.leaving.filter(id => id !== leg) });
  const callee = turn.leg(leg);
  if (callee?.state.is === 'cancelling') turn.changeLeg(callee, { state: ended });
}

/** 2xx of a leg that we cancelled, or that is long gone: it crossed our CANCEL. */
export function endCrossedAnswer(turn: Turn, leg: LegId): void {
  const callee = turn.leg(leg);
  if (!turn.call.leaving.includes(leg) && callee?.state.is !== 'cancelling') return;
  endUnacknowledged(turn, leg, [sipReason(487, 'Answered after CANCEL')]);
  settleCancelled(turn, leg);
}

/**
 * The target rang too long. RFC 3261 §16.8: CANCEL, and what follows is as if it had answered 408. A 2xx that
 * crosses the CANCEL finds the leg among those that are leaving.
 */
export function onNoAnswer(turn: Turn, leg: LegId): void {
  const callee = turn.leg(leg);
  if (callee === undefined || !isRinging(callee)) return;
  turn.perform({ do: 'cancel', leg, headers: [sipReason(408, 'No answer')] });
  turn.change({ leaving: [...turn.call.leaving, leg] });
  attemptFailed(turn, turn.changeLeg(callee, { state: cancelling }), {
    status: 408,
    reason: '',
    payload: emptyPayload,
    verdict: { by: 'baton', why: 'no-answer', sipStatus: 408, atFault: 'callee' },
  });
}

/** Somebody else answers in its place. */
export function attemptGivenUp(turn: Turn, callee: Leg): void {
  if (!isRinging(callee)) return;
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: callee.id } });
  // RFC 3326 §3.1 has the same words.
  turn.perform({ do: 'cancel', leg: callee.id, headers: [sipReason(200, 'Call completed elsewhere')] });
  turn.change({ leaving: [...turn.call.leaving, callee.id] });
  answerPendingOf(turn, callee.id);
}

export interface FailedAttempt {
  readonly status: number;
  readonly reason: string;
  readonly payload: Payload;
  readonly verdict: Verdict;
}

/**
 * The next target when there is one and the failure is of a kind that another may not have; else the caller
 * is told.
 */
export function attemptFailed(turn: Turn, callee: Leg, failure: FailedAttempt): void {
  const { status, reason, payload, verdict } = failure;
  if (isBeingReplaced(turn, callee, failure)) return;
  if (isWorthNext(turn, callee, failure)) {
    turn.note({ note: 'failedOver', leg: callee.id, verdict, reason });
    answerPendingOf(turn, callee.id);
    tryNextTarget(turn);
    return;
  }
  const { caller } = turn.call;
  if (caller.dialled) {
    endUnwanted(turn, callee, { status, reason, verdict });
    return;
  }
  const answer = {
    status: relayedStatus(status),
    ...relayedReason(status, reason),
    payload: crossed(turn, payload, { from: callee, to: caller }, setUpMessage(status)),
  };
  releaseCall(turn, { verdict, reason, leg: callee.id, answer, headers: () => [] });
}

/** Whoever comes in its place has been answered and owes the ACK only: nobody else is called meanwhile, nor the caller refused. */
function isBeingReplaced(turn: Turn, { id }: Leg, failed: FailedAttempt): boolean {
  const { transfer } = turn.call;
  if (transfer?.mode !== 'replaces' || transfer.transferor !== id) return false;
  answerPendingOf(turn, id);
  turn.change({ transfer: { ...transfer, failed } });
  return true;
}

/** A call that nobody on it has begun fails by one of its parties: the other is told by BYE with a Reason. */
export function endUnwanted(
  turn: Turn,
  { id, role }: Leg,
  failure: { readonly status: number; readonly reason: string; readonly verdict?: Verdict },
): void {
  const { status, reason, verdict = rejection(status, { silent: false }) } = failure;
  // Both parties are called here, so that either may be who refuses.
  const byParty = verdict.by === 'callee' ? { ...verdict, by: role } : verdict;
  releaseCall(turn, {
    verdict: verdict.atFault === 'callee' ? { ...byParty, atFault: role } : byParty,
    reason,
    leg: id,
    answer: { status, payload: emptyPayload },
    headers: () => [sipReason(status, reason)],
  });
}

function isWorthNext(turn: Turn, callee: Leg, failure: FailedAttempt): boolean {
  if (followRedirection(turn, callee, failure)) return true;
  return turn.call.targets.length > 0 && isWorthFailover(failure.status);
}

/**
 * Silence and failures of the target's side; not a busy or unwilling user, and not 6xx: "everywhere" (RFC
 * 3261 §21.6).
 */
export function isWorthFailover(status: number): boolean {
  return status === 408 || (status >= 500 && status <= 599);
}

/** A 408 or 5xx from no peer: nothing answered, or nothing could be sent. Made up here or by our engine for a response that never came: nothing in it, or the engine's warning (RFC 3261 §20.43). */
export function isOurOwn({ headers }: Payload): boolean {
  if (headers.length === 0) return true;
  return headers.some(
    ({ name, value }) => name.toLowerCase() === 'warning' && value.startsWith('399 baton '),
  );
}
