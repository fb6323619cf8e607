import { type AudioSwitched, onAudioSwitched, seekAgreement } from './media/agreement.ts';
import { onNoAnswer, onRejected } from './set-up/attempt.ts';
import type { Call } from './call.ts';
import { onSharedDataChanged, type SharedDataChanged } from './data/data.ts';
import { type DataRequested, onDataRequested } from './data/data-request.ts';
import {
  onAnswerFailed,
  onCancelled,
  onHungUp,
  onLinger,
  onLost,
  onReleaseWanted,
  type ReleaseWanted,
} from './ending/ending.ts';
import { onOriginateWanted, type OriginateWanted } from './set-up/originate.ts';
import type { Joinable } from './transfer/join.ts';
import { onRequested } from './relay/mid-call.ts';
import { onNotifyRetry, onNotifyTimeout } from './notify/notify.ts';
import { onOfferRetry, sendOwnOffers } from './media/own-offer.ts';
import { tellParties } from './events/party-events.ts';
import { onAckMissing, onReinviteAcknowledged, onResponded } from './relay/relay-response.ts';
import { onRecordingChanged, type RecordingChanged } from './recording/recording.ts';
import { letGo } from './transfer/hand-over.ts';
import { onReportTimeout, onSubscriptionExpired } from './transfer/referral.ts';
import { onReplacing, type Replacing } from './transfer/replacing.ts';
import { type Decided, onDecided } from './set-up/screening.ts';
import { onThirdLeg } from './transfer/third-leg.ts';
import { onAcknowledged, onAnswered, onInvited, onProgressed } from './set-up/set-up.ts';
import type { Signal, SignalOf, TimerName } from './signal.ts';
import {
  onJoinWanted,
  onTransferWanted,
  type JoinWanted,
  type TransferWanted,
} from './transfer/transfer-request.ts';
import { onWithdrawn } from './relay/withdrawal.ts';
import { type Decision, type Env, Turn } from './turn.ts';

/** A REFER may name a dialog of another call. */
export type Requested = SignalOf<'requested'> & { readonly joinable?: Joinable };

/** Whatever reaches a call: from the wire, the clock, or the other side of an API. */
export type CallSignal =
  | Exclude<Signal, { type: 'requested' | 'subscribed' }>
  | Requested
  | ReleaseWanted
  | DataRequested
  | SharedDataChanged
  | Decided
  | OriginateWanted
  | Replacing
  | AudioSwitched
  | RecordingChanged
  | TransferWanted
  | JoinWanted;

/**
 * What becomes of a call by one signal: the next call, what is to be done, who is to be told. Pure: nothing
 * outside changes, and the same call, signal and time give the same decision. Signals that fit nothing (a
 * late response, an unknown leg) decide nothing.
 */
export function decide(call: Call, signal: CallSignal, nowMs: number, env: Env): Decision {
  const turn = new Turn(call, nowMs, env);
  if (signal.type === 'requested') turn.joinable = signal.joinable;
  if (signal.type === 'replacing') onReplacing(turn, signal);
  else if (!isForThirdLeg(turn, signal)) take(turn, signal);
  // Whatever has happened may be what they waited for.
  if (turn.call.state === 'established') {
    seekAgreement(turn);
    sendOwnOffers(turn);
    letGo(turn);
  }
  tellParties(turn, call);
  if (turn.joined !== undefined) tellParties(turn.joined.other, turn.joined.before);
  return turn;
}

function isForThirdLeg(turn: Turn, signal: Exclude<CallSignal, Replacing>): boolean {
  return ('leg' in signal || signal.type === 'timerFired') && onThirdLeg(turn, signal);
}

/** The table of signals: what each reaches. */
function take(turn: Turn, signal: Exclude<CallSignal, Replacing>): void {
  switch (signal.type) {
    case 'invited':
      onInvited(turn, signal);
      return;
    case 'progressed':
      onProgressed(turn, signal);
      return;
    case 'answered':
      onAnswered(turn, signal);
      return;
    case 'rejected':
      onRejected(turn, signal);
      return;
    case 'cancelled':
      onCancelled(turn, signal);
      return;
    case 'acknowledged':
      if (signal.request === undefined) onAcknowledged(turn, signal);
      else onReinviteAcknowledged(turn, signal);
      return;
    case 'requested':
      onRequested(turn, signal);
      return;
    case 'responded':
      onResponded(turn, signal);
      return;
    case 'withdrawn':
      onWithdrawn(turn, signal);
      return;
    case 'hungUp':
      onHungUp(turn, signal);
      return;
    case 'lost':
      onLost(turn, signal);
      return;
    case 'answerFailed':
      onAnswerFailed(turn, signal);
      return;
    case 'timerFired':
      onTimer(turn, signal.timer);
      return;
    default:
      carryOut(turn, signal);
  }
}

/** The same of what comes from the other side of an API. */
function carryOut(turn: Turn, wish: Exclude<CallSignal, Signal | Replacing>): void {
  switch (wish.type) {
    case 'releaseWanted':
      onReleaseWanted(turn, wish);
      return;
    case 'transferWanted':
      onTransferWanted(turn, wish);
      return;
    case 'joinWanted':
      onJoinWanted(turn, wish);
      return;
    case 'dataRequested':
      onDataRequested(turn, wish);
      return;
    case 'sharedDataChanged':
      onSharedDataChanged(turn, wish);
      return;
    case 'decided':
      onDecided(turn, wish);
      return;
    case 'audioSwitched':
      onAudioSwitched(turn, wish);
      return;
    case 'originateWanted':
      onOriginateWanted(turn, wish);
      return;
    case 'recordingChanged':
      onRecordingChanged(turn, wish);
      return;
    default:
      return wish satisfies never;
  }
}

function onTimer(turn: Turn, timer: TimerName): void {
  switch (timer.kind) {
    case 'no-answer':
      onNoAnswer(turn, timer.leg);
      return;
    case 'notify-timeout':
      onNotifyTimeout(turn, timer.leg);
      return;
    case 'notify-retry':
      onNotifyRetry(turn, timer.leg);
      return;
    case 'linger':
      onLinger(turn);
      return;
    case 'ack-missing':
      onAckMissing(turn, timer.leg);
      return;
    case 'offer-retry':
      onOfferRetry(turn, timer.leg);
      return;
    case 'referral':
      onReportTimeout(turn, timer.leg);
      return;
    case 'subscription':
      onSubscriptionExpired(turn, timer.leg);
      return;
    default:
      return timer satisfies never;
  }
}
