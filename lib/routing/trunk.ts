import type { MergeRule } from '../attached-data/merge.ts';
import type { Profile } from '../attached-data/profile.ts';
import type { Rename } from '../attached-data/rename.ts';

/**
 * How a neighbour is told of changes: by an INFO with the event as its body, without or within an Info Package; by
 * header lines on an INFO, a re-INVITE or an UPDATE; or not at all.
 */
export const notifyModes = [
  'info',
  'info-headers',
  'info-package',
  'reinvite-headers',
  'update-headers',
  'none',
] as const;
export type NotifyMode = (typeof notifyModes)[number];

/**
 * What becomes of a REFER of a neighbour: Baton makes the transfer itself, passes it on to the other leg, or
 * declines it.
 */
export const transferModes = ['handle', 'relay', 'reject'] as const;
export type TransferMode = (typeof transferModes)[number];

/** A neighbour: SBC, PBX or carrier (design: trunks, routes, DNs). */
export interface Trunk {
  readonly name: string;
  /** Source addresses, CIDR. */
  readonly sources: readonly string[];
  readonly tenant: string;
  /** How it wants attached data on the wire. */
  readonly profile: Profile;
  /** Its own header names for keys of the attached data. */
  readonly rename: Rename;
  readonly notify: NotifyMode;
  readonly transfer: TransferMode;
  /** True: the outside world; false: ours. */
  readonly network: boolean;
  /** Further `X-` header patterns (`X-Acme-*`) that count as attached data. */
  readonly dataHeaders: readonly string[];
  /** What becomes of its 3xx: it goes to the caller, or its addresses are called. */
  readonly redirects: 'relay' | 'follow';
  /** Host of the From we write towards it. */
  readonly fromHost: 'own' | 'keep' | 'target';
  /** It takes an INVITE without an offer. */
  readonly delayedOffer: boolean;
  /** Where its transfers go: to the URI that it names, or where the routes lead from there. */
  readonly referTo: 'uri' | 'routes';
  /** Header the caller's DN is read from. */
  readonly dnFrom: 'from' | 'p-asserted-identity';
  /** Keys told to this trunk; all when absent. */
  readonly notifyKeys?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  /** Header names that do not cross to or from this trunk, lower case. */
  readonly blockHeaders: readonly string[];
}

/** Microsoft's Direct Routing, for Teams and for Azure Communication Services, wants the offer in the INVITE. */
export function takesDelayedOffer({ base }: Profile): boolean {
  return base !== 'acs-dr' && base !== 'teams-dr';
}

/** Among the targets of a route: the contacts that the called DN has registered. */
export const registeredWord = 'registered';

export interface Route {
  /** Trunk name the call came from; any when absent. */
  readonly trunk?: string;
  /** Regular expression on the called number (user of the Request-URI, decoded, without parameters), anchored by its author. */
  readonly number?: string;
  /** SIP URIs in order, and `registered` for where the called DN has registered; failover on 408, 5xx, transport error, timeout. */
  readonly targets: readonly string[];
  /** Trunk the targets belong to, when their address does not tell. */
  readonly targetTrunk?: string;
  /** Which data a consultation call by this route begins with. Absent: separate. */
  readonly consult?: ConsultRule;
  /** What the data of a call by this route becomes when another is joined with it. Absent: main-only. */
  readonly merged?: MergeRule;
}

/**
 * T-Library's `consult-user-data`: a consultation call begins with none of the held call's data, or with a copy of it; or both calls
 * have one and the same.
 */
export const consultRules = ['separate', 'inherited', 'joint'] as const;
export type ConsultRule = (typeof consultRules)[number];
