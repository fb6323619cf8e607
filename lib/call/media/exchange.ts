import type { Leg } from '../leg.ts';
import { cutBetween, meant } from './cut.ts';
import { isSameSession, isSdp } from './sdp.ts';
import { agreedUpon, isComplete, isUpToDate, offerOf, type Said, type Session, show } from './session.ts';
import type { Body, LegId } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Offers and answers (RFC 3264) on their way through a call, noted on its legs. */

/** SDP as it goes to this leg's peer. */
export function showTo(turn: Turn, to: LegId, said: Omit<Said, 'cut'>): Body {
  const leg = turn.leg(to);
  if (leg === undefined) return said.body;
  const { session, body } = show(leg.session, { cut: cutBetween(turn, turn.leg(said.by), leg), ...said });
  if (turn.env.marksSdp !== true) {
    turn.changeLeg(leg, { session });
    return body;
  }
  const marked = { ...body, sdp: { by: said.by, as: said.as, call: turn.call.connId } };
  // What is sent unchanged some time has its mark too.
  turn.changeLeg(leg, { session: { ...session, shown: marked } });
  return marked;
}

/** SDP as it came from this leg's peer. */
export function hearFrom(turn: Turn, from: LegId, heard: Body): void {
  const leg = turn.leg(from);
  if (leg !== undefined) turn.changeLeg(leg, { session: { ...leg.session, heard } });
}

/** The body of a message that crosses from leg to leg, as it goes out. `message`: `INVITE`, `200/INVITE`, `ACK`. */
export function crossedBody(
  turn: Turn,
  body: Body,
  { from, to, message }: { readonly from: LegId; readonly to: LegId; readonly message: string },
): Body {
  if (!takesPart(message) || !isSdp(body)) return body;
  hearFrom(turn, from, body);
  const as = message === 'INVITE' || message === 'UPDATE' ? 'offer' : 'answer';
  return showTo(turn, to, { by: from, body, as });
}

/** RFC 3261 §13.2.1, RFC 3311 §5: where offers and answers are. A refusal may carry SDP that is neither. */
function takesPart(message: string): boolean {
  if (message === 'ACK') return true;
  const status = message.charCodeAt(0) - 0x30;
  return (message.endsWith('INVITE') || message.endsWith('UPDATE')) && !(status >= 3 && status <= 6);
}

/** The two ends have made an offer and its answer through us. */
export function endsAgreed(turn: Turn, ends: { readonly offerer: LegId; readonly answerer: LegId }): void {
  const offerer = turn.leg(ends.offerer);
  const answerer = turn.leg(ends.answerer);
  if (offerer === undefined || answerer === undefined) return;
  if (!isComplete(offerer.session) || !isComplete(answerer.session)) return;
  turn.changeLeg(offerer, { session: agreedUpon(offerer.session, 'offer') });
  turn.changeLeg(answerer, { session: agreedUpon(answerer.session, 'answer') });
}

/** One end and we have. */
export function legAgreed(
  turn: Turn,
  { id }: Leg,
  {
    sent,
    received: heard,
    as,
  }: { readonly sent: Body; readonly received: Body; readonly as: 'offer' | 'answer' },
): void {
  const leg = turn.leg(id);
  if (leg === undefined) return;
  const before = leg.session;
  const received = as === 'answer' ? meant(heard, before.received, before.cut) : heard;
  // An answer that repeats what the peer has once offered means it still.
  const repeats = before.received !== undefined && isSameSession(before.received, received);
  const receivedAs = repeats ? before.receivedAs : as;
  turn.changeLeg(leg, { session: { ...before, sent, heard, received, receivedAs } });
}

/** Has this leg's peer been sent what the other one said last? */
export function knows(turn: Turn, leg: Leg, farEnd: Leg): boolean {
  return isUpToDate(leg.session, farEnd.session, cutBetween(turn, farEnd, leg));
}

/** The exchange was not completed after all: what counts is what was agreed upon before. */
export function takeBack(turn: Turn, id: LegId, { sent, received, receivedAs }: Session): void {
  const leg = turn.leg(id);
  if (leg !== undefined) turn.changeLeg(leg, { session: { ...leg.session, sent, received, receivedAs } });
}

/** What the peer of `leg` has answered to somebody else's hold is void: `partner` holds nobody. */
export function forgetFormerHold(turn: Turn, { id }: Leg, partner: Leg): void {
  const leg = turn.leg(id);
  const origin = leg?.session.origin;
  if (leg === undefined || origin === undefined || origin.farEnd === partner.id) return;
  const { session } = leg;
  turn.changeLeg(leg, { session: { ...session, received: offerOf(session) } });
}
