import { matchesAny } from '../attached-data/custom-name.ts';
import type { Scope } from '../attached-data/entry.ts';
import { utf8Bytes } from '../attached-data/header-text.ts';
import { pairOf } from '../attached-data/views.ts';
import type { EventPair, Extension } from './attributes.ts';
import type { CallEvent } from './event.ts';

/** The only place that knows how an event is spelled on the wire. */

/** Of the event as a body. */
export const EVENT_CONTENT_TYPE = 'application/vnd.baton.event+json';

export interface EncodeOptions {
  /** Octets. A longer event carries only the pairs of `changedKeys`, and says so in Extensions. No limit when absent. */
  readonly maxBytes?: number;
  /** Keys of the change that the event tells (`DataChange.changedKeys`). Absent: the short form has no pairs. */
  readonly changedKeys?: readonly string[];
  /** Keys that may be told; `*` stands for any characters, letter case does not count. Deny wins. */
  readonly keys?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  /** Over SIP: `['voip']`. */
  readonly leaveOutScopes?: readonly Scope[];
}

/** The order of the attributes on the wire: who and which call first, the long ones last. */
const ORDER: Readonly<Record<AttributeName, true>> = {
  id: true,
  time: true,
  Server: true,
  ConnID: true,
  PreviousConnID: true,
  TransferConnID: true,
  CallID: true,
  CallThreadID: true,
  CallType: true,
  CallState: true,
  Cause: true,
  ThisDN: true,
  ThisDNRole: true,
  ThisQueue: true,
  ThisTrunk: true,
  OtherDN: true,
  OtherDNRole: true,
  OtherQueue: true,
  OtherTrunk: true,
  ThirdPartyDN: true,
  ThirdPartyDNRole: true,
  ThirdPartyQueue: true,
  ANI: true,
  DNIS: true,
  CustomerID: true,
  NetworkCallID: true,
  NetworkNodeID: true,
  ReferenceID: true,
  AgentID: true,
  AgentWorkMode: true,
  MonitorNextCallType: true,
  InfoStatus: true,
  ErrorCode: true,
  ErrorMessage: true,
  CollectedDigits: true,
  LastCollectedDigit: true,
  TreatmentType: true,
  TreatmentParms: true,
  Reasons: true,
  UserData: true,
  Extensions: true,
};

const NAMES_IN_ORDER = Object.keys(ORDER) as AttributeName[];

type KeysOf<T> = T extends unknown ? keyof T : never;
/** What stays at home is not among them. */
type AttributeName = Exclude<KeysOf<CallEvent>, 'tenant'>;

/** The event as JSON, its attributes always in the same order. */
export function encodeEvent(event: CallEvent, options: EncodeOptions = {}): string {
  const all = event.UserData;
  const pairs = all === undefined ? undefined : tellable(all, options);
  const whole = toJson(event, pairs, event.Extensions);
  const { maxBytes } = options;
  if (all === undefined || pairs === undefined || maxBytes === undefined || utf8Bytes(whole) <= maxBytes)
    return whole;
  const changedKeys = (options.changedKeys ?? []).filter(key => isTellable(key, options));
  const changed = pairs.filter(pair => changedKeys.includes(pair.key));
  const removed = changedKeys.filter(key => !all.some(pair => pair.key === key));
  return toJson(event, changed, [...(event.Extensions ?? []), ...truncation(removed)]);
}

/** A pair that is gone cannot show itself, so its key is named. */
function truncation(removedKeys: readonly string[]): Extension[] {
  const truncated: Extension = { UserDataTruncated: true };
  return removedKeys.length === 0 ? [truncated] : [truncated, { UserDataRemoved: removedKeys }];
}

function toJson(
  event: CallEvent,
  pairs: readonly EventPair[] | undefined,
  extensions: readonly Extension[] | undefined,
) {
  const attributes: Partial<Record<AttributeName, unknown>> = event;
  const ordered: Partial<Record<AttributeName, unknown>> = {};
  for (const name of NAMES_IN_ORDER) {
    const value =
      name === 'UserData' ? pairs?.map(pairOf) : name === 'Extensions' ? extensions : attributes[name];
    if (value !== undefined) ordered[name] = value;
  }
  return JSON.stringify(ordered);
}

function tellable(pairs: readonly EventPair[], options: EncodeOptions): readonly EventPair[] {
  const { leaveOutScopes = [], keys } = options;
  if (leaveOutScopes.length === 0 && keys === undefined) return pairs;
  return pairs.filter(
    pair =>
      !(pair.scope !== undefined && leaveOutScopes.includes(pair.scope)) && isTellable(pair.key, options),
  );
}

/** May a key be told by what `notifyKeys` says? */
export function isTellable(key: string, { keys }: Pick<EncodeOptions, 'keys'>): boolean {
  if (keys?.deny !== undefined && matchesAny(key, keys.deny)) return false;
  return keys?.allow === undefined || matchesAny(key, keys.allow);
}
