import { carriesSdp, type HeldRequest, isOffer, type Relayed } from '../call.ts';
import { offerHeaders, warning } from './capabilities.ts';
import { changeData } from '../data/data.ts';
import { nextMaxForwards } from '../set-up/from-to.ts';
import { hasDialog, type Leg } from '../leg.ts';
import { crossed, midCallMessage, respond } from './relay.ts';
import { settledSince } from '../data/owed.ts';
import type { HeaderLine, MidCallMethod } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Requests that wait for one call; over it the peer is told to come back. */
const maxHeld = 16;
/** Requests without a final response in one call: DTMF at five a second for 32 s are 160. */
const maxRelayed = 256;
/** RFC 3261 §17.1.2.2, Timer F, 64*T1: then the sender of anything but INVITE has given up. */
const givenUpAfterMs = 32_000;

/**
 * Sends a request on to the other leg. While that leg has no dialog yet, or an INVITE of its own without ACK,
 * the request waits: the peer that sent it cannot know. What the rules of offer and answer forbid is refused
 * at once. False: it was refused.
 */
export function relayOrHold(turn: Turn, request: HeldRequest): boolean {
  const from = turn.leg(request.from);
  const to = from && turn.peerOf(from);
  if (from === undefined || to === undefined) {
    if (from === undefined || !answerWithoutPeer(turn, from, request))
      respond(turn, request.from, request.request, { status: 481 });
    return false;
  }
  const sentMethod = sentMethodFor(to, request);
  const ready = isReady(turn, to, sentMethod, request);
  const refusal = hopRefusal(request) ?? offerRefusal(turn, request) ?? roomRefusal(turn, ready);
  if (refusal !== undefined) respond(turn, from.id, request.request, refusal);
  else if (ready) relay(turn, from, to, { request, sentMethod });
  else turn.change({ held: [...turn.call.held, request] });
  return refusal === undefined;
}

/** Nobody is there for it: the target of a transfer that has not answered, or who departs. A refresh we can answer. */
function answerWithoutPeer(turn: Turn, from: Leg, request: HeldRequest): boolean {
  if (request.method === 'UPDATE' && !carriesSdp(request.payload)) answerUpdate(turn, from, request);
  else if (from.id === turn.call.transfer?.target.id)
    respond(turn, from.id, request.request, isOffer(request.method, true) ? comeBack(turn) : { status: 480 });
  else return false;
  return true;
}

/** Something has changed that held requests may have waited for. */
export function retryHeld(turn: Turn): void {
  const { held } = turn.call;
  if (held.length === 0) return;
  turn.change({ held: [] });
  for (const request of held) {
    if (isGivenUp(turn, request)) respond(turn, request.from, request.request, { status: 408 });
    else relayOrHold(turn, request);
  }
}

/** A digit that was dialled half a minute ago would only do harm. */
function isGivenUp(turn: Turn, { method, sinceMs }: HeldRequest): boolean {
  return method !== 'INVITE' && turn.nowMs - sinceMs > givenUpAfterMs;
}

/** Neither what waits nor what is under way piles up without end. */
function roomRefusal(turn: Turn, ready: boolean): RelayRefusal | undefined {
  const { relayed, held } = turn.call;
  return (ready ? relayed.length < maxRelayed : held.length < maxHeld) ? undefined : comeBack(turn);
}

/**
 * RFC 3261 §14.1: no INVITE while another is without its ACK, or one of our own is outstanding; RFC 3311 §5.1: nor an
 * UPDATE with an offer while another is. Other requests need only a dialog, but a caller whose ACK we wait for gets
 * none either: it may not know yet that it was answered.
 */
function isReady(turn: Turn, to: Leg, method: MidCallMethod, { payload }: HeldRequest): boolean {
  const { relayed } = turn.call;
  if (isOffer(method, carriesSdp(payload))) {
    if (to.ownOffers.outstanding !== undefined || relayed.some(({ stage }) => stage === 'withdrawn'))
      return false;
  }
  if (method !== 'INVITE') return hasDialog(to);
  return to.state.is === 'confirmed' && relayed.every(({ stage }) => stage === 'relayed');
}

interface RelayRefusal {
  readonly status: number;
  readonly payload?: { readonly headers: readonly { readonly name: string; readonly value: string }[] };
}

/** RFC 7332 §4: what a B2BUA sends on for a request counts as a hop of it, within a dialog too. */
function hopRefusal({ payload }: HeldRequest): RelayRefusal | undefined {
  return nextMaxForwards(payload.headers) === undefined ? { status: 483 } : undefined;
}

