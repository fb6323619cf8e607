import type { WantedEntry } from '../attached-data/entry.ts';
import { transferTargets } from '../routing/route.ts';
import { sipReason } from './capabilities.ts';
import { changeRequestedData } from './data-request.ts';
import { sendAway } from './hand-over.ts';
import type { Dn } from './ids.ts';
import { transferObstacle } from './transfer-obstacle.ts';
import { beginTransfer } from './transfer-target.ts';
import type { Turn } from './turn.ts';

/** Not from the wire: somebody asks over an API that a party gives the other one to somebody else. */
export interface TransferWanted {
  readonly type: 'transferWanted';
  readonly mode: 'blind' | 'single-step';
  /** DN of the transferor. */
  readonly party: Dn;
  /** SIP or tel URI. */
  readonly to: string;
  /** Whose doing the data is. */
  readonly thirdPartyDn: Dn;
  /** Update the data of the call before the target is called. */
  readonly entries: readonly WantedEntry[];
  /** The requester counts as one on this machine (`relay.anyTarget`). */
  readonly local: boolean;
}

/** Whole or not at all; why not is the decision's `refusal`. What becomes of the target the events tell. */
export function onTransferWanted(turn: Turn, wanted: TransferWanted): void {
  const { call, env } = turn;
  const { mode, party, to, thirdPartyDn, entries, local } = wanted;
  const transferor = [call.caller, call.callee].find(leg => leg?.dn === party);
  const transferee = transferor && turn.peerOf(transferor);
  if (transferor === undefined || transferee === undefined) {
    turn.refusal = { code: call.state === 'established' ? 'party-unknown' : 'call-not-up' };
    return;
  }
  const obstacle = transferObstacle(turn, transferor);
  if (obstacle !== undefined) {
    turn.refusal = { code: obstacle.code };
    return;
  }
  const standing = {
    kind: local ? 'loopback' : 'trusted',
    trunk: transferor.trunk,
    loopback: local,
  } as const;
  const route = transferTargets(to, standing, env.routing);
  if ('refusal' in route) {
    turn.refusal = { code: route.refusal.code };
    return;
  }
  turn.refusal = changeRequestedData(turn, { operation: 'update', entries }, thirdPartyDn);
  if (turn.refusal !== undefined) return;
  const invitation = { headers: [], verbatim: [], maxForwards: 70 };
  beginTransfer(turn, { mode, transferor, transferee, targets: route.targets, invitation });
  if (mode === 'blind') sendAway(turn, transferor, [sipReason(200, 'Transferred')]);
}
