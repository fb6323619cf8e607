import { networkInterfaces } from 'node:os';
import { withoutBrackets } from '../message/host.ts';
import { isWildcard } from '../message/ip-address.ts';
import type { SocketAddress } from './transport.ts';

/**
 * Whether a host and port of a SIP URI are ours: a call routed there would come straight back. A wildcard listener has every
 * address of the machine. RFC 3261 §19.1.2: without a port 5060 is meant.
 */
export function ownAddresses(
  listening: readonly SocketAddress[],
  external: { readonly host: string; readonly port?: number } | undefined,
  interfaces = networkInterfaces,
): (host: string, port: number | undefined) => boolean {
  const known = new Set<string>();
  const ofMachine = Object.values(interfaces()).flatMap(infos => (infos ?? []).map(({ address }) => address));
  for (const { address, port } of listening) {
    for (const host of isWildcard(address) ? [...ofMachine, 'localhost'] : [address])
      known.add(key(host, port));
    if (external !== undefined) known.add(key(external.host, external.port ?? port));
  }
  return (host, port) => known.has(key(host, port ?? 5060));
}

const key = (host: string, port: number): string => `${withoutBrackets(host).toLowerCase()} ${port}`;
