/**
 * An IP address as eight groups of 16 bits. IPv4 is written as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2), so that
 * `192.0.2.1` and the `::ffff:192.0.2.1` of a dual-stack socket are the same address.
 */
export type AddressGroups = readonly number[];

/** A block of addresses; `prefixBits` counts from the start of the mapped form (an IPv4 /32 has 128). */
export interface Cidr {
  readonly groups: AddressGroups;
  readonly prefixBits: number;
}

export type Family = 'ipv4' | 'ipv6';

const mappedPrefixBits = 96;

/** Reads an address literal, IPv6 with or without brackets and zone. Undefined for anything else (a host name). */
export function parseAddress(text: string): AddressGroups | undefined {
  if (text.startsWith('[') && text.endsWith(']')) return parseIpv6(withoutZone(text.slice(1, -1)));
  return text.includes(':') ? parseIpv6(withoutZone(text)) : mapped(parseIpv4(text));
}

/** Reads `address/bits` or a single address. Undefined when it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const groups = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (groups === undefined) return undefined;
  if (slash < 0) return { groups, prefixBits: 128 };
  const bits = parseDecimal(text.slice(slash + 1), 128);
  if (bits === undefined) return undefined;
  if (text.includes(':')) return { groups, prefixBits: bits };
  return bits > 32 ? undefined : { groups, prefixBits: bits + mappedPrefixBits };
}

export function contains(cidr: Cidr, address: AddressGroups): boolean {
  let bitsLeft = cidr.prefixBits;
  for (let at = 0; at < 8 && bitsLeft > 0; at += 1, bitsLeft -= 16) {
    const mask = bitsLeft >= 16 ? 0xffff : 0xffff & (0xffff << (16 - bitsLeft));
    if (((cidr.groups[at] ?? 0) & mask) !== ((address[at] ?? 0) & mask)) return false;
  }
  return true;
}

const ipv4Loopback: Cidr = { groups: [0, 0, 0, 0, 0, 0xffff, 0x7f00, 0], prefixBits: mappedPrefixBits + 8 };
const ipv6Loopback: Cidr = { groups: [0, 0, 0, 0, 0, 0, 0, 1], prefixBits: 128 };

/** Whether an address literal is one that only this machine reaches: 127.0.0.0/8 and ::1. */
export function isLoopback(literal: string): boolean {
  // Asked for what is sent: the usual spellings need no reading.
  if (!literal.includes(':')) return literal.startsWith('127.');
  if (literal === '::1') return true;
  const groups = parseAddress(literal);
  return groups !== undefined && (contains(ipv6Loopback, groups) || contains(ipv4Loopback, groups));
}

/** Whether an address literal means every interface. */
export function isWildcard(literal: string): boolean {
  return literal === '0.0.0.0' || (literal.startsWith('::') && /^[:0]+$/.test(literal));
}

export function familyOf(literal: string): Family {
  return literal.includes(':') ? 'ipv6' : 'ipv4';
}

/**
 * An address without the zone a link-local peer is reported with (`fe80::1%eth0`), which means nothing to
 * anyone else.
 */
export function withoutZone(literal: string): string {
  const zone = literal.indexOf('%');
  return zone < 0 ? literal : literal.slice(0, zone);
}

function mapped(pair: readonly [number, number] | undefined): AddressGroups | undefined {
  return pair === undefined ? undefined : [0, 0, 0, 0, 0, 0xffff, pair[0], pair[1]];
}

/** Without leading zeros: resolvers take `010.0.0.1` for octal, and nobody may reach another host than was judged. */
function parseIpv4(text: string): readonly [number, number] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const octets = parts.map(part => (/^0\d/.test(part) ? undefined : parseDecimal(part, 255)));
  const [a, b, c, d] = octets;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return [a * 256 + b, c * 256 + d];
}

/** RFC 4291 §2.2: groups of hex digits, at most one `::`, the last 32 bits may be dotted decimal. */
function parseIpv6(text: string): AddressGroups | undefined {
  const gap = text.indexOf('::');
  if (gap < 0) {
    const groups = parseGroups(text);
    return groups?.length === 8 ? groups : undefined;
  }
  const head = parseGroups(text.slice(0, gap));
  const tail = parseGroups(text.slice(gap + 2));
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    const dotted = at === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (dotted !== undefined) groups.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseDecimal(text: string, max: number): number | undefined {
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
