import type { Relayed } from '../call.ts';
import { offerHeaders, sipReason } from './capabilities.ts';
import { changeData } from '../data/data.ts';
import type { Leg } from '../leg.ts';
import { isDialogInDoubt, onEventAnswered, onProbeAnswered, probe } from '../notify/notify.ts';
import { agree } from '../media/agreement.ts';
import { endsAgreed, knows, legAgreed, showTo } from '../media/exchange.ts';
import { onOfferResponded } from '../media/offer-outcome.ts';
import { isSdp } from '../media/sdp.ts';
import { failure } from '../ending/failure.ts';
import { sendAway } from '../transfer/hand-over.ts';
import { onReported } from '../transfer/referral.ts';
import { releaseCall } from '../ending/release.ts';
import { crossed, emptyPayload, midCallMessage, relayedReason, relayedStatus, respond } from './relay.ts';
import { retryHeld } from './relay-request.ts';
import { conveyedTo, notWithinDialog, oweAgain, owePairs } from '../data/owed.ts';
import type { LegId, Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/**
 * A response to one of our requests within a dialog: to an event INFO, a probe, or a request that came from
 * the other leg.
 */
export function onResponded(turn: Turn, signal: SignalOf<'responded'>): void {
  const known = turn.leg(signal.leg);
  const relayed = turn.call.relayed.find(({ sent, to }) => sent === signal.request && to === signal.leg);
  if (known === undefined || turn.call.state === 'released') {
    acknowledgeStray(turn, signal);
    return;
  }
  const leg = turn.learn(known, signal.payload);
  if (signal.request.startsWith('event')) onEventAnswered(turn, leg, signal);
  else if (signal.request.startsWith('notify')) onReported(turn, leg, signal);
  else if (signal.request.startsWith('probe')) {
    if (onProbeAnswered(turn, leg, signal)) onDialogGone(turn, leg);
  } else if (signal.request.startsWith('offer')) onOfferResponded(turn, leg, signal);
  else if (relayed?.stage === 'relayed') relayResponse(turn, relayed, signal, leg);
  else if (relayed?.stage === 'withdrawn' && signal.status >= 200) endWithdrawn(turn, relayed, signal);
  else acknowledgeStray(turn, signal);
}

/** We have asked, and the leg is not there any more. RFC 3261 §12.2.1.2: BYE all the same. */
function onDialogGone(turn: Turn, leg: Leg): void {
  if (turn.call.transfer?.transferor === leg.id) sendAway(turn, leg, [sipReason(503, 'dialog gone')]);
  else releaseCall(turn, failure(turn.call, leg, 'dialog gone'));
}

function relayResponse(turn: Turn, relayed: Relayed, signal: SignalOf<'responded'>, from: Leg): void {
  const to = turn.peerOf(from);
  if (to === undefined) return;
  if (signal.status < 200) relayProvisional(turn, relayed, signal, from, to);
  else relayFinal(turn, relayed, signal, from, to);
}

/** RFC 3261 §13.2.2.4: a 2xx to INVITE wants its ACK, whether anybody still wants the 2xx or not. */
export function acknowledgeStray(turn: Turn, { leg, request, method, status }: SignalOf<'responded'>): void {
  if (method !== 'INVITE' || status < 200 || status > 299) return;
  turn.perform({ do: 'acknowledge', leg, request, payload: emptyPayload });
}

/**
 * The last word on a re-INVITE that was taken back: its sender has had its 487, but others may have waited for it. A
 * 2xx has crossed the CANCEL: the two ends differ.
 */
function endWithdrawn(turn: Turn, relayed: Relayed, signal: SignalOf<'responded'>): void {
  turn.change({ relayed: turn.call.relayed.filter(other => other !== relayed) });
  if (signal.status < 300) {
    acceptedAlone(turn, relayed, signal);
    // It has taken data that was taken back, too.
    owePairs(turn, relayed.to, relayed.operations);
  } else oweAgain(turn, relayed.to, relayed.settles);
  retryHeld(turn);
}

/**
 * One end has accepted what the other has taken back. Who was to make the offer itself is answered with what the
 * other has said last (RFC 3261 §13.2.2.4: an offer in a 2xx is answered in its ACK).
 */
function acceptedAlone(
  turn: Turn,
  { to, sent: request, sentMethod, offers }: Relayed,
  { payload }: SignalOf<'responded'>,
) {
  const leg = turn.leg(to);
  // Not always who took it back: another may have come into that place.
  const farEnd = leg && turn.peerOf(leg);
  const received = isSdp(payload.body) ? payload.body : undefined;
  const said = offers ? undefined : farEnd?.session.received;
  const answer = received && farEnd && said && showTo(turn, to, { by: farEnd.id, body: said, as: 'answer' });
  const ack = answer === undefined ? emptyPayload : { headers: [], body: answer };
  if (sentMethod === 'INVITE') turn.perform({ do: 'acknowledge', leg: to, request, payload: ack });
  const sent = offers ? leg?.session.shown : answer;
  if (leg === undefined || sent === undefined || received === undefined) return;
  legAgreed(turn, leg, { sent, received, as: offers ? 'answer' : 'offer' });
  agree(turn, leg);
}

function relayProvisional(
  turn: Turn,
  relayed: Relayed,
  signal: SignalOf<'responded'>,
  from: Leg,
  to: Leg,
): void {
  if (relayed.method !== 'INVITE' || signal.status === 100) return;
  const payload = crossed(turn, signal.payload, { from, to }, midCallMessage('INVITE', signal.status));
  respond(turn, to.id, relayed.request, { status: signal.status, reason: signal.reason, payload });
}

function relayFinal(turn: Turn, relayed: Relayed, signal: SignalOf<'responded'>, from: Leg, to: Leg): void {
  const { status, reason } = signal;
  const success = status < 300;
  const changing = relayed.method === 'INVITE' || relayed.method === 'UPDATE';
  const own = success && changing ? offerHeaders(to) : [];
  const how = midCallMessage(relayed.method, status);
  const payload = crossed(turn, signal.payload, { from, to }, how, own);
  settle(turn, relayed, success);
  if (success && changing && relayed.offers && isSdp(signal.payload.body)) {
    bothAgreed(turn, { offerer: to.id, answerer: from.id });
  }
  if (success && relayed.sentMethod === 'INVITE' && acknowledgesAtOnce(relayed)) {
    turn.perform({ do: 'acknowledge', leg: from.id, request: relayed.sent, payload: emptyPayload });
  }
  respond(turn, to.id, relayed.request, {
    status: relayedStatus(status),
    ...relayedReason(status, reason),
    payload,
  });
  if (!success) owedAfterRefusal(turn, relayed);
  else if (changing) {
    // What the request asked for counts when its 2xx is sent.
    const { operations, overtaken } = relayed;
    const without = [...overtaken, ...notWithinDialog(operations)];
    changeData(turn, to, operations, conveyedTo(from.id, operations, without));
  } else if (relayed.method === 'REFER') changeData(turn, to, relayed.operations);
  if (isDialogInDoubt(status)) probe(turn, from);
  retryHeld(turn);
}

/** A refused request has told nothing. What an INFO brought counts all the same. */
function owedAfterRefusal(turn: Turn, { to, method, operations, settles }: Relayed): void {
  oweAgain(turn, to, settles);
  if (method === 'INFO') owePairs(turn, to, operations);
}

/** One of the two may be new to the other, so that what they said last does not fit yet. */
function bothAgreed(turn: Turn, ends: { readonly offerer: LegId; readonly answerer: LegId }): void {
  endsAgreed(turn, ends);
  const leg = turn.leg(ends.answerer);
  const farEnd = leg && turn.peerOf(leg);
  if (leg === undefined || farEnd === undefined) return;
  if (!knows(turn, leg, farEnd) || !knows(turn, farEnd, leg)) agree(turn, leg);
}

/** An offerless re-INVITE waits for the answer in the other side's ACK. */
function acknowledgesAtOnce(relayed: Relayed): boolean {
  return relayed.method !== 'INVITE' || relayed.offers;
}

/** Longer than the 64*T1 (32 s) in which an ACK comes or its leg is lost. */
const ackMissingMs = 40_000;

/** An INVITE with 2xx stays until its ACK; everything else is over. */
function settle(turn: Turn, relayed: Relayed, success: boolean): void {
  const others = turn.call.relayed.filter(other => other !== relayed);
  const waitsForAck = success && relayed.method === 'INVITE';
  const before = turn.leg(relayed.from)?.session;
  const waiting: Relayed = { ...relayed, stage: 'acknowledging', ...(before && { before }) };
  turn.change({ relayed: waitsForAck ? [...others, waiting] : others });
  if (!waitsForAck) return;
  turn.perform({
    do: 'startTimer',
    timer: { kind: 'ack-missing', leg: relayed.from },
    delayMs: ackMissingMs,
  });
}

/**
 * ACK to our 2xx to a re-INVITE. With an offerless one it carries the answer that the other side waits for.
 */
export function onReinviteAcknowledged(turn: Turn, signal: SignalOf<'acknowledged'>): void {
  const relayed = turn.call.relayed.find(
    ({ request, from }) => request === signal.request && from === signal.leg,
  );
  if (relayed?.stage !== 'acknowledging') return;
  turn.perform({ do: 'stopTimer', timer: { kind: 'ack-missing', leg: relayed.from } });
  acknowledged(turn, relayed, signal.payload);
}

/** The ACK does not come, and the leg is not lost. Others must not wait for ever. */
export function onAckMissing(turn: Turn, leg: LegId): void {
  const relayed = turn.call.relayed.find(({ from, stage }) => from === leg && stage === 'acknowledging');
  if (relayed !== undefined) acknowledged(turn, relayed, emptyPayload);
}

function acknowledged(turn: Turn, relayed: Relayed, ack: Payload): void {
  turn.change({ relayed: turn.call.relayed.filter(other => other !== relayed) });
  const from = turn.leg(relayed.from);
  const to = turn.leg(relayed.to);
  if (!acknowledgesAtOnce(relayed) && from !== undefined && to !== undefined) {
    const payload = crossed(turn, ack, { from, to }, midCallMessage('ACK'));
    turn.perform({ do: 'acknowledge', leg: to.id, request: relayed.sent, payload });
    if (isSdp(ack.body)) bothAgreed(turn, { offerer: to.id, answerer: from.id });
  }
  retryHeld(turn);
}
