import type { Entry, Scope, UserDataPair } from './entry.ts';

/** What identifies a pair within the data. */
export type KeyOwner = Pick<Entry, 'key' | 'scope' | 'headerName'>;

/** SIP header names are case-insensitive (RFC 3261 §7.3.1), so a key that was one, or can become one, is too. */
export function isHeaderBorn(entry: { readonly scope: Scope; readonly headerName?: string }): boolean {
  return entry.scope === 'sip' || entry.scope === 'uui' || entry.headerName !== undefined;
}

/**
 * Do the two stand for the same pair? Keys compare case-insensitively when one of them is a header's.
 *
 * The places on the wire are apart: `X-MS-Custom-UUI`, User-to-User and a VoIP header `UUI` are three pairs. Scope `call`
 * means "wherever it lives": an INFO body changes a pair that came as a header, and a header changes one from a body.
 */
export function isSamePair(existing: KeyOwner, wanted: KeyOwner): boolean {
  if (!scopesMeet(existing.scope, wanted.scope)) return false;
  return isSameKey(existing.key, wanted.key, isHeaderBorn(existing) || isHeaderBorn(wanted));
}

export function scopesMeet(one: Scope, other: Scope): boolean {
  return one === other || one === 'call' || other === 'call';
}

export function isSameKey(one: string, other: string, ignoreCase: boolean): boolean {
  if (one === other) return true;
  return ignoreCase && one.length === other.length && one.toLowerCase() === other.toLowerCase();
}

/** Same type and same value, lists pair by pair. */
export function isSameValue(one: UserDataPair, other: UserDataPair): boolean {
  if (one.type === 'list' && other.type === 'list') {
    const others = other.value;
    return (
      one.value.length === others.length &&
      one.value.every((pair, at) => {
        const match = others[at];
        return match !== undefined && match.key === pair.key && isSameValue(pair, match);
      })
    );
  }
  return one.type === other.type && one.value === other.value;
}
