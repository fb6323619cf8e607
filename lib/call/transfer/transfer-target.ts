import { uriOf } from '../../engine/message/name-addr.ts';
import type { Target } from '../../routing/route.ts';
import { type FailedAttempt, isOurOwn, isWorthFailover } from '../set-up/attempt.ts';
import { offerHeaders, sipReason } from '../relay/capabilities.ts';
import { introductionTo } from '../data/current-data.ts';
import { changeData, readData } from '../data/data.ts';
import { agentWish, noteForwarded } from '../set-up/agent-wish.ts';
import { withDiversion } from '../set-up/diversion.ts';
import { dialledLeg, sendInvite } from '../set-up/dial.ts';
import { redirectionOf } from '../set-up/redirection.ts';
import { hearFrom, legAgreed, showTo } from '../media/exchange.ts';
import { handOver } from './hand-over.ts';
import { cancelling, confirmed, earlyAfter, ended, isRinging, type Leg, standingOf } from '../leg.ts';
import { report, reportEnd } from './referral.ts';
import { emptyPayload, relayedStatus } from '../relay/relay.ts';
import { releaseCall } from '../ending/release.ts';
import { blackHole, isSdp } from '../media/sdp.ts';
import { offerOf } from '../media/session.ts';
import type { Payload, SignalOf } from '../signal.ts';
import type { Transfer } from './transfer.ts';
import type { Turn } from '../turn.ts';
import { rejection } from '../ending/verdict.ts';

export type WantedTransfer = Pick<Transfer, 'mode' | 'invitation'> & {
  readonly transferor: Leg;
  readonly transferee: Leg;
  /** At least one. */
  readonly targets: readonly Target[];
};

export function beginTransfer(turn: Turn, wanted: WantedTransfer): void {
  const { mode, invitation, transferor, transferee, targets } = wanted;
  const [first, ...others] = targets;
  if (first === undefined) return;
  const transfer: Transfer = {
    mode,
    transferor: transferor.id,
    transferee: transferee.id,
    target: newTarget(turn, transferor, first),
    targets: others,
    invitation,
    startedAtMs: turn.nowMs,
  };
  turn.change({ transfer, transfers: turn.call.transfers + 1 });
  tryTarget(turn, transfer, first);
}

/** It is called, unless the agent at its DN wants something else. */
function tryTarget(turn: Turn, transfer: Transfer, where: Target): void {
  const { target } = transfer;
  const wish = agentWish(turn, target);
  switch (wish.is) {
    case 'called':
      inviteTarget(turn, transfer, where);
      return;
    case 'refused': {
      const { status, verdict } = wish;
      const failed = turn.changeLeg(target, { state: ended });
      targetFailed(turn, failed, { status, reason: '', payload: emptyPayload, verdict });
      return;
    }
    case 'forwarded':
      forwardTarget(turn, transfer, { where, to: wish.targets });
      return;
    default:
      return wish satisfies never;
  }
}

interface Forward {
  readonly where: Target;
  readonly to: readonly [Target, ...Target[]];
}

function forwardTarget(turn: Turn, transfer: Transfer, { where, to: [first, ...others] }: Forward): void {
  const transferor = turn.leg(transfer.transferor);
  if (transferor === undefined) return;
  noteForwarded(turn, turn.changeLeg(transfer.target, { state: ended }), first);
  const diverted = { requestUri: where.requestUri, from: where, to: first };
  const headers = withDiversion(transfer.invitation.headers, diverted);
  const invitation = { ...transfer.invitation, headers };
  const again = { ...transfer, target: newTarget(turn, transferor, first), targets: others, invitation };
  turn.change({ transfer: again, redirections: turn.call.redirections + 1 });
  tryTarget(turn, again, first);
}

function newTarget(turn: Turn, transferor: Leg, target: Target): Leg {
  return { ...dialledLeg(turn, transferor.role, target), broughtBy: transferor.dn };
}

