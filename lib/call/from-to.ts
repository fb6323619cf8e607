import { parseNameAddress, parseSipUri, type SipUri, uriParameter } from '../routing/sip-uri.ts';
import type { Trunk } from '../routing/trunk.ts';
import type { HeaderLine } from './signal.ts';

/** Stands for our own address; the signalling shell writes the real one. */
export const ownHost = 'localhost';

/**
 * From of the callee leg: display name and user of the caller, without tag. The host is ours unless the trunk
 * wants another. RFC 3323 §4.1.1.3: an anonymous caller's `anonymous.invalid` stays.
 */
export function calleeFrom(callerFrom: string, trunk: Trunk, requestUri: string): string {
  const { display, uri } = parseNameAddress(callerFrom);
  const caller = parseSipUri(uri);
  if (caller === undefined) return `<sip:${ownHost}>`;
  const user = caller.user === '' ? '' : `${caller.user}@`;
  const telephone = caller.scheme === 'tel' || uriParameter(caller, 'user') === 'phone';
  const address = `<sip:${user}${fromHost(caller, trunk, requestUri)}${telephone ? ';user=phone' : ''}>`;
  return display === '' ? address : `${display} ${address}`;
}

/** To of the callee leg: the outgoing Request-URI. */
export function calleeTo(requestUri: string): string {
  return `<${requestUri}>`;
}

/** User part of our Contact towards the callee: the caller's, as it came. */
export function contactUser(callerFrom: string): string {
  return parseSipUri(parseNameAddress(callerFrom).uri)?.user ?? '';
}

function fromHost(caller: SipUri, trunk: Trunk, requestUri: string): string {
  if (caller.host.toLowerCase() === 'anonymous.invalid') return caller.host;
  switch (trunk.fromHost) {
    case 'own':
      return ownHost;
    case 'keep':
      return caller.host === '' ? ownHost : caller.host;
    case 'target':
      return parseSipUri(requestUri)?.host ?? ownHost;
  }
}

/** RFC 3261 §19.1.1, §26.2: what travels over a stream. Without a word in the URI it is UDP. */
export function isStreamUri(uri: string): boolean {
  const parsed = parseSipUri(uri);
  if (parsed === undefined) return false;
  const transport = uriParameter(parsed, 'transport')?.toLowerCase();
  return parsed.scheme === 'sips' || (transport !== undefined && transport !== 'udp');
}

/**
 * RFC 3261 §8.1.1.6, §16.6 step 3: what our INVITE says when the caller's says this. Undefined: no hop is
 * left. Missing or unreadable: we are the first to count.
 */
export function nextMaxForwards(headers: readonly HeaderLine[]): number | undefined {
  const value = headers.find(line => line.name.toLowerCase() === 'max-forwards')?.value;
  if (value === undefined || !/^\d{1,3}$/.test(value)) return 70;
  const left = Number(value);
  return left === 0 ? undefined : left - 1;
}
