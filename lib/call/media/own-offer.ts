import { carriesSdp, isOffer } from '../call.ts';
import { offerHeaders } from '../relay/capabilities.ts';
import { knows, legAgreed, showTo } from './exchange.ts';
import { firstValue } from '../header-lines.ts';
import { isGone, type Leg } from '../leg.ts';
import {
  noOffers,
  type OfferPurpose,
  type OutstandingOffer,
  type OwnOffers,
  type WantedOffer,
} from './offer.ts';
import { isSdp } from './sdp.ts';
import { oweAgain, settledSince } from '../data/owed.ts';
import { takeOwedLines } from '../data/owed-lines.ts';
import { emptyPayload } from '../relay/relay.ts';
import type { Body, LegId, Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Refusals for the time being in a row after which an offer is given up. */
const maxGlares = 5;

/** What became of a re-INVITE of ours. */
export interface OfferOutcome {
  readonly purpose: OfferPurpose;
  /** Final status. */
  readonly status: number;
}

/**
 * Puts a re-INVITE of our own on its way: it goes out as soon as no other offer is under way on the leg, which the
 * others' final responses and ACKs bound. A newer one for the same purpose replaces one that still waits. False: the
 * peer is gone, or there is no session that could be offered.
 */
export function wantOffer(turn: Turn, { id }: Leg, wanted: WantedOffer): boolean {
  const leg = turn.leg(id);
  if (leg === undefined || isGone(leg) || leg.session.sent === undefined) return false;
  const others = leg.ownOffers.waiting.filter(({ purpose }) => purpose.kind !== wanted.purpose.kind);
  changeOffers(turn, leg, { waiting: [...others, wanted] });
  return true;
}

/** Sends what waits and may go. */
export function sendOwnOffers(turn: Turn): void {
  const { caller, callee } = turn.call;
  if (caller.ownOffers.waiting.length > 0 && mayOffer(turn, caller)) sendNext(turn, caller);
  if (callee !== undefined && callee.ownOffers.waiting.length > 0 && mayOffer(turn, callee))
    sendNext(turn, callee);
}

/** RFC 3261 §14.1: no INVITE while another is under way on the dialog, in either direction. */
export function mayOffer({ call }: Turn, { id, state, ownOffers }: Leg): boolean {
  if (state.is !== 'confirmed' || ownOffers.outstanding !== undefined || ownOffers.backingOff) return false;
  if (call.relayed.some(({ sentMethod, offers }) => isOffer(sentMethod, offers))) return false;
  return !call.held.some(({ from, method, payload }) => from === id && isOffer(method, carriesSdp(payload)));
}

function sendNext(turn: Turn, leg: Leg): void {
  const [wanted, ...waiting] = leg.ownOffers.waiting;
  if (wanted === undefined) return;
  changeOffers(turn, leg, { waiting });
  const farEnd = turn.peerOf(leg);
  // Meanwhile the ends have come to it by themselves.
  if (wanted.sdp === 'far-end' && (farEnd === undefined || knows(turn, leg, farEnd))) return;
  const carrier = { message: 'INVITE', inDialog: true, carried: wanted.headers };
  const owed = takeOwedLines(turn, leg.id, carrier);
  // Meanwhile another message has told it.
  if (wanted.purpose.kind === 'notify' && owed.length === 0 && wanted.headers.length === 0) {
    turn.note({ note: 'notification', leg: leg.id, outcome: 'skipped' });
    return;
  }
  const request = turn.newRequestId('offer');
  const sent = bodyFor(turn, leg, wanted);
  const settles = settledSince(turn, leg);
  changeOffers(turn, leg, { outstanding: { request, wanted, sent, settles } });
  const headers = [...wanted.headers, ...owed, ...offerHeaders(leg)];
  const payload = sent === undefined ? { headers } : { headers, body: sent };
  turn.perform({ do: 'request', leg: leg.id, request, method: 'INVITE', payload });
  const { timeoutMs } = turn.env.notify;
  if (wanted.purpose.kind === 'notify')
    turn.perform({ do: 'startTimer', timer: { kind: 'notify-timeout', leg: leg.id }, delayMs: timeoutMs });
}

/**
 * The outstanding one has no final response in time, and offers of the other leg wait for it. RFC 3261 §9.1: the answer to
 * CANCEL, or the 2xx that crosses it, is told as any other.
 */
export function withdrawOffer(turn: Turn, { id, ownOffers: { outstanding } }: Leg): void {
  if (outstanding === undefined) return;
  turn.perform({ do: 'withdraw', leg: id, request: outstanding.request, headers: [] });
}

/** Nobody waits for it any more. */
function stopWaiting(turn: Turn, { id, ownOffers: { outstanding } }: Leg): void {
  if (outstanding?.wanted.purpose.kind !== 'notify') return;
  turn.perform({ do: 'stopTimer', timer: { kind: 'notify-timeout', leg: id } });
}

function bodyFor(turn: Turn, leg: Leg, { sdp, by = leg.id }: WantedOffer): Body | undefined {
  switch (sdp) {
    case 'none':
      return undefined;
    // RFC 3264 §8: the same SDP has the same version.
    case 'unchanged':
      return leg.session.sent;
    case 'far-end':
      return farEndBody(turn, leg, 'offer');
    default:
      return showTo(turn, leg.id, { by, body: sdp, as: 'offer' });
  }
}

function farEndBody(turn: Turn, leg: Leg, as: 'offer' | 'answer'): Body | undefined {
  const farEnd = turn.peerOf(leg);
  const body = farEnd?.session.received;
  return farEnd && body && showTo(turn, leg.id, { by: farEnd.id, body, as });
}

/**
 * A response to a re-INVITE of ours; its outcome, when this is the last word on it. RFC 3261 §13.2.2.4: a 2xx is
 * acknowledged at once.
 */
export function onOwnOfferResponded(
  turn: Turn,
  leg: Leg,
  { request, status, payload }: SignalOf<'responded'>,
): OfferOutcome | undefined {
  const { outstanding, waiting, glares } = leg.ownOffers;
  if (status < 200) return undefined;
  if (outstanding?.request !== request) {
    if (status < 300) turn.perform({ do: 'acknowledge', leg: leg.id, request, payload: emptyPayload });
    return undefined;
  }
  const { wanted, settles } = outstanding;
  stopWaiting(turn, leg);
  if (status >= 300) oweAgain(turn, leg.id, settles);
  if (isBusy(status, payload) && glares < maxGlares) {
    const again = waiting.some(({ purpose }) => purpose.kind === wanted.purpose.kind)
      ? waiting
      : [wanted, ...waiting];
    changeOffers(turn, leg, { outstanding: undefined, glares: glares + 1, waiting: again, backingOff: true });
    turn.perform({
      do: 'startTimer',
      timer: { kind: 'offer-retry', leg: leg.id },
      delayMs: retryDelayMs(turn, leg, payload),
    });
    return undefined;
  }
  changeOffers(turn, leg, { outstanding: undefined, glares: 0 });
  if (status < 300) accepted(turn, leg, outstanding, payload);
  return { purpose: wanted.purpose, status };
}

/** RFC 3261 §14.2: who has another INVITE of its own or of ours under way says 491, or 500 with Retry-After. */
function isBusy(status: number, { headers }: Payload): boolean {
  return status === 491 || (status === 500 && firstValue(headers, 'retry-after') !== undefined);
}

/** As long as the peer asks for, at most 10 s (RFC 3261 §14.2 lets it ask for no more), and never less than after a glare. */
export function retryDelayMs(turn: Turn, leg: Leg, { headers }: Payload): number {
  const askedMs = Math.min(Number.parseInt(firstValue(headers, 'retry-after') ?? '', 10) || 0, 10) * 1000;
  return Math.max(askedMs, glareDelayMs(turn, leg));
}

/** RFC 3261 §14.1: who chose the Call-ID waits 2.1 to 4 seconds, the other side 0 to 2, in steps of 10 ms. */
function glareDelayMs({ nowMs, call }: Turn, leg: Leg): number {
  const [fromMs, steps] = leg.dialled ? [2_100, 191] : [0, 201];
  return fromMs + (scattered(`${call.connId} ${leg.id} ${String(nowMs)}`) % steps) * 10;
}

/** FNV-1a: looks random, and is the same for the same text. */
function scattered(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The time after a 491, or a 500 with Retry-After, is over. */
export function onOfferRetry(turn: Turn, id: LegId): void {
  const leg = turn.leg(id);
  if (leg !== undefined) changeOffers(turn, leg, { backingOff: false });
}

function accepted(turn: Turn, leg: Leg, { request, sent }: OutstandingOffer, { body }: Payload): void {
  const received = isSdp(body) ? body : undefined;
  // What we did not offer ourselves is the peer's offer.
  const answer = sent === undefined && received ? farEndBody(turn, leg, 'answer') : undefined;
  const payload = answer === undefined ? emptyPayload : { headers: [], body: answer };
  turn.perform({ do: 'acknowledge', leg: leg.id, request, payload });
  const told = sent ?? answer;
  if (told === undefined || received === undefined) return;
  legAgreed(turn, leg, { sent: told, received, as: sent === undefined ? 'offer' : 'answer' });
}

/** The leg ends, or is no longer of this call: nothing is sent any more, and no timer stays. */
export function dropOwnOffers(turn: Turn, leg: Leg): void {
  stopWaiting(turn, leg);
  if (leg.ownOffers.backingOff)
    turn.perform({ do: 'stopTimer', timer: { kind: 'offer-retry', leg: leg.id } });
  if (leg.ownOffers !== noOffers) turn.changeLeg(leg, { ownOffers: noOffers });
}

function changeOffers(turn: Turn, { id }: Leg, parts: Partial<OwnOffers>): void {
  const leg = turn.leg(id);
  if (leg !== undefined) turn.changeLeg(leg, { ownOffers: { ...leg.ownOffers, ...parts } });
}
