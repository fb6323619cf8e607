import { type ByteString, trimmed } from './bytes.ts';
import { readDigits } from './header-value.ts';
import { parseAddress } from './ip-address.ts';
import { skipSpaces } from './params.ts';

export interface HostPort {
  /** As it stands: an IPv6 reference has its brackets. */
  readonly host: ByteString;
  readonly port?: number | undefined;
}

const HOST_NAME = /^[A-Za-z0-9._-]+$/;
const IPV6_REFERENCE = /^\[[0-9A-Fa-f:.]+\]$/;
const MAX_PORT = 65_535;

/** `host`, `host:port`, `[v6]`, `[v6]:port`; white space around the colon is legal in Via (RFC 3261 §25.1, COLON). */
export function parseHostPort(text: ByteString): HostPort | undefined {
  const hostTo = text.startsWith('[') ? text.indexOf(']') + 1 : endOfName(text);
  const host = trimmed(text.slice(0, hostTo));
  // RFC 5118 §4.2: an IPv6 address without brackets cannot be told from a host with a port.
  if (!HOST_NAME.test(host) && !IPV6_REFERENCE.test(host)) return undefined;
  const colon = skipSpaces(text, hostTo);
  if (colon === text.length) return { host, port: undefined };
  if (text[colon] !== ':') return undefined;
  const port = readDigits(text.slice(skipSpaces(text, colon + 1)));
  return port === undefined || port > MAX_PORT ? undefined : { host, port };
}

function endOfName(text: ByteString): number {
  const colon = text.indexOf(':');
  return colon < 0 ? text.length : colon;
}

/** Whether it is an address literal (IPv6 with or without brackets) or a name that nobody takes for one: `1.2.3` and `999.1.1.1` are neither. */
export function isHost(text: string): boolean {
  if (parseAddress(text) !== undefined) return true;
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i.test(text) && !/^[\d.]+$/.test(text);
}

/** The address or name without the brackets of an IPv6 reference. */
export function withoutBrackets(host: ByteString): ByteString {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

/** An address literal as it stands in URIs and Via: IPv6 in brackets. */
export function withBrackets(address: ByteString): ByteString {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}
