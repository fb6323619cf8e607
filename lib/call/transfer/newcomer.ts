import { agree } from '../media/agreement.ts';
import { attemptFailed, attemptGivenUp } from '../set-up/attempt.ts';
import { carriesSdp } from '../call.ts';
import { offerHeaders, sipReason } from '../relay/capabilities.ts';
import { introductionTo } from '../data/current-data.ts';
import { changeData, readData } from '../data/data.ts';
import { takeOwedLines } from '../data/owed-lines.ts';
import { hearFrom, legAgreed, showTo } from '../media/exchange.ts';
import { handOver } from './hand-over.ts';
import { answered, confirmed, ended, isRinging, type Leg } from '../leg.ts';
import { wantOffer } from '../media/own-offer.ts';
import { emptyPayload } from '../relay/relay.ts';
import { releaseCall } from '../ending/release.ts';
import { blackHole, isSdp } from '../media/sdp.ts';
import { offerOf } from '../media/session.ts';
import type { Body, LegId, NewRequest, Payload, Signal } from '../signal.ts';
import type { Replacement } from './transfer.ts';
import type { Turn } from '../turn.ts';
import type { Verdict } from '../ending/verdict.ts';

export interface WantedReplacement {
  /** Has the role of who is replaced. */
  readonly newcomer: Leg;
  readonly replaced: Leg;
  readonly partner: Leg;
  readonly request: NewRequest;
}

/**
 * The newcomer is answered with what the partner says to its offer, who therefore is asked first; where there is nobody to ask
 * yet, or nothing to ask about, at once. It takes the place with its ACK: until then the replaced party is there.
 */
export function beginReplacement(turn: Turn, wanted: WantedReplacement): void {
  const { newcomer, replaced, partner, request } = wanted;
  const replacement: Replacement = {
    mode: 'replaces',
    transferor: replaced.id,
    transferee: partner.id,
    target: newcomer,
    invite: request,
    startedAtMs: turn.nowMs,
  };
  turn.change({ transfer: replacement });
  turn.learn(newcomer, request);
  const offer = isSdp(request.body) ? request.body : undefined;
  if (offer !== undefined) hearFrom(turn, newcomer.id, offer);
  // RFC 3261 §13.2.1: an offer among other parts is one too, and we cannot answer it with one of our own.
  if (offer === undefined && carriesSdp(request))
    refuseNewcomer(turn, replacement, { status: 488, reason: 'the offer is not alone' });
  else if (turn.call.state !== 'established') answerEarly(turn, replacement, offer);
  else if (offer === undefined) offerPartners(turn, replacement);
  else askPartner(turn, replacement, offer);
}

function askPartner(turn: Turn, replacement: Replacement, offer: Body): void {
  const { target, transferee } = replacement;
  const partner = turn.leg(transferee);
  const purpose = { kind: 'replace', newcomer: target.id } as const;
  const wanted = { sdp: offer, by: target.id, headers: [], purpose };
  if (partner === undefined || !wantOffer(turn, partner, wanted))
    refuseNewcomer(turn, replacement, { status: 488, reason: 'the other party has no session' });
}

/** The partner has had the newcomer's offer. */
export function onPartnerAsked(
  turn: Turn,
  partner: Leg,
  { status, newcomer }: { readonly status: number; readonly newcomer: LegId },
): void {
  const { transfer } = turn.call;
  if (transfer?.mode !== 'replaces' || transfer.target.id !== newcomer) {
    // The newcomer has gone meanwhile, another may have come; what it offered has not gone.
    if (status < 300) agree(turn, partner);
    return;
  }
  const received = turn.leg(partner.id)?.session.received;
  const offer = turn.leg(transfer.target.id)?.session.heard;
  if (status >= 300 || received === undefined || offer === undefined) {
    // RFC 3261 §14.2: 488 when it is about the session; else the partner is not there for it.
    const refusal = status === 488 || status === 606 || status === 415 ? 488 : 480;
    refuseNewcomer(turn, transfer, { status: refusal, reason: 'the other party does not take the offer' });
    return;
  }
  const body = showTo(turn, transfer.target.id, { by: partner.id, body: received, as: 'answer' });
  legAgreed(turn, transfer.target, { sent: body, received: offer, as: 'offer' });
  answerNewcomer(turn, transfer, body);
}