/** It is called as if the transferee had called it, with what the transferee can do and the data as it is now. */
function inviteTarget(turn: Turn, transfer: Transfer, where: Target): void {
  const { target, invitation } = transfer;
  const transferee = turn.leg(transfer.transferee);
  const transferor = turn.leg(transfer.transferor);
  if (transferee === undefined || transferor === undefined) return;
  sendInvite(turn, target, where, {
    from: transferee.address,
    maxForwards: invitation.maxForwards,
    payload: payloadFor(turn, { transfer, transferor, transferee }),
  });
}

interface Three {
  readonly transfer: Transfer;
  readonly transferor: Leg;
  readonly transferee: Leg;
}

function payloadFor(turn: Turn, { transfer, transferor, transferee }: Three): Payload {
  const { target, invitation } = transfer;
  const headers = introductionTo(turn, target, {
    from: [transferor.trunk, transferee.trunk],
    headers: invitation.headers,
    own: [...invitation.verbatim, ...offerHeaders(target)],
  });
  const offer = offerOf(transferee.session);
  if (offer === undefined) return { headers };
  return { headers, body: showTo(turn, target.id, { by: transferee.id, body: offer, as: 'offer' }) };
}

/** 101 to 199. Its early media is for nobody: the transferee still talks to the transferor. */
export function onTargetProgressed(
  turn: Turn,
  { transferor, target }: Transfer,
  signal: SignalOf<'progressed'>,
): void {
  if (!isRinging(target)) return;
  const { status, reason, payload } = signal;
  const leg = turn.learn(turn.changeLeg(target, { state: earlyAfter(target.state, status) }), payload);
  if (status === 199) return;
  if (isSdp(payload.body)) hearFrom(turn, leg.id, payload.body);
  takeData(turn, leg, signal);
  report(turn, transferor, { status, reason });
}

export function onTargetAnswered(turn: Turn, { target }: Transfer, signal: SignalOf<'answered'>): void {
  const { status, payload } = signal;
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: target.id } });
  const leg = turn.learn(turn.changeLeg(target, { state: confirmed }), payload);
  if (isSdp(payload.body)) hearFrom(turn, leg.id, payload.body);
  if (!agreeWithTarget(turn, turn.leg(leg.id) ?? leg)) {
    const reason = 'Answered without SDP';
    turn.perform({ do: 'hangUp', leg: leg.id, headers: [sipReason(488, reason)] });
    const failed = turn.changeLeg(leg, { state: ended });
    const verdict = rejection(488, { silent: false });
    targetFailed(turn, failed, { status: 488, reason, payload: emptyPayload, verdict });
    return;
  }
  takeData(turn, leg, signal);
  const { transfer } = turn.call;
  if (transfer !== undefined) handOver(turn, transfer, { status, reason: '' });
}

/** ACK at once: the answer to our offer is there, or to an offer of the target we give one. False: neither is. */
function agreeWithTarget(turn: Turn, leg: Leg): boolean {
  const { id, session } = leg;
  const { shown, heard } = session;
  if (shown !== undefined || heard === undefined) {
    turn.perform({ do: 'acknowledge', leg: id, payload: emptyPayload });
    if (shown !== undefined && heard !== undefined)
      legAgreed(turn, leg, { sent: shown, received: heard, as: 'answer' });
    // Of a call in which nobody has ever spoken of media none is expected.
    return shown === undefined || heard !== undefined;
  }
  const sent = showTo(turn, id, { by: id, body: blackHole(heard, String(turn.nowMs)), as: 'answer' });
  turn.perform({ do: 'acknowledge', leg: id, payload: { headers: [], body: sent } });
  legAgreed(turn, leg, { sent, received: heard, as: 'offer' });
  return true;
}

function takeData(
  turn: Turn,
  target: Leg,
  { status, payload }: { readonly status: number; readonly payload: Payload },
): void {
  const { operations } = readData(turn, target, payload, { method: 'INVITE', status, inDialog: false });
  changeData(turn, target, operations);
}

