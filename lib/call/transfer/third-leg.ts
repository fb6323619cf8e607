import { onRequested } from '../relay/mid-call.ts';
import { departed, transferorLeft } from './hand-over.ts';
import { isRinging, type Leg } from '../leg.ts';
import { onNewcomer } from './newcomer.ts';
import { onReported, onReportTimeout } from './referral.ts';
import { acknowledgeStray, onResponded } from '../relay/relay-response.ts';
import type { Signal, SignalOf } from '../signal.ts';
import type { Transfer } from './transfer.ts';
import {
  onTargetAnswered,
  onTargetGone,
  onTargetProgressed,
  onTargetRejected,
  onTargetSilent,
} from './transfer-target.ts';
import type { Turn } from '../turn.ts';

/**
 * While a transfer is under way, and until the transferor has gone, the call has more legs than its two parties. What
 * reaches those, and the end of the transferor. False: nothing of that; the signal is for a call as any other.
 */
export function onThirdLeg(turn: Turn, signal: Signal): boolean {
  const { transfer, departing } = turn.call;
  if (transfer === undefined && departing.length === 0) return false;
  const id = signal.type === 'timerFired' ? legOfTimer(signal) : signal.leg;
  if (id === undefined) return false;
  if (transfer?.target.id === id && transfer.mode === 'replaces') onNewcomer(turn, transfer, signal);
  else if (transfer?.target.id === id && transfer.mode !== 'replaces') onTarget(turn, transfer, signal);
  else if (transfer?.transferor === id) return onTransferor(turn, id, signal);
  else {
    const leg = departing.find(other => other.id === id);
    if (leg === undefined) return false;
    onDeparting(turn, leg, signal);
  }
  return true;
}

function legOfTimer({ timer }: SignalOf<'timerFired'>) {
  return 'leg' in timer ? timer.leg : undefined;
}

/** Its end is not that of the call. */
function onTransferor(turn: Turn, id: Leg['id'], { type }: Signal): boolean {
  if ((type !== 'hungUp' && type !== 'lost') || turn.call.state !== 'established') return false;
  const leg = turn.leg(id);
  if (leg !== undefined && leg.state.is !== 'ended') transferorLeft(turn, leg);
  return true;
}

function onTarget(turn: Turn, transfer: Transfer, signal: Signal): void {
  const { target } = transfer;
  switch (signal.type) {
    case 'progressed':
      onTargetProgressed(turn, transfer, signal);
      return;
    case 'answered':
      onTargetAnswered(turn, transfer, signal);
      return;
    case 'rejected':
      onTargetRejected(turn, transfer, signal);
      return;
    case 'hungUp':
      onTargetGone(turn, transfer, 480);
      return;
    case 'lost':
      onTargetGone(turn, transfer, 503);
      return;
    case 'requested':
      onRequested(turn, signal);
      return;
    case 'responded':
      // It was asked in another call, which it has left.
      onResponded(turn, signal);
      return;
    case 'timerFired':
      if (signal.timer.kind === 'no-answer' && isRinging(target)) onTargetSilent(turn, transfer);
      return;
    default:
      // Nothing else comes from a leg that has not answered.
      return;
  }
}

function onDeparting(turn: Turn, leg: Leg, signal: Signal): void {
  switch (signal.type) {
    case 'hungUp':
    case 'lost':
      departed(turn, leg);
      return;
    case 'requested':
      onRequested(turn, signal);
      return;
    case 'responded':
      if (signal.request.startsWith('notify')) onReported(turn, leg, signal);
      else acknowledgeStray(turn, signal);
      return;
    case 'timerFired':
      if (signal.timer.kind === 'referral') onReportTimeout(turn, leg.id);
      return;
    default:
      // An ACK, or what it has taken back: it has been answered.
      return;
  }
}
