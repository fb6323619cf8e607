import { sipReason } from '../call/relay/capabilities.ts';
import type { HeaderLine, LegId, SignalOf } from '../call/signal.ts';
import { idle } from './dialog.ts';
import { type DialogTurn, tellingPayload } from './dialog-turn.ts';
import { partOfType, partsOfBody } from './multipart.ts';
import { answerFrom } from './recording-sdp.ts';

/** From the first INVITE to a recording. */

/** The next server; when there is none, `why` is what the last one said. */
export function inviteNext(turn: DialogTurn, why = 'there is no recording server', late = false): void {
  const [server, ...servers] = turn.dialog.servers;
  if (server === undefined) {
    turn.fail({ code: late ? 'recorder-timeout' : 'recorder-failed', reason: why });
    return;
  }
  const leg = turn.env.newLegId();
  const { payload, telling } = tellingPayload(turn);
  turn.change({ servers, server, told: telling, state: { is: 'inviting', leg } });
  turn.perform({
    ...{ do: 'invite', leg, requestUri: server, from: '<sip:baton@localhost>', to: `<${server}>` },
    // RFC 7866 §6.1.1: by this the server knows a recording client.
    ...{ contactUser: 'baton', contactParams: ';+sip.src', maxForwards: 70, payload },
  });
  turn.startTimer('answer', turn.env.answerTimeoutMs);
}

export function onInviteRefused(turn: DialogTurn, { status, reason }: SignalOf<'rejected'>): void {
  if (turn.dialog.state.is !== 'inviting') return;
  tryNext(turn, { status, reason: `${String(status)} ${reason}` });
}

export function onInviteSilent(turn: DialogTurn): void {
  const { state } = turn.dialog;
  if (state.is !== 'inviting') return;
  // Its CANCEL; of a 2xx that crosses it the adapter takes care.
  hangUp(turn, state.leg, [sipReason(408, 'No answer in time')]);
  tryNext(turn, { status: 408, reason: 'no answer in time' });
}

export function onInviteAnswered(turn: DialogTurn, { leg, status, payload }: SignalOf<'answered'>): void {
  if (turn.dialog.state.is !== 'inviting') return;
  const { sdp } = turn.dialog;
  turn.perform({ do: 'acknowledge', leg, payload: { headers: [] } });
  const part = partOfType(partsOfBody(payload.body), 'application/sdp');
  const answer = part === undefined ? { fault: 'no SDP' } : answerFrom(sdp, part);
  const fault = 'fault' in answer ? answer.fault : answer.taken === 0 ? 'it takes no stream' : undefined;
  if ('fault' in answer || fault !== undefined) {
    hangUp(turn, leg, [sipReason(488, 'Unusable answer')]);
    tryNext(turn, { status, reason: `an answer that is of no use: ${fault ?? ''}` });
    return;
  }
  turn.perform({ do: 'stopTimer', timer: 'answer' });
  turn.note({
    note: 'serverTook',
    server: turn.dialog.server,
    streams: answer.taken,
    offered: answer.offered,
  });
  const wantsAll = partOfType(partsOfBody(payload.body), 'application/rs-metadata-request') !== undefined;
  if (wantsAll) turn.owe({ tell: true });
  turn.change({ state: { is: 'connecting', leg }, answer: part });
  turn.perform({ do: 'connect', sdp: answer.sdp });
}

/** RFC 7866 §6: the server has said yes, and rtpengine copies. */
export function connectedFirst(turn: DialogTurn): void {
  const { state } = turn.dialog;
  if (state.is !== 'connecting') return;
  turn.change({ state: { is: 'up', leg: state.leg, doing: idle } });
  turn.startTimer('keepAlive', turn.env.keepAliveMs);
  turn.settle('start');
}

function tryNext(turn: DialogTurn, { status, reason }: { status: number; reason: string }): void {
  turn.perform({ do: 'stopTimer', timer: 'answer' });
  turn.note({ note: 'serverFailed', server: turn.dialog.server, status, reason });
  turn.change({ state: { is: 'forking' } });
  inviteNext(turn, `the recording server said: ${reason}`, status === 408);
}

function hangUp(turn: DialogTurn, leg: LegId, headers: readonly HeaderLine[]): void {
  turn.perform({ do: 'hangUp', leg, headers });
}