/** 3xx to 6xx, or 408 and 503 that stand for silence and an unreachable target. */
export function onTargetRejected(turn: Turn, { target }: Transfer, signal: SignalOf<'rejected'>): void {
  const { status, reason, payload } = signal;
  const verdict = rejection(status, { silent: isWorthFailover(status) && isOurOwn(payload) });
  targetEnded(turn, target, { status, reason, payload, verdict });
}

/** BYE before the answer, or the way to it broke: as if it had said `status`. */
export function onTargetGone(turn: Turn, { target }: Transfer, status: 480 | 503): void {
  const verdict = rejection(status, { silent: status === 503 });
  targetEnded(turn, target, { status, reason: '', payload: emptyPayload, verdict });
}

function targetEnded(turn: Turn, target: Leg, failure: FailedAttempt): void {
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: target.id } });
  targetFailed(turn, turn.changeLeg(target, { state: ended }), failure);
}

/** RFC 3261 §16.8: CANCEL, and what follows is as if it had answered 408. */
export function onTargetSilent(turn: Turn, { target }: Transfer): void {
  turn.perform({ do: 'cancel', leg: target.id, headers: [sipReason(408, 'No answer')] });
  turn.change({ leaving: [...turn.call.leaving, target.id] });
  targetFailed(turn, turn.changeLeg(target, { state: cancelling }), {
    status: 408,
    reason: '',
    payload: emptyPayload,
    verdict: { by: 'baton', why: 'no-answer', sipStatus: 408, atFault: 'callee' },
  });
}

interface Failed {
  readonly failed: Leg;
  readonly failure: FailedAttempt;
}

/** Another target is called: one that the target itself has named, else the next there is. False: that is no help. */
function tryNext(turn: Turn, transfer: Transfer, transferor: Leg, { failed, failure }: Failed): boolean {
  const where = { requestUri: uriOf(failed.address), standing: standingOf(transferor, turn.call.standing) };
  const redirection = redirectionOf(turn, failed, { ...failure, ...where });
  if (redirection === undefined && !isWorthFailover(failure.status)) return false;
  const [next, ...targets] = [...(redirection?.targets ?? []), ...transfer.targets];
  if (next === undefined) return false;
  turn.note({ note: 'failedOver', leg: failed.id, verdict: failure.verdict, reason: failure.reason });
  const again = { ...transfer, target: newTarget(turn, transferor, next), targets };
  turn.change({ transfer: again });
  // Who redirects is on the call no more.
  if (redirection !== undefined) changeData(turn, failed, redirection.operations);
  tryTarget(turn, again, next);
  return true;
}

/** The next target, or the end of the transfer: the transferor is told, and the call is as it was. */
function targetFailed(turn: Turn, failed: Leg, failure: FailedAttempt): void {
  const { transfer } = turn.call;
  const transferor = transfer && turn.leg(transfer.transferor);
  if (transfer === undefined || transfer.mode === 'replaces' || transferor === undefined) return;
  if (tryNext(turn, transfer, transferor, { failed, failure })) return;
  const { reason, verdict } = failure;
  const status = relayedStatus(failure.status);
  const { mode } = transfer;
  const dns = { transferor: transferor.dn, target: failed.dn };
  turn.note({ note: 'transferFailed', leg: transferor.id, mode, ...dns, status, verdict });
  turn.change({ transfer: undefined });
  reportEnd(turn, transferor.id, { status, reason: status === failure.status ? reason : '' });
  if (transferor.state.is !== 'ended') return;
  releaseCall(turn, {
    verdict,
    reason: 'the target of the transfer failed, and the transferor has gone',
    leg: failed.id,
    answer: { status, payload: emptyPayload },
    headers: () => [sipReason(status, reason === '' ? 'transfer failed' : reason)],
  });
}
