import type { ByteString } from './bytes.ts';
import { parseAddress } from './ip-address.ts';
import { param, type SipUri, type UriPart } from './uri.ts';

/** Never the same when only one of the two has them. `transport` is by the examples of RFC 3261 §19.1.4, not by its rules. */
const decisive = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** RFC 3261 §19.1.4: whether two URIs are equivalent. Escapes of characters that need none count as these. */
export function isSameUri(one: SipUri, other: SipUri): boolean {
  return (
    one.scheme === other.scheme &&
    plain(one.user) === plain(other.user) &&
    plain(one.password) === plain(other.password) &&
    isSameHost(one.host, other.host) &&
    one.port === other.port &&
    haveSameParams(one, other) &&
    headersOf(one) === headersOf(other)
  );
}

function isSameHost(one: ByteString, other: ByteString): boolean {
  if (one.toLowerCase() === other.toLowerCase()) return true;
  const address = parseAddress(one);
  return address !== undefined && String(address) === String(parseAddress(other));
}

function haveSameParams(one: SipUri, other: SipUri): boolean {
  if (decisive.some(name => (param(one, name) === undefined) !== (param(other, name) === undefined)))
    return false;
  return one.params.every(({ name, value }) => {
    const others = param(other, name.toLowerCase());
    // One that only one of them has is passed over.
    return others === undefined || plain(value).toLowerCase() === plain(others).toLowerCase();
  });
}

/** In any order, names without regard to case. */
function headersOf({ headers = [] }: SipUri): string {
  const text = ({ name, value }: UriPart): string => `${name.toLowerCase()}=${plain(value)}`;
  return headers.map(text).sort().join('&');
}

/** RFC 3261 §25.1: unreserved characters mean the same with and without an escape. */
function plain(text: ByteString | undefined): ByteString {
  if (text === undefined || !text.includes('%')) return text ?? '';
  return text.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9_.!~*'()-]/.test(char) ? char : escape.toUpperCase();
  });
}
