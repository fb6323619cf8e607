import type { Payload, SignalOf } from '../call/signal.ts';
import { idle } from './dialog.ts';
import { type DialogTurn, ownHeaders } from './dialog-turn.ts';
import { partOfType, partsOfBody } from './multipart.ts';
import { answerFrom, answerTo, offer } from './recording-sdp.ts';

/** What a recording server asks of us within the dialog. */

export function onServerRequest(turn: DialogTurn, signal: SignalOf<'requested'>): void {
  const { method, payload } = signal;
  if (method === 'OPTIONS') respond(turn, signal, 200, { headers: ownHeaders });
  else if (method === 'INVITE' || method === 'UPDATE') onOffer(turn, signal, payload);
  else respond(turn, signal, 405, { headers: ownHeaders.filter(({ name }) => name === 'Allow') });
}

function onOffer(turn: DialogTurn, signal: SignalOf<'requested'>, { body }: Payload): void {
  const { sdp, paused } = turn.dialog;
  const parts = partsOfBody(body);
  const theirs = partOfType(parts, 'application/sdp');
  const wantsMetadata = partOfType(parts, 'application/rs-metadata-request') !== undefined;
  const offers = theirs !== undefined || signal.method === 'INVITE';
  if (offers && !mayOffer(turn, theirs !== undefined)) {
    respond(turn, signal, 491, { headers: [] });
    return;
  }
  // RFC 7866 §9.2: asked for everything, the client tells it in a request of its own.
  if (wantsMetadata) turn.owe({ tell: true });
  if (!offers) {
    respond(turn, signal, 200, { headers: ownHeaders });
  } else if (theirs === undefined) {
    const said = offer(sdp, paused);
    turn.change({ sdp: said });
    turn.doing({ is: 'hearing', request: signal.request });
    respond(turn, signal, 200, sdpPayload(said.offered));
  } else if ('fault' in answerFrom(sdp, theirs)) {
    respond(turn, signal, 488, { headers: [] });
  } else {
    const said = answerTo(sdp, theirs, paused);
    turn.change({ sdp: said, answer: theirs });
    respond(turn, signal, 200, sdpPayload(said.offered));
    turn.owe({ connect: true });
  }
}

/** RFC 3261 §14.2: one offer at a time. While rtpengine is asked, or after a glare, there is none; without SDP it would be ours. */
function mayOffer({ dialog: { state } }: DialogTurn, withSdp: boolean): boolean {
  if (state.is !== 'up') return false;
  const { is } = state.doing;
  return is === 'nothing' || (withSdp && is !== 'offering' && is !== 'hearing');
}

/** The ACK to our 2xx; that of an INVITE without SDP brings the answer to our offer. */
export function onServerAck(turn: DialogTurn, { request, payload }: SignalOf<'acknowledged'>): void {
  const { state } = turn.dialog;
  if (state.is !== 'up' || state.doing.is !== 'hearing' || state.doing.request !== request) return;
  turn.doing(idle);
  const answer = partOfType(partsOfBody(payload.body), 'application/sdp');
  if (answer === undefined) return;
  turn.change({ answer });
  turn.owe({ connect: true });
}

export function onServerWithdrawn(turn: DialogTurn, { request }: SignalOf<'withdrawn'>): void {
  const { state } = turn.dialog;
  if (state.is === 'up' && state.doing.is === 'hearing' && state.doing.request === request) turn.doing(idle);
}

function respond(
  turn: DialogTurn,
  { leg, request }: SignalOf<'requested'>,
  status: number,
  payload: Payload,
): void {
  turn.perform({ do: 'respond', leg, request, status, payload });
}

function sdpPayload(content: string): Payload {
  return { headers: ownHeaders, body: { contentType: 'application/sdp', content } };
}
