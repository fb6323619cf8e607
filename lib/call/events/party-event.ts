import { toldData } from '../../attached-data/told-data.ts';
import type { EventCallState, Extension } from '../../events/attributes.ts';
import type { CallHandlingEvent } from '../../events/event.ts';
import type { CallHandlingEventName } from '../../events/names.ts';
import type { Call } from '../call.ts';
import { callTypeOf, roleOf, trunkOf } from './call-type.ts';
import { recordingExtensions } from '../recording/recording.ts';
import type { Joined } from '../transfer/join.ts';
import type { Leg } from '../leg.ts';
import { broughtBy, isHandedOver, isJoined } from './transfer-events.ts';
import type { Turn } from '../turn.ts';
import type { Verdict, Why } from '../ending/verdict.ts';

/** A call before and after a decision. */
export interface Moment {
  readonly before: Call;
  readonly after: Call;
  readonly joined: Joined | undefined;
  /** Of the call when it has just ended, else of an attempt that has failed. */
  readonly verdict: Verdict | undefined;
  /** The call has ended while a transfer was under way. */
  readonly isTransferAbandoned: boolean;
}

/** What one party is told of it. */
export function partyEvent(
  turn: Turn,
  leg: Leg,
  id: CallHandlingEventName,
  moment: Moment,
): CallHandlingEvent {
  const { call, env, nowMs } = turn;
  const { before, verdict } = moment;
  const thisTrunk = trunkOf(leg);
  const agentId = env.agents?.at(leg.trunk.tenant, leg.dn)?.agentId;
  const recorded = recordingExtensions(call);
  return {
    id,
    time: nowMs,
    Server: `baton/${env.node}`,
    ConnID: call.connId,
    CallID: call.callId,
    CallThreadID: call.callThreadId,
    CallType: callTypeOf(call),
    CallState: stateOf(id, moment),
    ThisDN: leg.dn,
    ThisDNRole: roleOf(leg),
    ...(thisTrunk !== undefined && { ThisTrunk: thisTrunk }),
    ...otherParty(call, leg, id),
    ...thirdParty(turn, before, leg, id),
    ...broughtBy(turn, leg, id),
    ANI: call.calling,
    DNIS: call.dialled,
    ...(agentId !== undefined && { AgentID: agentId }),
    UserData: toldData(call.data, env.keys),
    ...(verdict === undefined ? withExtensions(recorded) : howEnded(verdict, recorded)),
  };
}

function stateOf(id: CallHandlingEventName, moment: Moment): EventCallState {
  const { verdict } = moment;
  const isTransfer = isHandedOver(moment) || isJoined(moment);
  if (id === 'EventPartyChanged' && isTransfer) return 'Transferred';
  return verdict === undefined ? 'Ok' : callStates[verdict.why];
}

type OtherParty = Pick<CallHandlingEvent, 'OtherDN' | 'OtherDNRole' | 'OtherTrunk'>;

/** Who dials knows the number only. */
function otherParty(call: Call, leg: Leg, id: CallHandlingEventName): OtherParty {
  if (id === 'EventDialing') return { OtherDN: call.dialled, OtherDNRole: 'Destination' };
  const other = leg.role === 'caller' ? call.callee : call.caller;
  if (other === undefined) return {};
  const otherTrunk = trunkOf(other);
  return {
    OtherDN: other.dn,
    OtherDNRole: roleOf(other),
    ...(otherTrunk !== undefined && { OtherTrunk: otherTrunk }),
  };
}

type ThirdParty = Pick<CallHandlingEvent, 'ThirdPartyDN' | 'ThirdPartyDNRole'>;

/** A diversion names whom the call goes to, a change of party who brought it about. */
function thirdParty(
  { call, forwarded }: Turn,
  before: Call,
  { id: legId }: Leg,
  id: CallHandlingEventName,
): ThirdParty {
  const to = forwarded.find(({ leg }) => leg.id === legId)?.to ?? (call.transfer?.target ?? call.callee)?.dn;
  if (id === 'EventDiverted' && to !== undefined)
    return { ThirdPartyDN: to, ThirdPartyDNRole: 'Destination' };
  if (id === 'EventPartyChanged' && before.callee !== undefined && before.transfer === undefined)
    return { ThirdPartyDN: before.callee.dn, ThirdPartyDNRole: 'Destination' };
  return {};
}

/** T-Library's word for how a call ended; which of ours is which is our choice. */
const callStates: Readonly<Record<Why, EventCallState>> = {
  hangup: 'Ok',
  cancelled: 'Ok',
  requested: 'Ok',
  transferred: 'Transferred',
  busy: 'Busy',
  'no-answer': 'NoAnswer',
  redirected: 'Redirected',
  forwarded: 'Forwarded',
  rejected: 'GeneralError',
  refused: 'GeneralError',
  unreachable: 'SystemError',
  lost: 'SystemError',
  unrecorded: 'SystemError',
  shutdown: 'SystemError',
  internal: 'SystemError',
};

function withExtensions(all: readonly Extension[]): Pick<CallHandlingEvent, 'Extensions'> {
  return all.length === 0 ? {} : { Extensions: all };
}

/** Our choice: the verdict stands in Extensions, the SIP status of a failure in Cause besides. */
export function howEnded(
  { by, why, sipStatus, atFault }: Verdict,
  others: readonly Extension[] = [],
): Pick<CallHandlingEvent, 'Cause' | 'Extensions'> {
  const verdict: readonly Extension[] = [
    { ReleasedBy: by },
    { ReleaseReason: why },
    { SipStatus: sipStatus },
    { AtFault: atFault },
    ...others,
  ];
  return sipStatus < 300 ? { Extensions: verdict } : { Cause: sipStatus, Extensions: verdict };
}