/** Without an offer: it is offered what the partner has said last. */
function offerPartners(turn: Turn, replacement: Replacement): void {
  const { target, transferee } = replacement;
  const partner = turn.leg(transferee);
  const said = partner && offerOf(partner.session);
  if (said === undefined) {
    refuseNewcomer(turn, replacement, { status: 488, reason: 'the other party has no session' });
    return;
  }
  answerNewcomer(turn, replacement, showTo(turn, target.id, { by: transferee, body: said, as: 'offer' }));
}

/** The caller waits for an answer: its offer answers the newcomer's, and the newcomer's will answer it. */
function answerEarly(turn: Turn, replacement: Replacement, offer: Body | undefined): void {
  const { target, transferee } = replacement;
  const said = turn.call.inviteOffers ? turn.leg(transferee)?.session.heard : undefined;
  if (offer === undefined && said === undefined) {
    refuseNewcomer(turn, replacement, { status: 488, reason: 'nobody has made an offer' });
    return;
  }
  const as = offer === undefined ? 'offer' : 'answer';
  const by = said === undefined ? target.id : transferee;
  const body = said ?? (offer && blackHole(offer, String(turn.nowMs)));
  if (body === undefined) return;
  const shown = showTo(turn, target.id, { by, body, as });
  if (offer !== undefined) legAgreed(turn, target, { sent: shown, received: offer, as: 'offer' });
  answerNewcomer(turn, replacement, shown);
}

function answerNewcomer(turn: Turn, { target, transferor, transferee }: Replacement, body: Body): void {
  const from = [transferor, transferee].flatMap(id => turn.leg(id)?.trunk ?? []);
  const headers = introductionTo(turn, target, { status: 200, from, own: offerHeaders(target) });
  turn.perform({ do: 'answer', leg: target.id, status: 200, payload: { headers, body } });
  turn.changeLeg(target, { state: answered });
}

interface Why {
  readonly status: number;
  readonly reason: string;
}

function refuseNewcomer(turn: Turn, replacement: Replacement, why: Why): void {
  const { target } = replacement;
  turn.perform({
    do: 'reject',
    leg: target.id,
    status: why.status,
    payload: { headers: [sipReason(why.status, why.reason)] },
  });
  giveUp(turn, replacement, why);
}

/** The newcomer is out of it; the two parties go on as before, as far as they are there. */
function giveUp(
  turn: Turn,
  { target, transferor, transferee, mode, failed }: Replacement,
  { status, reason }: Why,
): void {
  const replaced = turn.leg(transferor);
  const partner = turn.leg(transferee);
  const verdict: Verdict = { by: 'baton', why: 'rejected', sipStatus: status, atFault: 'none' };
  turn.change({ transfer: undefined });
  if (partner !== undefined) {
    const waiting = partner.ownOffers.waiting.filter(({ purpose }) => purpose.kind !== 'replace');
    turn.changeLeg(partner, { ownOffers: { ...partner.ownOffers, waiting } });
  }
  const dns = { transferor: replaced?.dn ?? target.dn, target: target.dn };
  turn.note({ note: 'transferFailed', leg: target.id, mode, ...dns, status, verdict });
  if (replaced !== undefined && failed !== undefined) {
    attemptFailed(turn, replaced, failed);
    return;
  }
  if (replaced?.state.is === 'ended' && turn.call.state === 'established') {
    releaseCall(turn, {
      verdict,
      reason: 'who was to be replaced has gone, and nobody has come',
      leg: replaced.id,
      answer: { status, payload: emptyPayload },
      headers: () => [sipReason(status, reason)],
    });
    return;
  }
  // Whatever has been said meanwhile was for somebody else.
  if (partner !== undefined && turn.call.state === 'established') agree(turn, partner);
}

