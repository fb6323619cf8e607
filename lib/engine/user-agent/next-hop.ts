import { isIP } from 'node:net';
import type { ByteString } from '../message/bytes.ts';
import { param, parseUri } from '../message/uri.ts';
import type { Hop, Protocol } from '../transport/transport.ts';
import type { Resolver } from './resolver.ts';

export type NextHop =
  | { readonly kind: 'hop'; readonly hop: Hop }
  /** A name: its addresses have to be asked for. */
  | { readonly kind: 'name'; readonly host: string; readonly port: number; readonly protocol: Protocol }
  /** Nothing can be sent there; the reason is for the application. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Where a URI leads: RFC 3263 §4 without NAPTR and SRV. The transport parameter decides, else UDP; port 5060 when none is
 * given. `sips:` and transports without a listener are refused.
 */
export function nextHopOf(uri: ByteString, protocols: ReadonlySet<Protocol>): NextHop {
  const parsed = parseUri(uri);
  if (parsed === undefined) return { kind: 'refused', reason: `invalid uri: ${printable(uri)}` };
  if (parsed.scheme !== 'sip') {
    return { kind: 'refused', reason: `scheme ${parsed.scheme} is not supported by this engine yet` };
  }
  const wanted = (param(parsed, 'transport') ?? 'udp').toLowerCase();
  if ((wanted !== 'udp' && wanted !== 'tcp') || !protocols.has(wanted)) {
    return { kind: 'refused', reason: `transport ${printable(wanted)} is not available` };
  }
  const host = parsed.host.startsWith('[') ? parsed.host.slice(1, -1) : parsed.host;
  // RFC 3261 §18.1.1: maddr overrides the host; nobody uses it any more and it is a way around routing rules: ignored.
  const port = parsed.port ?? 5060;
  if (isIP(host) !== 0) return { kind: 'hop', hop: { protocol: wanted, address: host, port } };
  return { kind: 'name', host, port, protocol: wanted };
}

/** Resolves a name to the first address that one of our listeners can reach. */
export async function resolveHop(
  name: { host: string; port: number; protocol: Protocol },
  resolver: Resolver,
  reachable: (hop: Hop) => boolean,
): Promise<Hop | undefined> {
  const addresses = await resolver(name.host);
  return addresses
    .map(address => ({ protocol: name.protocol, address, port: name.port }))
    .find(hop => reachable(hop));
}

/** Reasons travel in the first line of a control frame: no separators there. */
const printable = (text: string): string => text.replace(/[^\x21-\x7b}~]/g, '?').slice(0, 200);
