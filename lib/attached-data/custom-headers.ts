import type { HeaderLine } from '../call/signal.ts';
import { ACS_MAX_HEADERS, acsFaultOf, acsValueFaultOf } from './acs-limits.ts';
import { headerNameOfKey, isCustomHeader, isUserToUser, readCustomName, UUI_KEY } from './custom-name.ts';
import type { Drop, DropCode, Entry, Origin } from './entry.ts';
import { unfold } from './header-text.ts';
import { type KeyPolicy, openKeyPolicy } from './key-policy.ts';
import { mappedHeader, mappedHeaderFault } from './mapped-header.ts';
import type { Profile } from './profile.ts';
import { valueText } from './views.ts';

/** Custom headers and the entries they stand for: `X-MS-Custom-*`, and further `X-` names by a trunk's patterns. */

export interface CustomEntries {
  /** In the order of the headers, scope `sip`. An empty value is an entry with an empty value. */
  readonly entries: readonly Entry[];
  readonly dropped: readonly Drop[];
}

/** What custom headers are read by. */
export interface CustomReading {
  /** The trunk's patterns of further `X-` headers that are data. */
  readonly dataHeaders: readonly string[];
  /** Without it every key is named as it came. */
  readonly keys?: KeyPolicy;
}

/** What they are written by. */
export interface CustomWriting {
  readonly profile: Profile;
  readonly dataHeaders?: readonly string[];
  readonly keys?: KeyPolicy;
}

export interface SentHeaders {
  readonly headers: readonly HeaderLine[];
  /** What stays in the data but is not sent. */
  readonly dropped: readonly Drop[];
}

/** Reads the custom headers of one message. Of a name that is there twice the first counts. Values are kept raw. */
export function customEntriesFromHeaders(
  headers: readonly HeaderLine[],
  { dataHeaders, keys = openKeyPolicy }: CustomReading,
  from: Origin,
): CustomEntries {
  const entries: Entry[] = [];
  const dropped: Drop[] = [];
  const seen = new Set<string>();
  for (const header of headers) {
    const name = readCustomName(header.name, dataHeaders);
    if (name.kind !== 'custom' && name.kind !== 'named-by-trunk') continue;
    const key = keys.keyFromWire(name.key);
    const lower = key.toLowerCase();
    if (seen.has(lower)) {
      dropped.push({ key, code: 'duplicate-header' });
      continue;
    }
    seen.add(lower);
    const value = unfold(header.value);
    entries.push({ key, type: 'string', value, scope: 'sip', from, headerName: header.name });
  }
  return { entries, dropped };
}

/**
 * The header lines of the entries of scope `sip`, in order, and of those of scope `call` that the key policy gives a header; the
 * others are left alone. Without a name by the policy they are spelled as they came. What cannot be a header line, or breaks a
 * limit of the profile, is dropped with its code; the entry itself stays.
 */
export function customHeadersFromEntries(
  entries: readonly Entry[],
  { profile, dataHeaders = [], keys = openKeyPolicy }: CustomWriting,
): SentHeaders {
  const headers: HeaderLine[] = [];
  const dropped: Drop[] = [];
  // RFC 7434 §8: two values, and the other side discards both.
  let hasUui = entries.some(entry => entry.scope === 'uui');
  for (const entry of entries) {
    if (entry.scope !== 'sip' && entry.scope !== 'call') continue;
    const mapped = keys.headerNameOf(entry.key);
    if (mapped === undefined && entry.scope === 'call') continue;
    const name = mapped ?? headerNameOfKey(entry, dataHeaders);
    const value = valueText(entry);
    const isUui = isUserToUser(name);
    const code = mappedHeaderFault(name, value) ?? (isUui && hasUui ? 'duplicate-header' : undefined);
    if (code === undefined) headers.push(mappedHeader(name, value));
    else dropped.push({ key: entry.key, code });
    hasUui ||= isUui;
  }
  const limited = limitHeaders(headers, profile, dataHeaders.concat('X-*'));
  return { headers: limited.headers, dropped: [...dropped, ...limited.dropped] };
}