/**
 * Glare. RFC 3261 §14.2: INVITE while ours is outstanding on that dialog: 491; a second one before the final
 * response to the first: 500 with Retry-After. RFC 3311 §5.2: the same for offers in UPDATE. The retry is for
 * the ends: each waits by its own role (§14.1), and as our two dialogs have different Call-ID owners, the
 * ends wait different times.
 */
function offerRefusal(turn: Turn, request: HeldRequest): RelayRefusal | undefined {
  if (!isOffer(request.method, carriesSdp(request.payload))) return undefined;
  // One of our own is outstanding there.
  if (turn.leg(request.from)?.ownOffers.outstanding !== undefined) return { status: 491 };
  for (const other of turn.call.relayed) {
    if (other.stage === 'acknowledging' || !isOffer(other.sentMethod, other.offers)) continue;
    if (other.from !== request.from) return { status: 491 };
    // A new one after one that was taken back only has to wait for the other leg's last word on that.
    if (other.stage === 'relayed') return comeBack(turn);
  }
  const from = turn.leg(request.from);
  if (request.method !== 'INVITE' || from === undefined || from.state.is === 'confirmed') return undefined;
  return !from.dialled && from.state.is !== 'answered' ? comeBack(turn) : heldOrGlare(from);
}

/** An unanswered callee has our INVITE; whoever has been answered may only be ahead of its own ACK. */
function heldOrGlare(from: Leg): RelayRefusal | undefined {
  return from.state.is === 'answered' && !from.dialled ? undefined : { status: 491 };
}

/** RFC 3261 §14.2: between 0 and 10 seconds, at random; the clock's last digit will do. */
function comeBack(turn: Turn): RelayRefusal {
  return {
    status: 500,
    payload: { headers: [retryAfter(turn)] },
  };
}

/** The same for whatever cannot be done just now. */
export function retryAfter({ nowMs }: Turn): HeaderLine {
  return { name: 'Retry-After', value: String((nowMs % 10) + 1) };
}

/**
 * RFC 3311 §4: UPDATE only to a peer whose Allow lists it. To others an offer goes as re-INVITE; in an early
 * dialog there is no such thing.
 */
function sentMethodFor(to: Leg, { method, payload }: HeldRequest): MidCallMethod {
  const asReinvite = method === 'UPDATE' && !takesUpdate(to) && to.state.is === 'confirmed';
  return asReinvite && carriesSdp(payload) ? 'INVITE' : method;
}

const takesUpdate = (leg: Leg): boolean => leg.allow?.update === true;

interface Sending {
  readonly request: HeldRequest;
  readonly sentMethod: MidCallMethod;
}

function relay(turn: Turn, from: Leg, to: Leg, sending: Sending): void {
  if (sending.sentMethod === 'UPDATE' && !takesUpdate(to)) answerUpdate(turn, from, sending.request);
  else send(turn, from, to, sending);
}

/**
 * An UPDATE that cannot go on. With an offer 488 leaves all as it was. Without one it is a refresh, perhaps
 * with data, and we can answer it.
 */
function answerUpdate(turn: Turn, from: Leg, request: HeldRequest): void {
  if (carriesSdp(request.payload)) {
    const headers = [warning('the other side does not take UPDATE before it has answered')];
    respond(turn, from.id, request.request, { status: 488, payload: { headers } });
    return;
  }
  respond(turn, from.id, request.request, { status: 200, payload: { headers: offerHeaders(from) } });
  changeData(turn, from, request.operations);
}

function send(turn: Turn, from: Leg, to: Leg, { request, sentMethod }: Sending): void {
  const { method, payload, operations } = request;
  const sent = turn.newRequestId('relay');
  const own = sentMethod === 'INVITE' || sentMethod === 'UPDATE' ? offerHeaders(to) : [];
  const carried = crossed(turn, payload, { from, to }, midCallMessage(sentMethod), own);
  const relayed: Relayed = {
    from: from.id,
    request: request.request,
    method,
    to: to.id,
    sent,
    sentMethod,
    offers: carriesSdp(payload),
    stage: 'relayed',
    operations,
    settles: settledSince(turn, to),
    overtaken: [],
  };
  turn.change({ relayed: [...turn.call.relayed, relayed] });
  turn.perform({
    do: 'request',
    leg: to.id,
    request: sent,
    method: sentMethod,
    maxForwards: nextMaxForwards(payload.headers) ?? 0,
    payload: carried,
  });
}
