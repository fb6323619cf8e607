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
  external: External | undefined,
  interfaces = networkInterfaces,
): (host: string, port: number | undefined) => boolean {
  const known = new Set(placesOf(listening, external, interfaces).map(({ host, port }) => key(host, port)));
  return (host, port) => known.has(key(host, port ?? 5060));
}

/** Whether a host is ours, at whatever port. */
export function ownHosts(
  listening: readonly SocketAddress[],
  external: External | undefined,
  interfaces = networkInterfaces,
): (host: string) => boolean {
  const known = new Set(placesOf(listening, external, interfaces).map(({ host }) => plain(host)));
  return host => known.has(plain(host));
}

interface External {
  readonly host: string;
  readonly port?: number;
}

function placesOf(
  listening: readonly SocketAddress[],
  external: External | undefined,
  interfaces: typeof networkInterfaces,
): { readonly host: string; readonly port: number }[] {
  const ofMachine = Object.values(interfaces()).flatMap(infos => (infos ?? []).map(({ address }) => address));
  return listening.flatMap(({ address, port }) => {
    const hosts = isWildcard(address) ? [...ofMachine, 'localhost'] : [address];
    const places = hosts.map(host => ({ host, port }));
    return external === undefined
      ? places
      : [...places, { host: external.host, port: external.port ?? port }];
  });
}

const plain = (host: string): string => withoutBrackets(host).toLowerCase();

const key = (host: string, port: number): string => `${plain(host)} ${port}`;
