import { type ByteString, trimmed } from './bytes.ts';
import { readDigits } from './header-value.ts';
import { parseHostPort } from './host.ts';
import { endOfValue, isNamed, readParam, skipSpaces } from './params.ts';

/** One value of Via (RFC 3261 §20.42). */
export interface Via {
  /** Upper case: UDP, TCP, TLS, WS … */
  readonly protocol: string;
  /** IPv6 with its brackets. */
  readonly host: ByteString;
  readonly port?: number | undefined;
  /** '' when there is none (RFC 2543). */
  readonly branch: ByteString;
  /** As it stands; some write IPv6 in brackets (RFC 5118 §4.5). */
  readonly received?: ByteString | undefined;
  /** RFC 3581: '' when asked for and not yet filled in. */
  readonly rport?: number | '' | undefined;
}

/** The first value of a line, or undefined when it cannot be read. */
export function parseVia(value: ByteString): Via | undefined {
  const sentBy = sentByOf(value);
  if (sentBy === undefined) return undefined;
  const hostPort = parseHostPort(trimmed(value.slice(sentBy.from, sentBy.to)));
  if (hostPort === undefined) return undefined;
  const { host, port } = hostPort;
  let branch = '';
  let received: ByteString | undefined;
  let rport: number | '' | undefined;
  for (let next = readParam(value, sentBy.to); next !== undefined; next = readParam(value, next.to)) {
    if (isNamed(next, 'branch')) branch = next.value;
    else if (isNamed(next, 'received')) received = next.value;
    else if (isNamed(next, 'rport')) rport = readDigits(next.value) ?? '';
  }
  return { protocol: sentBy.protocol, host, port, branch, received, rport };
}

/**
 * Writes `received` and `rport` (RFC 3261 §18.2.1, RFC 3581 §4) into the first value of a line; everything else stays as it
 * stands. A parameter that is there gets the new value, else it is added to the end of that value.
 */
export function withReceived(
  line: ByteString,
  address: string | undefined,
  rport: number | undefined,
): ByteString {
  let text = line;
  if (address !== undefined) text = withViaParam(text, 'received', address);
  if (rport !== undefined) text = withViaParam(text, 'rport', String(rport));
  return text;
}

function withViaParam(line: ByteString, name: string, value: string): ByteString {
  const sentBy = sentByOf(line);
  if (sentBy === undefined) return line;
  const written = `;${name}=${value}`;
  let to = sentBy.from + trimmed(line.slice(sentBy.from, sentBy.to)).length;
  for (let next = readParam(line, to); next !== undefined; next = readParam(line, to)) {
    if (isNamed(next, name)) return line.slice(0, next.from) + written + line.slice(next.to);
    to = next.to;
  }
  return line.slice(0, to) + written + line.slice(to);
}

/** `SIP / 2.0 / UDP host : port`: the protocol and where the sent-by part stands. White space may surround the slashes. */
function sentByOf(value: ByteString): { protocol: string; from: number; to: number } | undefined {
  const usual = value.startsWith('SIP/2.0/');
  const version = usual ? 7 : secondSlash(value);
  if (version < 0) return undefined;
  const protocolFrom = skipSpaces(value, version + 1);
  const protocolTo = endOfValue(value, protocolFrom);
  const from = skipSpaces(value, protocolTo);
  if (protocolTo === protocolFrom || from === protocolTo) return undefined;
  const protocol = value.slice(protocolFrom, protocolTo);
  const known = protocol === 'UDP' || protocol === 'TCP';
  return { protocol: known ? protocol : protocol.toUpperCase(), from, to: endOfSentBy(value, from) };
}

/** Any version: whether it can be served is for the start line to say. */
function secondSlash(value: ByteString): number {
  const first = value.indexOf('/');
  const isSip = first >= 0 && trimmed(value.slice(0, first)).toUpperCase() === 'SIP';
  return isSip ? value.indexOf('/', first + 1) : -1;
}

function endOfSentBy(value: ByteString, from: number): number {
  const semicolon = value.indexOf(';', from);
  const comma = value.indexOf(',', from);
  if (semicolon < 0 && comma < 0) return value.length;
  if (semicolon < 0) return comma;
  return comma < 0 ? semicolon : Math.min(semicolon, comma);
}
