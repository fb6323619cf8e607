import { isHost } from '../engine/message/host.ts';
import { familyOf, isLoopback, parseAddress, parseCidr } from '../engine/message/ip-address.ts';
import { parseSocketAddress, readHostPort } from '../engine/transport/address.ts';

/** Where others are told to find us; without a port it is the bound one. */
export interface ExternalHost {
  readonly host: string;
  readonly port?: number;
}

/** A host name or an IP address (IPv6 in brackets), with or without a port other than 0. */
export function parseExternalHost(text: string): ExternalHost | Error {
  const read = readHostPort(text);
  if (read instanceof Error) return read;
  const { host, port } = read;
  if (!isHost(host)) return new Error(`"${text}": expected host or host:port`);
  if (port === 0) return new Error(`"${text}": port 0 cannot be reached by others`);
  return port === undefined ? { host } : { host, port };
}

/** Checks `10.0.0.0/8`, `2001:db8::/32`, or one address, which becomes `/32` or `/128`. */
export function parseCidrText(text: string): string | Error {
  const [address = '', bits] = text.split('/', 2);
  if (parseAddress(address) === undefined)
    return new Error(`"${text}": expected an IP address or a CIDR block like 10.0.0.0/8`);
  const most = familyOf(address) === 'ipv4' ? 32 : 128;
  if (parseCidr(text) === undefined) return new Error(`"${text}": the prefix must be 0 to ${most}`);
  return bits === undefined ? `${address}/${most}` : text;
}

/** An address to listen on that other machines can reach. */
export function isOutside(listen: string): boolean {
  const bound = parseSocketAddress(listen.trim());
  return !(bound instanceof Error) && !isLoopback(bound.address);
}
