import { firstValue } from '../call/header-lines.ts';
import type { Payload, SignalOf } from '../call/signal.ts';
import { type Doing, idle } from './dialog.ts';
import { type DialogTurn, ownHeaders, tellingPayload } from './dialog-turn.ts';
import { partOfType, partsOfBody } from './multipart.ts';
import { answerFrom } from './recording-sdp.ts';

/** What is told a server that records. */

/** Does the next of what is due, when nothing is under way. */
export function proceed(turn: DialogTurn): void {
  const { state, paused, forked, due, told } = turn.dialog;
  if (state.is !== 'up' || state.doing.is !== 'nothing') return;
  if (!paused && (due.fork || !forked)) {
    turn.owe({ fork: false });
    turn.change({ forked: true });
    turn.doing({ is: 'forking' });
    turn.perform({ do: 'fork' });
    return;
  }
  const { media, metadata } = turn.toTell;
  if (due.tell || media !== told.media || metadata !== told.metadata) tell(turn);
  else if (due.connect && !paused) connect(turn);
  else turn.settleAsked();
}

/** RFC 7866 §9.1: all of it anew, in a re-INVITE. */
function tell(turn: DialogTurn): void {
  const { state, due } = turn.dialog;
  if (state.is !== 'up') return;
  const request = turn.env.newRequestId();
  const { payload, telling } = tellingPayload(turn);
  turn.owe({ tell: false });
  turn.doing({ is: 'offering', request, telling, onRequest: due.tell });
  turn.perform({ do: 'request', leg: state.leg, request, method: 'INVITE', payload });
}

/** To where the server has said last. */
function connect(turn: DialogTurn): void {
  const { sdp, answer } = turn.dialog;
  const turned = answer === undefined ? { fault: 'no SDP' } : answerFrom(sdp, answer);
  if ('fault' in turned) {
    turn.fail({ code: 'recorder-failed', reason: `the recording server's answer: ${turned.fault}` });
    return;
  }
  turn.owe({ connect: false });
  turn.doing({ is: 'connecting' });
  turn.perform({ do: 'connect', sdp: turned.sdp });
}

export function connected(turn: DialogTurn): void {
  const { state } = turn.dialog;
  if (state.is === 'up' && state.doing.is === 'connecting') turn.doing(idle);
}

export function onOfferResponded(turn: DialogTurn, signal: SignalOf<'responded'>): void {
  const { state } = turn.dialog;
  const { status, request, leg, payload } = signal;
  if (state.is !== 'up' || state.doing.is !== 'offering' || state.doing.request !== request) return;
  if (status < 200) return;
  if (status < 300) {
    turn.perform({ do: 'acknowledge', leg, request, payload: { headers: [] } });
    turn.note({ note: 'updated', outcome: 'accepted', status });
    accepted(turn, state.doing, payload);
  } else if (isBusy(status, payload)) {
    turn.note({ note: 'updated', outcome: 'glare', status });
    turn.doing({ is: 'waiting' });
    turn.startTimer('retry', turn.env.retryDelayMs());
  } else if (status === 481 || status === 408) {
    // RFC 3261 §12.2.1.2: these end the dialog.
    turn.fail({
      code: 'recorder-failed',
      reason: `the recording server does not know of it any more (${String(status)})`,
    });
  } else {
    turn.note({ note: 'updated', outcome: 'refused', status });
    refused(turn, state.doing, status);
  }
}

type Offering = Extract<Doing, { is: 'offering' }>;

function accepted(turn: DialogTurn, { telling, onRequest }: Offering, { body }: Payload): void {
  const parts = partsOfBody(body);
  // One that is asked for in the answer to the last such request would be asked for without end.
  if (!onRequest && partOfType(parts, 'application/rs-metadata-request') !== undefined)
    turn.owe({ tell: true });
  const answer = partOfType(parts, 'application/sdp');
  turn.change({ told: telling, ...(answer !== undefined && { answer }) });
  turn.doing(idle);
  if (!turn.dialog.paused && turn.dialog.forked) connect(turn);
}

/** RFC 6141 §3.1: all stays as it was. What flows now may go on; what is new cannot begin. */
function refused(turn: DialogTurn, { telling }: Offering, status: number): void {
  const { told, paused, asked } = turn.dialog;
  const failure = {
    code: 'recorder-failed',
    reason: `the recording server refused the streams (${String(status)})`,
  } as const;
  const isNews = !paused && telling.media !== told.media;
  turn.doing(idle);
  if (isNews && asked === 'resume') {
    turn.unfork();
    turn.change({ paused: true, told: { ...told, metadata: telling.metadata } });
    turn.settleAsked(failure);
  } else if (isNews) turn.fail(failure);
  else turn.change({ told: telling });
}

/** RFC 3261 §14.2: another INVITE is under way. */
function isBusy(status: number, { headers }: Payload): boolean {
  return status === 491 || (status === 500 && firstValue(headers, 'retry-after') !== undefined);
}

/** A server that fell over says no BYE, and an rtpengine that fell over nothing. */
export function sendKeepAlive(turn: DialogTurn): void {
  const { state, forked } = turn.dialog;
  if (state.is !== 'up') return;
  const request = turn.env.newRequestId();
  turn.perform({
    do: 'request',
    leg: state.leg,
    request,
    method: 'OPTIONS',
    payload: { headers: ownHeaders },
  });
  if (forked && state.doing.is === 'nothing') turn.perform({ do: 'checkFork' });
  turn.startTimer('keepAlive', turn.env.keepAliveMs);
}

/** RFC 3261 §12.2.1.2: whatever else the answer is, the server is there. */
export function onKeepAliveResponded(turn: DialogTurn, { status }: SignalOf<'responded'>): void {
  if (status !== 481 && status !== 408) return;
  turn.fail({ code: 'recorder-failed', reason: `the recording server is gone (${String(status)})` });
}
