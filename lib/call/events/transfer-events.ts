import type { CallHandlingEvent } from '../../events/event.ts';
import type { CallHandlingEventName } from '../../events/names.ts';
import type { Call } from '../call.ts';
import type { Joined } from '../transfer/join.ts';
import type { Leg } from '../leg.ts';
import type { LegId } from '../signal.ts';
import type { Turn } from '../turn.ts';
import type { Verdict } from '../ending/verdict.ts';

/** Which parties of a transfer a decision concerns, and what is special about what they are told. */

export type TransferParty = 'target' | 'given-up-target' | 'transferor' | 'transferee';

export interface TransferMoment {
  readonly before: Call;
  readonly after: Call;
  readonly joined: Joined | undefined;
}

/** The target has answered in this decision: it has the place of the transferor. */
export function isHandedOver({ before, after, joined }: TransferMoment): boolean {
  const target = (before.transfer ?? joined?.transfer)?.target.id;
  return target !== undefined && (after.caller.id === target || after.callee?.id === target);
}

/** The target comes from another call. */
export function isJoined({ joined }: TransferMoment): boolean {
  return joined !== undefined;
}

/** It rings, or it has answered without ringing. */
export function isTargetAlerted(moment: TransferMoment): boolean {
  const state = moment.after.transfer?.target.state;
  return (state?.is === 'early' && state.rang) || isHandedOver(moment);
}

export function concernedByTransfer(to: TransferParty, turn: Turn, before: Call): readonly Leg[] {
  const { call } = turn;
  const transfer = before.transfer ?? turn.joined?.transfer;
  switch (to) {
    case 'target':
      return legs(turn, [...new Set([call.transfer?.target.id, transfer?.target.id])]);
    case 'given-up-target':
      return transfer === undefined || turn.leg(transfer.target.id) !== undefined ? [] : [transfer.target];
    case 'transferee':
      return legs(turn, [transfer?.transferee]);
    case 'transferor':
      return gone(turn, before);
  }
}

function legs(turn: Turn, ids: readonly (LegId | undefined)[]): readonly Leg[] {
  return ids.flatMap(id => (id === undefined ? [] : (turn.leg(id) ?? [])));
}

/** Who has left its place to another, or leaves it empty for one. With the end of the call it is a party like the other. */
function gone(turn: Turn, before: Call): readonly Leg[] {
  const left = before.departing.filter(({ id }) => turn.leg(id) === undefined);
  const id = (turn.call.transfer ?? before.transfer ?? turn.joined?.transfer)?.transferor;
  if (id === undefined || turn.call.state === 'released') return left;
  const now = turn.leg(id);
  const was = [before.caller, before.callee].find(leg => leg?.id === id);
  if (now?.state.is === 'ended') return [...left, now];
  return now === undefined && was !== undefined ? [...left, was] : left;
}

/** How a transferor's leg ended. */
export function transferredAway({ effects }: Turn, { id, role }: Leg): Verdict {
  const byUs = effects.some(effect => effect.do === 'hangUp' && effect.leg === id);
  return { by: byUs ? 'baton' : role, why: 'transferred', sipStatus: 200, atFault: 'none' };
}

type ThirdParty = Pick<CallHandlingEvent, 'ThirdPartyDN' | 'ThirdPartyDNRole' | 'PreviousConnID'>;

/** Who has brought the target into the call, told to it and to whom it talks to now. Our choice: a ConnID stays through transfers. */
export function broughtBy({ call, joined }: Turn, leg: Leg, id: CallHandlingEventName): ThirdParty {
  const { connId, caller, callee } = call;
  const isChange = id === 'EventPartyChanged';
  if (!isChange && id !== 'EventRinging' && id !== 'EventEstablished') return {};
  const comesOver = joined?.transfer.target.id === leg.id;
  const brought = isChange && !comesOver ? (leg.role === 'caller' ? callee : caller) : leg;
  if (brought?.broughtBy === undefined) return {};
  const by = { ThirdPartyDN: brought.broughtBy, ThirdPartyDNRole: 'TransferredBy' } as const;
  return isChange ? { ...by, PreviousConnID: comesOver ? joined.before.connId : connId } : by;
}
