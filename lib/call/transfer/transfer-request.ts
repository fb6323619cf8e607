import type { WantedEntry } from '../../attached-data/entry.ts';
import type { MergeRule } from '../../attached-data/merge.ts';
import { transferTargets } from '../../routing/route.ts';
import { sipReason } from '../relay/capabilities.ts';
import { changeRequestedData } from '../data/data-request.ts';
import { orAgent } from '../set-up/agent-wish.ts';
import { sendAway } from './hand-over.ts';
import type { Dn } from '../ids.ts';
import { join, type Joinable, joinOf } from './join.ts';
import type { Leg } from '../leg.ts';
import { transferObstacle } from './transfer-obstacle.ts';
import { beginTransfer } from './transfer-target.ts';
import type { DataRefusal, Turn } from '../turn.ts';

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

/** The same, to whoever the party talks to in another call. */
export interface JoinWanted extends Pick<TransferWanted, 'party' | 'thirdPartyDn' | 'entries'> {
  readonly type: 'joinWanted';
  readonly joinable: Joinable;
  /** What the data becomes; absent: as the route of the call says. */
  readonly merged?: MergeRule;
}

export function onJoinWanted(turn: Turn, wanted: JoinWanted): void {
  const { thirdPartyDn, entries, joinable, merged } = wanted;
  turn.joinable = joinable;
  const between = partiesFor(turn, wanted.party);
  if ('code' in between) {
    turn.refusal = between;
    return;
  }
  const joining = joinOf(turn);
  if (joining === undefined || 'status' in joining) {
    turn.refusal = { code: joining?.code ?? 'call-not-up' };
    return;
  }
  turn.refusal = changeRequestedData(turn, { operation: 'update', entries }, thirdPartyDn);
  if (turn.refusal === undefined) join(turn, { ...between, ...(merged !== undefined && { merged }) });
}

interface Between {
  readonly transferor: Leg;
  readonly transferee: Leg;
}

function partiesFor(turn: Turn, party: Dn): Between | DataRefusal {
  const { call } = turn;
  const transferor = [call.caller, call.callee].find(leg => leg?.dn === party);
  const transferee = transferor && turn.peerOf(transferor);
  if (transferor === undefined || transferee === undefined)
    return { code: call.state === 'established' ? 'party-unknown' : 'call-not-up' };
  const obstacle = transferObstacle(turn, transferor);
  return obstacle === undefined ? { transferor, transferee } : { code: obstacle.code };
}

/** Whole or not at all; why not is the decision's `refusal`. What becomes of the target the events tell. */
export function onTransferWanted(turn: Turn, wanted: TransferWanted): void {
  const { mode, party, to, thirdPartyDn, entries, local } = wanted;
  const between = partiesFor(turn, party);
  if ('code' in between) {
    turn.refusal = between;
    return;
  }
  const { transferor, transferee } = between;
  const standing = {
    kind: local ? 'loopback' : 'trusted',
    trunk: transferor.trunk,
    loopback: local,
  } as const;
  const route = orAgent(turn, to, transferTargets(to, standing, turn.env.routing));
  if ('refusal' in route) {
    turn.refusal = { code: route.refusal.code };
    return;
  }
  turn.refusal = changeRequestedData(turn, { operation: 'update', entries }, thirdPartyDn);
  if (turn.refusal !== undefined) return;
  const invitation = { headers: [], verbatim: [], maxForwards: 70 };
  beginTransfer(turn, { mode, transferor, transferee, targets: route.targets, invitation });
  // It may have failed at once: the call is as it was then.
  if (mode === 'blind' && turn.call.transfer !== undefined)
    sendAway(turn, transferor, [sipReason(200, 'Transferred')]);
}
