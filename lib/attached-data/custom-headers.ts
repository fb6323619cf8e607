import type { HeaderLine } from '../call/signal.ts';
import { isToken } from '../engine/message/token.ts';
import { ACS_MAX_HEADERS, acsFaultOf, acsValueFaultOf } from './acs-limits.ts';
import { headerNameOfKey, isCustomHeader, isUserToUser, readCustomName, UUI_KEY } from './custom-name.ts';
import type { Drop, Entry, Origin } from './entry.ts';
import { breaksHeader, unfold } from './header-text.ts';
import type { Profile } from './profile.ts';
import { valueText } from './views.ts';

/** Custom headers and the entries they stand for: `X-MS-Custom-*`, and further `X-` names by a trunk's patterns. */

export interface CustomEntries {
  /** In the order of the headers, scope `sip`. An empty value is an entry with an empty value. */
  readonly entries: readonly Entry[];
  readonly dropped: readonly Drop[];
}

export interface SentHeaders {
  readonly headers: readonly HeaderLine[];
  /** What stays in the data but is not sent. */
  readonly dropped: readonly Drop[];
}

/** Reads the custom headers of one message. Of a name that is there twice the first counts. Values are kept raw. */
export function customEntriesFromHeaders(
  headers: readonly HeaderLine[],
  dataHeaders: readonly string[],
  from: Origin,
): CustomEntries {
  const entries: Entry[] = [];
  const dropped: Drop[] = [];
  const seen = new Set<string>();
  for (const header of headers) {
    const name = readCustomName(header.name, dataHeaders);
    if (name.kind !== 'custom' && name.kind !== 'named-by-trunk') continue;
    const { key } = name;
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
 * The header lines of the entries of scope `sip`, in order; the others are left alone. Names are spelled as they came.
 * What cannot be a header line, or breaks a limit of the profile, is dropped with its code; the entry itself stays.
 */
export function customHeadersFromEntries(
  entries: readonly Entry[],
  profile: Profile,
  dataHeaders: readonly string[] = [],
): SentHeaders {
  const headers: HeaderLine[] = [];
  const dropped: Drop[] = [];
  for (const entry of entries) {
    if (entry.scope !== 'sip') continue;
    const name = headerNameOfKey(entry, dataHeaders);
    const value = valueText(entry);
    if (breaksHeader(name) || breaksHeader(value))
      dropped.push({ key: entry.key, code: 'control-character' });
    else if (!isToken(name)) dropped.push({ key: entry.key, code: 'bad-key' });
    else headers.push({ name, value });
  }
  const limited = limitHeaders(headers, profile, dataHeaders.concat('X-*'));
  return { headers: limited.headers, dropped: [...dropped, ...limited.dropped] };
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
