import { withBrackets } from '../message/host.ts';
import type { Hop, Protocol, SocketAddress } from './transport.ts';

export type Family = 'ipv4' | 'ipv6';

const DEFAULT_SIP_PORT = 5060;
const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp'];

/**
 * Reads a listen address: `udp:0.0.0.0:5060`, `tcp:[::1]:5060`, `udp:127.0.0.1` (port 5060). Port 0 lets the
 * kernel choose. Throws an Error with a readable message; names are refused, since what is listened on must
 * not depend on DNS.
 */
export function parseListenAddress(text: string): Hop {
  const colon = text.indexOf(':');
  const protocol = PROTOCOLS.find(known => known === text.slice(0, Math.max(colon, 0)).toLowerCase());
  if (protocol === undefined) {
    throw new Error(`'${text}': a listen address begins with ${PROTOCOLS.join(': or ')}:`);
  }
  const { address, port } = parseSocketAddress(text.slice(colon + 1));
  return { protocol, address, port };
}

/**
 * Reads `192.0.2.1:5060`, `[2001:db8::1]:5060` or either without a port (5060). Throws an Error with a
 * readable message.
 */
export function parseSocketAddress(text: string): SocketAddress {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  const address = bracket < 0 ? (text.split(':', 1)[0] ?? '') : text.slice(1, bracket);
  const rest = text.slice(bracket < 0 ? address.length : bracket + 1);
  const isIpv6 = bracket >= 0;
  if (isIpv6 ? !isIpv6Literal(address) : !isIpv4Literal(address)) {
    throw new Error(`'${text}' is not an IPv4 address or an IPv6 address in brackets`);
  }
  if (rest !== '' && !/^:\d{1,5}$/.test(rest)) throw new Error(`'${text}' does not end in a port number`);
  const port = rest === '' ? DEFAULT_SIP_PORT : Number(rest.slice(1));
  if (port > 65_535) throw new Error(`'${text}': the port is larger than 65535`);
  return { address, port };
}

/** `udp:127.0.0.1:5060`, `tcp:[::1]:5060`: the inverse of `parseListenAddress`. */
export function formatHop(hop: Hop): string {
  return `${hop.protocol}:${formatSocketAddress(hop)}`;
}

export function formatSocketAddress({ address, port }: SocketAddress): string {
  return `${withBrackets(address)}:${port}`;
}

/**
 * An address without the zone a link-local peer is reported with (`fe80::1%eth0`), which means nothing to
 * anyone else.
 */
export function withoutZone(address: string): string {
  const percent = address.indexOf('%');
  return percent < 0 ? address : address.slice(0, percent);
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** True for the addresses that mean every interface. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || (address.startsWith('::') && /^[:0]+$/.test(address));
}

export function isLoopback(address: string): boolean {
  if (address.startsWith('127.')) return true;
  return address === '::1' || address.startsWith('::ffff:127.') || /^(?:0{1,4}:){7}0{0,3}1$/.test(address);
}

export function isIpv4Literal(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** Groups of hexadecimal digits, at most one `::`, an IPv4 tail allowed; no zone. */
export function isIpv6Literal(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const hasIpv4Tail = last?.includes('.') === true;
  if (hasIpv4Tail && (!isIpv4Literal(last) || text.endsWith('::'))) return false;
  const hexGroups = hasIpv4Tail ? groups.slice(0, -1) : groups;
  if (!hexGroups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const length = groups.length + (hasIpv4Tail ? 1 : 0);
  return halves.length === 2 ? length < 8 : length === 8;
}
