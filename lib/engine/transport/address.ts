import { parseHostPort, withBrackets, withoutBrackets } from '../message/host.ts';
import { parseAddress } from '../message/ip-address.ts';
import type { Hop, Protocol, SocketAddress } from './transport.ts';

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp'];
const LATER_PROTOCOLS = ['tls', 'ws', 'wss', 'sctp'];

/**
 * Reads a listen address: `udp:0.0.0.0:5060`, `tcp:[::1]:5060`. Port 0 lets the kernel choose. An Error says what is wrong.
 */
export function parseListenAddress(text: string): Hop | Error {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (LATER_PROTOCOLS.includes(name)) return new Error(`"${text}": ${name} is not supported yet`);
  const protocol = PROTOCOLS.find(known => known === name);
  if (protocol === undefined) return new Error(`"${text}": expected udp:address:port or tcp:address:port`);
  const bound = parseSocketAddress(text.slice(colon + 1));
  return bound instanceof Error ? bound : { protocol, ...bound };
}

/**
 * Reads `192.0.2.1:5060`, `[2001:db8::1]:5060` or `localhost:5060`, which is 127.0.0.1. An Error says what is wrong. Other
 * names are refused: what is listened on must not depend on DNS.
 */
export function parseSocketAddress(text: string): SocketAddress | Error {
  const read = readHostPort(text);
  if (read instanceof Error) return read;
  const address = read.host.toLowerCase() === 'localhost' ? '127.0.0.1' : read.host;
  if (parseAddress(address) === undefined)
    return new Error(`"${text}": expected an IP address and a port, like 127.0.0.1:5060`);
  if (read.port === undefined) return new Error(`"${text}": the port is missing`);
  return { address, port: read.port };
}

/** As `parseHostPort`, the host without brackets, and with the reason when it cannot be read. */
export function readHostPort(text: string): { host: string; port: number | undefined } | Error {
  const read = parseHostPort(text);
  if (read === undefined) return new Error(`"${text}": ${flawOf(text)}`);
  if (read.host.startsWith('[') && parseAddress(read.host) === undefined)
    return new Error(`"${text}": no IPv6 address in the brackets`);
  return { host: withoutBrackets(read.host), port: read.port };
}

/** `udp:127.0.0.1:5060`, `tcp:[::1]:5060`: the inverse of `parseListenAddress`. */
export function formatHop(hop: Hop): string {
  return `${hop.protocol}:${formatSocketAddress(hop)}`;
}

export function formatSocketAddress({ address, port }: SocketAddress): string {
  return `${withBrackets(address)}:${port}`;
}

function flawOf(text: string): string {
  if (text.startsWith('[') && !/^\[[\d.:a-f]+\]/i.test(text)) return 'no IPv6 address in the brackets';
  if (!text.startsWith('[') && text.indexOf(':') !== text.lastIndexOf(':'))
    return 'IPv6 addresses need brackets';
  const hasPort = text.indexOf(':', text.indexOf(']') + 1) > 0;
  return hasPort ? 'the port must be 0 to 65535' : 'expected host or host:port';
}
