import { agree } from '../media/agreement.ts';
import { sipReason } from '../relay/capabilities.ts';
import { ended, type Leg } from '../leg.ts';
import { sendNext } from '../notify/notify.ts';
import { dropOwnOffers } from '../media/own-offer.ts';
import { dropReferrals, isOwedReports, type Progress, reportEnd } from './referral.ts';
import { stopNotifying } from '../ending/release.ts';
import { retryHeld } from '../relay/relay-request.ts';
import type { HeaderLine } from '../signal.ts';
import type { AnyTransfer } from './transfer.ts';
import type { Turn } from '../turn.ts';
import { endUnderWay } from '../under-way.ts';

/**
 * The target has answered: it takes the transferor's place. Nobody's media agree now: the transferee is offered what the
 * target has said (RFC 3725 §4.3), the target only what the transferee answers otherwise. The transferor stays until it has
 * been told.
 */
export function handOver(turn: Turn, transfer: AnyTransfer, answer: Progress): void {
  const transferor = turn.leg(transfer.transferor);
  const target = turn.leg(transfer.target.id);
  if (transferor === undefined || target === undefined) return;
  const isThere = transferor.state.is !== 'ended';
  if (isThere) leaveCall(turn, transferor);
  const leaver = turn.leg(transferor.id) ?? transferor;
  turn.change({
    ...(target.role === 'caller' ? { caller: target } : { callee: target }),
    transfer: undefined,
    // Who was to be brought together is not any more.
    origination: undefined,
    departing: isThere ? [...turn.call.departing, leaver] : turn.call.departing,
  });
  turn.note({
    note: 'transferred',
    leg: transferor.id,
    mode: transfer.mode,
    transferor: transferor.dn,
    target: target.dn,
    status: answer.status,
    tookMs: turn.nowMs - transfer.startedAtMs,
  });
  reportEnd(turn, transferor.id, answer);
  const transferee = turn.leg(transfer.transferee);
  if (transferee !== undefined) agree(turn, transferee);
  retryHeld(turn);
  // What was told of the call while it rang.
  sendNext(turn, target.id);
}

/** The transferor has gone before the target has answered: the transfer goes on, and nobody has to be told of it. */
export function transferorLeft(turn: Turn, transferor: Leg): void {
  leaveCall(turn, transferor);
  dropReferrals(turn, transferor);
  turn.changeLeg(transferor, { state: ended });
}

/** The same by us. */
export function sendAway(turn: Turn, transferor: Leg, headers: readonly HeaderLine[]): void {
  leaveCall(turn, transferor);
  dropReferrals(turn, transferor);
  turn.perform({ do: 'hangUp', leg: transferor.id, headers });
  turn.changeLeg(transferor, { state: ended });
}

function leaveCall(turn: Turn, { id }: Leg): void {
  endUnderWay(turn, id);
  const leg = turn.leg(id);
  if (leg === undefined) return;
  dropOwnOffers(turn, leg);
  stopNotifying(turn, leg);
}

/** Whoever departs, and is owed nothing more, gets BYE. */
export function letGo(turn: Turn): void {
  for (const leg of turn.call.departing) {
    if (isOwedReports(leg)) continue;
    turn.perform({ do: 'hangUp', leg: leg.id, headers: [sipReason(200, 'Transferred')] });
    departed(turn, leg);
  }
}

/** It has ended, by itself or by us. */
export function departed(turn: Turn, leg: Leg): void {
  dropReferrals(turn, leg);
  turn.change({ departing: turn.call.departing.filter(({ id }) => id !== leg.id) });
}
