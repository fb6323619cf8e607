import type { Entry } from './entry.ts';

/** The header names that are attached data, and the keys they stand for. */

/** Azure Communication Services' custom headers: `X-MS-Custom-<key>`. */
export const CUSTOM_PREFIX = 'X-MS-Custom-';
/** Other `X-MS-` headers are Microsoft's own. */
const RESERVED_PREFIX = 'x-ms-';
const CUSTOM_PREFIX_LOWER = CUSTOM_PREFIX.toLowerCase();

/** Key of the entry that User-to-User makes. */
export const UUI_KEY = 'UUI';

export type CustomName =
  /** `X-MS-Custom-CaseId` → `CaseId`; or a trunk's `X-CaseId` → `X-CaseId`. */
  | { readonly kind: 'custom' | 'named-by-trunk'; readonly key: string }
  | { readonly kind: 'reserved' }
  | { readonly kind: 'other' };

const OTHER: CustomName = { kind: 'other' };
const RESERVED: CustomName = { kind: 'reserved' };

/**
 * What a header name stands for. `dataHeaders` are the trunk's patterns for further `X-` names (`X-Acme-*`); without one
 * an `X-` header is relayed and is not data. Names are case-insensitive (RFC 3261 §7.3.1).
 */
export function readCustomName(name: string, dataHeaders: readonly string[]): CustomName {
  // Nearly all headers of a message leave here.
  if (name.charCodeAt(1) !== 0x2d || (name.charCodeAt(0) | 0x20) !== 0x78) return OTHER;
  const lower = name.toLowerCase();
  if (lower.startsWith(CUSTOM_PREFIX_LOWER)) {
    return lower.length === CUSTOM_PREFIX_LOWER.length
      ? RESERVED
      : { kind: 'custom', key: name.slice(CUSTOM_PREFIX.length) };
  }
  if (lower.startsWith(RESERVED_PREFIX)) return RESERVED;
  return matchesAny(lower, dataHeaders) ? { kind: 'named-by-trunk', key: name } : OTHER;
}

/** True for a header line that attached data is made from. */
export function isCustomHeader(name: string, dataHeaders: readonly string[]): boolean {
  const { kind } = readCustomName(name, dataHeaders);
  return kind === 'custom' || kind === 'named-by-trunk';
}

/** There is no compact form of it (RFC 7433 §4.1). */
export function isUserToUser(name: string): boolean {
  return name.length === 12 && (name.charCodeAt(0) | 0x20) === 0x75 && name.toLowerCase() === 'user-to-user';
}

/**
 * The header name of an entry of scope `sip`: as it came, or made from the key. A key that the trunk's patterns name is a
 * whole header name already.
 */
export function headerNameOfKey(
  entry: Pick<Entry, 'key' | 'headerName'>,
  dataHeaders: readonly string[] = [],
): string {
  if (entry.headerName !== undefined) return entry.headerName;
  return readCustomName(entry.key, dataHeaders).kind === 'named-by-trunk'
    ? entry.key
    : CUSTOM_PREFIX + entry.key;
}

/** Does a pattern name it? `*` stands for any characters, letter case does not count. */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern => matchesPattern(name.toLowerCase(), pattern.toLowerCase()));
}

/** Both in lower case. `*` stands for any characters. */
export function matchesPattern(name: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return name === head;
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - tail.length;
}