/** What reaches the leg of a newcomer. */
export function onNewcomer(turn: Turn, replacement: Replacement, signal: Signal): void {
  switch (signal.type) {
    case 'acknowledged':
      takePlace(turn, replacement, signal.payload);
      return;
    case 'cancelled':
    case 'hungUp':
    case 'lost':
    case 'answerFailed':
      turn.changeLeg(replacement.target, { state: ended });
      giveUp(turn, replacement, { status: 487, reason: 'the newcomer has gone' });
      return;
    case 'requested':
      // It has no dialog before it is answered, and before its ACK it has no partner.
      turn.perform({
        do: 'respond',
        leg: signal.leg,
        request: signal.request,
        status: 491,
        payload: emptyPayload,
      });
      return;
    default:
      return;
  }
}

function takePlace(turn: Turn, replacement: Replacement, payload: Payload): void {
  const { target, invite } = replacement;
  const { shown, heard } = turn.learn(target, payload).session;
  const answer = isSdp(payload.body) ? payload.body : undefined;
  if (heard === undefined && shown !== undefined && answer !== undefined)
    legAgreed(turn, target, { sent: shown, received: answer, as: 'answer' });
  const up = turn.changeLeg(target, { state: confirmed });
  if (up.session.received === undefined || !mayTakePlace(turn, replacement)) {
    turn.perform({ do: 'hangUp', leg: up.id, headers: [sipReason(480, 'nobody to be replaced')] });
    turn.changeLeg(up, { state: ended });
    giveUp(turn, { ...replacement, target: up }, { status: 480, reason: 'nobody to be replaced' });
    return;
  }
  // Not before: who is refused has transferred nothing.
  turn.change({ transfers: turn.call.transfers + 1 });
  if (turn.call.state === 'established') handOver(turn, replacement, { status: 200, reason: '' });
  else pickUp(turn, replacement, up);
  const here = turn.leg(up.id);
  if (here === undefined) return;
  changeData(turn, here, readData(turn, here, invite, { method: 'INVITE', inDialog: true }).operations);
}

/** Whoever has been called may have answered while the newcomer's ACK was on its way. */
function mayTakePlace({ call }: Turn, { transferor, failed }: Replacement): boolean {
  if (call.state === 'established') return [call.caller.id, call.callee?.id].includes(transferor);
  return failed !== undefined || (call.callee !== undefined && isRinging(call.callee));
}

/** The newcomer answers the call in place of who is being called. */
function pickUp(turn: Turn, { mode, startedAtMs }: Replacement, newcomer: Leg): void {
  const { caller, callee, inviteOffers } = turn.call;
  const said = newcomer.session.received;
  if (callee === undefined || said === undefined) return;
  attemptGivenUp(turn, callee);
  turn.change({ callee: newcomer, transfer: undefined, invite: undefined, targets: [], state: 'answered' });
  const as = inviteOffers ? 'answer' : 'offer';
  const body = showTo(turn, caller.id, { by: newcomer.id, body: said, as });
  const offer = turn.leg(caller.id)?.session.heard;
  if (inviteOffers && offer !== undefined)
    legAgreed(turn, caller, { sent: body, received: offer, as: 'offer' });
  const own = offerHeaders(caller);
  const carrier = { message: '200/INVITE', inDialog: false, carried: own };
  const headers = [...takeOwedLines(turn, caller.id, carrier), ...own];
  turn.perform({ do: 'answer', leg: caller.id, status: 200, payload: { headers, body } });
  turn.changeLeg(caller, { state: answered });
  const tookMs = turn.nowMs - startedAtMs;
  const dns = { transferor: callee.dn, target: newcomer.dn };
  turn.note({ note: 'transferred', leg: callee.id, mode, ...dns, status: 200, tookMs });
  turn.note({ note: 'answered', leg: caller.id, setupMs: turn.nowMs - turn.call.startedAtMs });
}
