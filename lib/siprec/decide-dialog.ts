import type { Signal } from '../call/signal.ts';
import { crewWith, type Party } from './crew.ts';
import {
  type DialogEffect,
  type DialogEnv,
  type DialogTimer,
  type Happening,
  idle,
  nothingDue,
  type RecordingDialog,
} from './dialog.ts';
import { DialogTurn } from './dialog-turn.ts';
import type { Metadata } from './metadata.ts';
import { newRecordingSdp, withFork } from './recording-sdp.ts';
import { onServerAck, onServerRequest, onServerWithdrawn } from './server-request.ts';
import { connectedFirst, inviteNext, onInviteAnswered, onInviteRefused, onInviteSilent } from './set-up.ts';
import { connected, onKeepAliveResponded, onOfferResponded, proceed, sendKeepAlive } from './update.ts';

export interface NewDialog {
  readonly about: Pick<Metadata, 'groupId' | 'sessionId' | 'startedAtMs' | 'names'>;
  /** SIP URIs, in the order in which they are tried. */
  readonly servers: readonly string[];
  readonly parties: readonly Party[];
  /** Digits, for the o= line. */
  readonly sdpId: string;
}

export function newDialog({ about, servers, parties, sdpId }: NewDialog, env: DialogEnv): RecordingDialog {
  return {
    ...{ about, servers, server: '', state: { is: 'new' }, sdp: newRecordingSdp(sdpId) },
    crew: crewWith([], parties, env),
    ...{ paused: false, forked: false, due: nothingDue },
    ...{ told: { media: '', metadata: '' }, answer: undefined, asked: undefined },
  };
}

/** The one function of the machine. */
export function decideDialog(
  dialog: RecordingDialog,
  happening: Happening,
  env: DialogEnv,
): { readonly dialog: RecordingDialog; readonly effects: readonly DialogEffect[] } {
  const turn = new DialogTurn(dialog, env);
  if (dialog.state.is !== 'over') {
    happened(turn, happening);
    proceed(turn);
  }
  return { dialog: turn.dialog, effects: turn.effects };
}

function happened(turn: DialogTurn, happening: Happening): void {
  switch (happening.type) {
    case 'begin':
      if (turn.dialog.state.is === 'new') fork(turn);
      break;
    case 'partiesChanged':
      turn.change({ crew: crewWith(turn.dialog.crew, happening.parties, turn.env) });
      if (happening.fork) turn.owe({ fork: true });
      break;
    case 'mediaChanged':
      turn.owe({ fork: true });
      break;
    case 'pause':
    case 'resume':
      wish(turn, happening.type);
      break;
    case 'stop':
      turn.settleAsked({ code: 'recording-unknown', reason: 'stopped' });
      turn.end([]);
      break;
    case 'giveUp':
    case 'forkFailed':
      onFailure(turn, happening);
      break;
    case 'forked':
      onForked(turn, happening);
      break;
    case 'connected':
      if (turn.dialog.state.is === 'connecting') connectedFirst(turn);
      else connected(turn);
      break;
    case 'signal':
      if ('leg' in happening.signal && happening.signal.leg === turn.leg) onSignal(turn, happening.signal);
      break;
    case 'timerFired':
      onTimer(turn, happening.timer);
      break;
    default:
      happening satisfies never;
  }
}

function fork(turn: DialogTurn): void {
  turn.change({ state: { is: 'forking' }, forked: true });
  turn.perform({ do: 'fork' });
}

/** What is not to be recorded stops at once; the server is told afterwards. */
function wish(turn: DialogTurn, what: 'pause' | 'resume'): void {
  if (turn.dialog.state.is !== 'up') {
    turn.settle(what, { code: 'recording-unknown', reason: 'it is not being recorded yet' });
    return;
  }
  turn.settleAsked({ code: 'recorder-failed', reason: `overtaken by ${what}` });
  turn.change({ paused: what === 'pause', asked: what });
  if (what === 'pause') turn.unfork();
}

function onFailure(turn: DialogTurn, happening: Extract<Happening, { type: 'giveUp' | 'forkFailed' }>): void {
  const { state, asked, paused } = turn.dialog;
  const isUp = state.is === 'up';
  // Nothing is copied while it is paused, so there is nothing to fail; of what came before the pause it is too late.
  if (isUp && paused) {
    if (happening.type === 'giveUp') turn.settleAsked(happening.failure);
    else if (state.doing.is === 'forking' || state.doing.is === 'connecting') turn.doing(idle);
    return;
  }
  if (isUp && asked === 'resume') {
    turn.unfork();
    turn.change({ paused: true });
    turn.settleAsked(happening.failure);
    if (state.doing.is === 'forking' || state.doing.is === 'connecting') turn.doing(idle);
    return;
  }
  if (isUp && happening.type === 'giveUp') return;
  turn.fail(happening.failure);
}

function onForked(turn: DialogTurn, { fork: forked }: Extract<Happening, { type: 'forked' }>): void {
  const { state, sdp, paused } = turn.dialog;
  const placed = withFork(sdp, forked, () => turn.env.newId());
  if (placed === undefined) {
    onFailure(turn, {
      type: 'forkFailed',
      failure: { code: 'recorder-failed', reason: 'rtpengine gave no streams that could be recorded' },
    });
    return;
  }
  turn.change({ sdp: placed });
  if (state.is === 'forking') inviteNext(turn);
  if (state.is !== 'up') return;
  turn.doing(idle);
  if (!paused) turn.owe({ connect: true });
}

function onSignal(turn: DialogTurn, signal: Signal): void {
  switch (signal.type) {
    case 'answered':
      onInviteAnswered(turn, signal);
      break;
    case 'rejected':
      onInviteRefused(turn, signal);
      break;
    case 'responded':
      if (signal.method === 'INVITE') onOfferResponded(turn, signal);
      else onKeepAliveResponded(turn, signal);
      break;
    case 'requested':
      onServerRequest(turn, signal);
      break;
    case 'acknowledged':
      onServerAck(turn, signal);
      break;
    case 'withdrawn':
      onServerWithdrawn(turn, signal);
      break;
    case 'hungUp':
      turn.fail({ code: 'recorder-failed', reason: 'the recording server hung up' });
      break;
    case 'lost':
      turn.fail({ code: 'recorder-failed', reason: signal.reason });
      break;
    // Provisional responses; and what befalls only legs of callers and subscribers.
    case 'progressed':
    case 'invited':
    case 'subscribed':
    case 'cancelled':
    case 'answerFailed':
    case 'timerFired':
      break;
    default:
      signal satisfies never;
  }
}

function onTimer(turn: DialogTurn, timer: DialogTimer): void {
  const { state } = turn.dialog;
  switch (timer) {
    case 'answer':
      onInviteSilent(turn);
      break;
    case 'retry':
      if (state.is === 'up' && state.doing.is === 'waiting') turn.doing(idle);
      break;
    case 'keepAlive':
      sendKeepAlive(turn);
      break;
    default:
      timer satisfies never;
  }
}
