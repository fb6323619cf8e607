import type { ByteString } from './bytes.ts';
import { percent, type SipUri, type UriPart } from './uri.ts';

/** RFC 3261 §19.1.4 and its examples: present in one URI only, these make it another URI. All others are ignored then. */
const NEVER_IGNORED = new Set(['user', 'ttl', 'method', 'maddr', 'transport']);

/** RFC 3261 §19.1.4: do both URIs mean the same? */
export function sameUri(a: SipUri, b: SipUri): boolean {
  // "A SIP and SIPS URI are never equivalent."
  if (a.scheme !== b.scheme) return false;
  // "A URI omitting the user component will not match a URI that includes one", and so for password and port.
  if (normal(a.user) !== normal(b.user) || normal(a.password) !== normal(b.password)) return false;
  if (a.host.toLowerCase() !== b.host.toLowerCase() || a.port !== b.port) return false;
  return sameParams(a.params, b.params) && sameHeaders(a.headers ?? [], b.headers ?? []);
}

function sameParams(a: readonly UriPart[], b: readonly UriPart[]): boolean {
  const left = byName(a);
  const right = byName(b);
  for (const [name, value] of left) {
    if (right.has(name) ? right.get(name) !== value : NEVER_IGNORED.has(name)) return false;
  }
  return [...right.keys()].every(name => left.has(name) || !NEVER_IGNORED.has(name));
}

/** "URI header components are never ignored." Their order does not matter. */
function sameHeaders(a: readonly UriPart[], b: readonly UriPart[]): boolean {
  if (a.length !== b.length) return false;
  const lines = (parts: readonly UriPart[]): string =>
    parts
      .map(part => `${normal(part.name)?.toLowerCase()}=${normal(part.value)}`)
      .sort()
      .join('&');
  return lines(a) === lines(b);
}

const byName = (parts: readonly UriPart[]): Map<string, string> =>
  new Map(parts.map(part => [lower(part.name), lower(part.value)]));

const lower = (text: ByteString): string => (normal(text) ?? '').toLowerCase();

/** "Characters other than those in the reserved set are equivalent to their %HEX encoding." */
function normal(text: ByteString | undefined): ByteString | undefined {
  if (!text?.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => {
    const octet = Number.parseInt(hex, 16);
    const char = String.fromCharCode(octet);
    return /[A-Za-z0-9\-_.!~*'()]/.test(char) ? char : percent(octet);
  });
}