/**
 * The header lines of a party as the other side may see them: without the data that a party may not write, and under the names
 * that the key policy gives. Headers that are no data stay as they are. `renamed`: the names that it gave.
 */
export function headersByPolicy(
  headers: readonly HeaderLine[],
  dataHeaders: readonly string[],
  keys: KeyPolicy,
): SentHeaders & { readonly renamed: readonly string[] } {
  if (keys.isEmpty) return { headers, dropped: [], renamed: [] };
  const sent: HeaderLine[] = [];
  const renamed: string[] = [];
  const dropped: Drop[] = [];
  let hasUui = headers.some(({ name }) => isUserToUser(name));
  for (const line of headers) {
    const key = dataKeyOf(line.name, dataHeaders, keys);
    const told = key === undefined ? line : lineByPolicy(line, { key, keys, hasUui });
    if (typeof told !== 'string') {
      sent.push(told);
      if (told !== line) renamed.push(told.name);
      hasUui ||= isUserToUser(told.name);
    } else if (key !== undefined) {
      dropped.push({ key, code: told });
    }
  }
  return { headers: sent, dropped, renamed };
}

/** The data key that a header line makes; undefined when it is no data. */
function dataKeyOf(name: string, dataHeaders: readonly string[], keys: KeyPolicy): string | undefined {
  if (isUserToUser(name)) return UUI_KEY;
  const custom = readCustomName(name, dataHeaders);
  return 'key' in custom ? keys.keyFromWire(custom.key) : undefined;
}

function lineByPolicy(
  line: HeaderLine,
  { key, keys, hasUui }: { readonly key: string; readonly keys: KeyPolicy; readonly hasUui: boolean },
): HeaderLine | DropCode {
  if (!keys.mayWrite(key, 'party')) return 'not-writable';
  const name = keys.headerNameOf(key);
  if (name === undefined) return line;
  const value = unfold(line.value);
  const fault = mappedHeaderFault(name, value);
  if (fault !== undefined) return fault;
  if (!isUserToUser(name)) return { name, value };
  if (isUserToUser(line.name)) return { name, value: line.value };
  return hasUui ? 'duplicate-header' : mappedHeader(name, value);
}

/**
 * What of these header lines may be sent to a neighbour with this profile. Headers that are no data pass as they are. With
 * the ACS limits: "Only the first 5 valid headers are parsed. The rest are ignored"; User-to-User is one in addition.
 */
export function limitHeaders(
  headers: readonly HeaderLine[],
  profile: Profile,
  dataHeaders: readonly string[],
): SentHeaders {
  if (!profile.acsLimits) return { headers, dropped: [] };
  const sent: HeaderLine[] = [];
  const dropped: Drop[] = [];
  let custom = 0;
  for (const header of headers) {
    const code = faultTowardsAcs(header, custom, dataHeaders);
    if (code === undefined) {
      sent.push(header);
      if (isCustomHeader(header.name, dataHeaders)) custom += 1;
    } else {
      dropped.push({ key: keyOf(header.name, dataHeaders), code });
    }
  }
  return { headers: sent, dropped };
}

function faultTowardsAcs(
  header: HeaderLine,
  customBefore: number,
  dataHeaders: readonly string[],
): Drop['code'] | undefined {
  if (isUserToUser(header.name)) return acsValueFaultOf(header.value);
  if (!isCustomHeader(header.name, dataHeaders)) return undefined;
  return acsFaultOf(header.name, header.value) ?? (customBefore < ACS_MAX_HEADERS ? undefined : 'acs-count');
}

function keyOf(name: string, dataHeaders: readonly string[]): string {
  const custom = readCustomName(name, dataHeaders);
  return 'key' in custom ? custom.key : UUI_KEY;
}
