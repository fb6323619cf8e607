import { isOffer, type Relayed } from './call.ts';
import { legAgreed, showTo } from './media/exchange.ts';
import { emptyPayload, respond } from './relay/relay.ts';
import type { LegId } from './signal.ts';
import type { Turn } from './turn.ts';

/**
 * One of the two parties leaves its place, and the other stays: what was under way between them comes to its end. What the
 * leaver asked is answered 487 (RFC 3261 §15.1.2); who asked the leaver something may ask its successor.
 */
export function endUnderWay(turn: Turn, leaver: LegId): void {
  const { relayed, held } = turn.call;
  const left: Relayed[] = [];
  for (const one of relayed) {
    const rest = one.from === leaver ? endAsked(turn, one) : one.to === leaver ? endOwed(turn, one) : one;
    if (rest !== undefined) left.push(rest);
  }
  for (const { from, request } of held) if (from === leaver) respond(turn, from, request, { status: 487 });
  turn.change({ relayed: left, held: held.filter(({ from }) => from !== leaver) });
}

/** The leaver has asked it. */
function endAsked(turn: Turn, one: Relayed): Relayed | undefined {
  switch (one.stage) {
    case 'relayed':
      respond(turn, one.from, one.request, { status: 487 });
      if (!isOffer(one.sentMethod, one.offers)) return undefined;
      // RFC 3261 §14.1: whoever stays gets no other offer before the last word on this one.
      if (one.sentMethod === 'INVITE')
        turn.perform({ do: 'withdraw', leg: one.to, request: one.sent, headers: [] });
      return { ...one, stage: 'withdrawn' };
    case 'withdrawn':
      return one;
    case 'acknowledging':
      turn.perform({ do: 'stopTimer', timer: { kind: 'ack-missing', leg: one.from } });
      if (!one.offers) answerForLeaver(turn, one);
      return undefined;
  }
}

/** The other side has made the offer that the leaver asked for, and waits for the answer in an ACK. */
function answerForLeaver(turn: Turn, { from, to, sent: request }: Relayed): void {
  const said = turn.leg(from)?.session.received;
  const leg = turn.leg(to);
  // It has left meanwhile, too.
  if (leg === undefined) return;
  const received = leg.session.heard;
  const sent = received && said && showTo(turn, to, { by: from, body: said, as: 'answer' });
  const payload = sent === undefined ? emptyPayload : { headers: [], body: sent };
  turn.perform({ do: 'acknowledge', leg: to, request, payload });
  if (sent !== undefined && received !== undefined) legAgreed(turn, leg, { sent, received, as: 'offer' });
}

/** The leaver was asked. A 2xx that it still sends is acknowledged as one that nobody waits for. */
function endOwed(turn: Turn, one: Relayed): Relayed | undefined {
  // It has been answered: who asked only owes us its ACK.
  if (one.stage === 'acknowledging') return one;
  const status = isOffer(one.sentMethod, one.offers) ? 491 : 480;
  if (one.stage === 'relayed') respond(turn, one.from, one.request, { status });
  return undefined;
}
