import type { WantedEntry } from '../attached-data/entry.ts';
import type { MergeRule } from '../attached-data/merge.ts';
import type { Call } from '../call/call.ts';
import { type CallIdentity, newOriginatedCall } from '../call/new-call.ts';
import type { Dn } from '../call/ids.ts';
import type { OriginateWanted } from '../call/set-up/originate.ts';
import type { Decision } from '../call/turn.ts';
import type { ErrorCode } from '../errors.ts';
import { dnOfUri } from '../routing/dn.ts';
import { partyUri } from '../routing/party-uri.ts';
import { routeFor, type Routing } from '../routing/route.ts';
import { routingOfTenant } from '../routing/tenant.ts';
import type { ConsultRule } from '../routing/trunk.ts';
import type { Standing } from '../routing/who-is.ts';
import { type CallDetail, detailOf } from './call-view.ts';
import type { Holder } from './holding.ts';
import type { B2buaLog } from './options.ts';

/** Somebody outside wants two parties to talk. */
export interface OriginateRequest {
  /** SIP or tel URI, or a bare number: who is called first. */
  readonly from: string;
  readonly to: string;
  /** Whose doing the data is; the first party's when absent. */
  readonly thirdPartyDn?: string;
  /** Attached data from the start. */
  readonly entries: readonly WantedEntry[];
  /** When the first party holds another call: what this one has of its data. Absent: as the route to the second says. */
  readonly consult?: ConsultRule;
  /** What its data becomes when another call is joined with it. Absent: the same. */
  readonly merged?: MergeRule;
  /** Of the call, which then goes through no other tenant's trunks; that of the first party's trunk when absent. */
  readonly tenant?: string;
  /** The requester counts as one on this machine (`relay.anyTarget`). */
  readonly local: boolean;
}

export type OriginateAnswer =
  /** The first party is being called. */
  | { readonly ok: true; readonly call: CallDetail }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly detail?: string;
      /** Whose URI is at fault. */
      readonly party?: 'from' | 'to';
      /** Place of the entry at fault. */
      readonly at?: number;
    };

export type OriginateRefusal = Extract<OriginateAnswer, { ok: false }>;

/** A call that is to be made, and what makes it. */
export interface OriginatedCall {
  readonly call: Call;
  readonly wanted: OriginateWanted;
  /** Who is called first. */
  readonly first: Holder;
}

interface Beginning {
  /** Why no call may begin now. */
  readonly obstacle: ErrorCode | undefined;
  readonly routing: Routing;
  readonly newIds: (standing: Standing) => CallIdentity;
  readonly nowMs: number;
  readonly log: B2buaLog;
  /** Undefined: a defect. */
  readonly begin: (made: OriginatedCall) => Decision | undefined;
}

/** The call is there, and its first party is being called, when this returns. */
export function originate(request: OriginateRequest, parts: Beginning): OriginateAnswer {
  const { obstacle, routing, newIds, nowMs, log, begin } = parts;
  if (obstacle !== undefined) return { ok: false, code: obstacle };
  const made = originatedCall(request, routing, newIds, nowMs);
  if ('code' in made) return made;
  const { call, wanted } = made;
  log.info({ connId: call.connId, thirdPartyDn: wanted.thirdPartyDn }, 'call requested');
  const decision = begin(made);
  if (decision === undefined) return { ok: false, code: 'internal' };
  if (decision.refusal !== undefined) return { ok: false, ...decision.refusal };
  return { ok: true, call: detailOf(decision.call) };
}

/** A call as it is asked for, both parties found by the routes like those of any call; or why not. */
export function originatedCall(
  request: OriginateRequest,
  whole: Routing,
  newIds: (standing: Standing) => CallIdentity,
  nowMs: number,
): OriginatedCall | OriginateRefusal {
  const routing = request.tenant === undefined ? whole : routingOfTenant(request.tenant, whole);
  const standing = standingOf(request, routing);
  const from = find('from', request, standing, routing);
  if ('code' in from) return from;
  const second = find('to', request, standing, routing);
  if ('code' in second) return second;
  const [firstTarget] = from.targets;
  const tenant = request.tenant ?? firstTarget?.trunk.tenant ?? standing.trunk.tenant;
  const own: Standing = { ...standing, trunk: { ...standing.trunk, tenant } };
  const both = { from: from.uri, to: second.uri };
  const targets = { firstTargets: from.targets, secondTargets: second.targets };
  const call = newOriginatedCall(newIds(own), { ...both, ...targets }, own, nowMs);
  const { thirdPartyDn, entries, consult = second.consult, merged = second.merged } = request;
  const { caller } = call;
  const first =
    firstTarget === undefined ? caller : { dn: dnOfUri(firstTarget.requestUri), trunk: firstTarget.trunk };
  const rules = { consult: consult ?? 'separate', merged: merged ?? 'main-only' } as const;
  const by = (thirdPartyDn ?? caller.dn) as Dn;
  return { call, wanted: { type: 'originateWanted', thirdPartyDn: by, entries, ...rules }, first };
}

/** Nobody's trunk. With a token the requester is known, but not to be on this machine. */
function standingOf({ local }: OriginateRequest, { sources }: Routing): Standing {
  return { kind: local ? 'loopback' : 'trusted', trunk: sources.stranger, loopback: local };
}

function find(party: 'from' | 'to', request: OriginateRequest, standing: Standing, routing: Routing) {
  const uri = partyUri(request[party]);
  if (uri === undefined)
    return refusal(party, 'unprocessable', 'expected a sip or tel URI, or a telephone number');
  const route = routeFor(uri, standing, routing);
  if ('refusal' in route) return refusal(party, route.refusal.code, route.refusal.text);
  return { ...route, uri };
}

function refusal(party: 'from' | 'to', code: ErrorCode, detail: string): OriginateRefusal {
  return { ok: false, code, party, detail };
}
