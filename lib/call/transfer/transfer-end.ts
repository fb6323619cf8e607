import type { Leg } from '../leg.ts';
import { flushReferrals, reportEnd } from './referral.ts';
import { emptyPayload } from '../relay/relay.ts';
import type { HeaderLine } from '../signal.ts';
import type { Turn } from '../turn.ts';
import type { Verdict } from '../ending/verdict.ts';

/**
 * The call ends: so does the transfer that is under way, and whoever is still there from an earlier one. The target of a
 * CANCEL owes a final response, which may be a 2xx.
 */
export function endTransfers(
  turn: Turn,
  verdict: Verdict,
  headers: (towards: Leg, method: 'BYE' | 'CANCEL') => readonly HeaderLine[],
): void {
  endOwn(turn, verdict, headers);
  for (const leg of turn.call.departing) {
    flushReferrals(turn, leg);
    turn.perform({ do: 'hangUp', leg: leg.id, headers: headers(leg, 'BYE') });
  }
  turn.change({ departing: [] });
  for (const leg of [turn.call.caller, turn.call.callee]) if (leg !== undefined) flushReferrals(turn, leg);
}

function endOwn(turn: Turn, verdict: Verdict, headers: Parameters<typeof endTransfers>[2]): void {
  const { transfer } = turn.call;
  if (transfer === undefined) return;
  const { target, mode, transferor } = transfer;
  if (transfer.mode === 'replaces') {
    if (target.state.is === 'answered')
      turn.perform({ do: 'hangUp', leg: target.id, headers: headers(target, 'BYE') });
    // RFC 3891 §3: what it was to replace has ended.
    else turn.perform({ do: 'reject', leg: target.id, status: 603, payload: emptyPayload });
    turn.change({ transfer: undefined });
  } else {
    turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: target.id } });
    turn.perform({ do: 'cancel', leg: target.id, headers: headers(target, 'CANCEL') });
    turn.change({ transfer: undefined, leaving: [...turn.call.leaving, target.id] });
  }
  reportEnd(turn, transferor, { status: 487, reason: '' });
  const dns = { transferor: target.broughtBy ?? target.dn, target: target.dn };
  turn.note({ note: 'transferFailed', leg: transferor, mode, ...dns, status: 487, verdict });
}
