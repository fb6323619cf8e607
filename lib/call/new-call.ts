import type { Target } from '../routing/route.ts';
import type { Standing } from '../routing/who-is.ts';
import { callerDn, dnOfUri } from '../routing/dn.ts';
import { type Call, carriesSdp, type Origination } from './call.ts';
import type { CallThreadId, ConnId } from './ids.ts';
import { newLeg } from './leg.ts';
import type { LegId, NewRequest } from './signal.ts';

/** Calls as they begin: nothing is decided yet. */

export interface CallIdentity {
  readonly connId: ConnId;
  readonly callId: number;
  readonly callThreadId: CallThreadId;
}

/** A call as its INVITE has just come in: nothing decided yet. */
export function newCall(
  ids: CallIdentity,
  leg: LegId,
  invite: NewRequest,
  standing: Standing,
  nowMs: number,
): Call {
  const caller = newLeg({
    id: leg,
    role: 'caller',
    dialled: false,
    dn: callerDn(invite.from, invite.headers, standing.trunk),
    address: invite.from,
    trunk: standing.trunk,
    callId: invite.callId,
    stream: invite.source.protocol.toLowerCase() !== 'udp',
  });
  const dialled = dnOfUri(invite.requestUri);
  const call = blankCall(ids, { caller, dialled, standing, nowMs });
  return { ...call, invite, inviteOffers: carriesSdp(invite) };
}

/** A call that is to be made: nobody has been called yet. */
export function newOriginatedCall(
  ids: CallIdentity,
  origination: Origination & { readonly firstTargets: readonly Target[] },
  standing: Standing,
  nowMs: number,
): Call {
  const { firstTargets: targets, ...both } = origination;
  const caller = newLeg({
    id: `${ids.connId}/0` as LegId,
    role: 'caller',
    dialled: true,
    dn: dnOfUri(both.from),
    address: `<${both.from}>`,
    trunk: standing.trunk,
    callId: '',
    stream: false,
  });
  const call = blankCall(ids, { caller, dialled: dnOfUri(both.to), standing, nowMs });
  return { ...call, inviteOffers: true, origination: both, targets };
}

function blankCall(
  { connId, callId, callThreadId }: CallIdentity,
  {
    caller,
    dialled,
    standing,
    nowMs,
  }: Pick<Call, 'caller' | 'dialled' | 'standing'> & { readonly nowMs: number },
): Call {
  return {
    connId,
    callId,
    callThreadId,
    state: 'inviting',
    standing,
    dialled,
    calling: caller.dn,
    caller,
    callee: undefined,
    leaving: [],
    transfer: undefined,
    departing: [],
    transfers: 0,
    invite: undefined,
    inviteOffers: false,
    origination: undefined,
    consultation: undefined,
    merged: 'main-only',
    inviteHadUui: false,
    targets: [],
    redirections: 0,
    data: [],
    dataOf: connId,
    revision: 0,
    untold: [],
    relayed: [],
    held: [],
    agreement: undefined,
    recording: undefined,
    lastId: 0,
    startedAtMs: nowMs,
    releasedAtMs: undefined,
  };
}

/** A call whose caller holds another one: both belong to one story. */
export function asConsultation(call: Call, held: Call): Call {
  const { connId, callThreadId, dataOf, data } = held;
  return { ...call, callThreadId, consultation: { of: connId, dataOf, rule: 'separate', data } };
}
