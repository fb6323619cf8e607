import { onNoAnswer, onRejected } from './attempt.ts';
import type { Call } from './call.ts';
import { onAnswerFailed, onCancelled, onHungUp, onLinger, onLost, onReleaseWanted } from './ending.ts';
import { onRequested } from './mid-call.ts';
import { onNotifyTimeout } from './notify.ts';
import { onReinviteAcknowledged, onResponded } from './relay-response.ts';
import { onAcknowledged, onAnswered, onInvited, onProgressed } from './set-up.ts';
import type { Signal, TimerName } from './signal.ts';
import { type Decision, type Env, Turn } from './turn.ts';

/** Not from the wire: the B2BUA wants the call to end. `status` is for a caller who has no final response yet. */
export interface ReleaseWanted {
  readonly type: 'releaseWanted';
  readonly status: number;
  readonly reason: string;
}

/**
 * What becomes of a call by one signal: the next call, what is to be done, who is to be told. Pure: nothing outside changes, and the same
 * call, signal and time give the same decision. Signals that fit nothing (a late response, an unknown leg) decide nothing.
 */
export function decide(call: Call, signal: Signal | ReleaseWanted, nowMs: number, env: Env): Decision {
  const turn = new Turn(call, nowMs, env);
  take(turn, signal);
  return turn;
}

function take(turn: Turn, signal: Signal | ReleaseWanted): void {
  switch (signal.type) {
    case 'invited':
      return onInvited(turn, signal);
    case 'progressed':
      return onProgressed(turn, signal);
    case 'answered':
      return onAnswered(turn, signal);
    case 'rejected':
      return onRejected(turn, signal);
    case 'cancelled':
      return onCancelled(turn, signal);
    case 'acknowledged':
      return signal.request === undefined
        ? onAcknowledged(turn, signal)
        : onReinviteAcknowledged(turn, signal);
    case 'requested':
      return onRequested(turn, signal);
    case 'responded':
      return onResponded(turn, signal);
    case 'hungUp':
      return onHungUp(turn, signal);
    case 'lost':
      return onLost(turn, signal);
    case 'answerFailed':
      return onAnswerFailed(turn, signal);
    case 'timerFired':
      return onTimer(turn, signal.timer);
    case 'releaseWanted':
      return onReleaseWanted(turn, signal);
    default:
      return signal satisfies never;
  }
}

function onTimer(turn: Turn, timer: TimerName): void {
  switch (timer.kind) {
    case 'no-answer':
      return onNoAnswer(turn, timer.leg);
    case 'notify-timeout':
      return onNotifyTimeout(turn, timer.leg);
    case 'linger':
      return onLinger(turn);
    case 'glare-retry':
    case 'ack-missing':
      // Not ours: the ends retry after a 491, and the engine waits for ACKs.
      return;
    default:
      return timer satisfies never;
  }
}
