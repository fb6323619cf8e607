import type { Config } from '../config.ts';
import { parseHostPort, withoutBrackets } from '../engine/message/host.ts';
import { ownAddresses, ownHosts } from '../engine/transport/own-addresses.ts';
import type { SocketAddress } from '../engine/transport/transport.ts';

/** What in a URI means this server. */
export interface OwnPlaces {
  /** A call there would come straight back; `port` is undefined where a URI names none. */
  isOwnAddress(host: string, port: number | undefined): boolean;
  /** It may stand after the @ of our DNs. */
  isOwnHost(host: string): boolean;
}

/** `listening` is asked each time: a drachtio-server says where it listens when it is there. The same list is read once. */
export function ownPlaces(config: Config, listening: () => readonly SocketAddress[]): OwnPlaces {
  const domains = new Set(config.registrar.domains);
  const { external } = config.sip;
  const read = (addresses: readonly SocketAddress[]) => ({
    addresses,
    isAddress: ownAddresses(addresses, external),
    isHost: ownHosts(addresses, external),
  });
  let last = read([]);
  const current = () => {
    const addresses = listening();
    if (addresses !== last.addresses) last = read(addresses);
    return last;
  };
  const isDomain = (host: string): boolean => domains.has(host.toLowerCase());
  return {
    isOwnAddress: (host, port) => isDomain(host) || current().isAddress(host, port),
    isOwnHost: host => isDomain(host) || current().isHost(host),
  };
}

/** Of `proto/host:port` each, as the signalling shell lists them; the same list as long as they are the same. */
export function addressesIn(hostports: () => readonly string[]): () => readonly SocketAddress[] {
  let text = '';
  let addresses: readonly SocketAddress[] = [];
  return () => {
    const now = hostports().join();
    if (now !== text) addresses = hostports().flatMap(addressIn);
    text = now;
    return addresses;
  };
}

function addressIn(hostport: string): SocketAddress[] {
  const read = parseHostPort(hostport.slice(hostport.indexOf('/') + 1));
  return read?.port === undefined ? [] : [{ address: withoutBrackets(read.host), port: read.port }];
}
