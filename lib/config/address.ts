import { isIP } from 'node:net';
import type { Hop, Protocol, SocketAddress } from '../engine/transport/transport.ts';
import { BadValue } from './field.ts';

/** Where others are told to find us; without a port it is the bound one. */
export interface ExternalHost {
  readonly host: string;
  readonly port?: number;
}

const protocols: readonly Protocol[] = ['udp', 'tcp'];
const laterProtocols = ['tls', 'ws', 'wss', 'sctp'];

/** `udp:0.0.0.0:5060`, `tcp:[::]:5060`. Port 0 is any free one. */
export function parseListener(text: string): Hop {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (laterProtocols.includes(name)) throw new BadValue(`"${text}": ${name} is not supported yet`);
  const protocol = protocols.find(known => known === name);
  if (protocol === undefined) throw new BadValue(`"${text}": expected udp:address:port or tcp:address:port`);
  return { protocol, ...parseSocketAddress(text.slice(colon + 1)) };
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. */
export function parseSocketAddress(text: string): SocketAddress {
  const { host, port } = splitHostPort(text);
  const address = host.toLowerCase() === 'localhost' ? '127.0.0.1' : host;
  if (isIP(address) === 0)
    throw new BadValue(`"${text}": expected an IP address and a port, like 127.0.0.1:5060`);
  if (port === undefined) throw new BadValue(`"${text}": the port is missing`);
  return { address, port };
}

/** A host name or an IP address (IPv6 in brackets), with or without a port other than 0. */
export function parseHostPort(text: string): ExternalHost {
  const { host, port } = splitHostPort(text);
  if (!isHost(host)) throw new BadValue(`"${text}": expected host or host:port`);
  if (port === 0) throw new BadValue(`"${text}": port 0 cannot be reached by others`);
  return port === undefined ? { host } : { host, port };
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address, which becomes `/32` or `/128`. */
export function parseCidr(text: string): string {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const family = isIP(address);
  if (family === 0) throw new BadValue(`"${text}": expected an IP address or a CIDR block like 10.0.0.0/8`);
  const most = family === 4 ? 32 : 128;
  const bits = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!isDecimal(bits) || Number(bits) > most)
    throw new BadValue(`"${text}": the prefix must be 0 to ${most}`);
  return `${address}/${bits}`;
}

/** True for the addresses that only this machine reaches. */
export function isLoopback(address: string): boolean {
  const mapped = address.toLowerCase().startsWith('::ffff:') ? address.slice(7) : address;
  return mapped === '::1' || (isIP(mapped) === 4 && mapped.startsWith('127.'));
}

export function isHost(host: string): boolean {
  return isIP(host) !== 0 || (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i.test(host) && !/^[\d.]+$/.test(host));
}

function splitHostPort(text: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed !== null) {
    const host = bracketed[1] ?? '';
    if (isIP(host) !== 6) throw new BadValue(`"${text}": no IPv6 address in the brackets`);
    return { host, port: bracketed[2] === undefined ? undefined : parsePort(bracketed[2], text) };
  }
  const colon = text.indexOf(':');
  if (colon !== text.lastIndexOf(':')) throw new BadValue(`"${text}": IPv6 addresses need brackets`);
  if (colon < 0) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: parsePort(text.slice(colon + 1), text) };
}

function parsePort(digits: string, text: string): number {
  if (!isDecimal(digits) || Number(digits) > 65535)
    throw new BadValue(`"${text}": the port must be 0 to 65535`);
  return Number(digits);
}

function isDecimal(text: string): boolean {
  return /^\d{1,5}$/.test(text);
}
