import { parseNameAddr, serializeNameAddr } from '../../engine/message/name-addr.ts';
import {
  param,
  parseUri,
  serializeUri,
  sipUserOf,
  type SipUri,
  type UriPart,
} from '../../engine/message/uri.ts';
import type { Trunk } from '../../routing/trunk.ts';
import { firstValue } from '../header-lines.ts';
import type { HeaderLine } from '../signal.ts';

/** Stands for our own address; the signalling shell writes the real one. */
export const ownHost = 'localhost';

/** RFC 3261 §19.1.6: how a telephone number in a SIP URI says what it is. */
const userIsPhone: readonly UriPart[] = [{ name: 'user', value: 'phone' }];

/**
 * From of the callee leg: display name and user of the caller, without tag. The host is ours unless the trunk
 * wants another. RFC 3323 §4.1.1.3: an anonymous caller's `anonymous.invalid` stays.
 */
export function calleeFrom(callerFrom: string, trunk: Trunk, requestUri: string): string {
  const from = parseNameAddr(callerFrom);
  const caller = parseUri(from?.uri ?? '');
  if (from === undefined || caller === undefined) return `<sip:${ownHost}>`;
  const isTelephone = caller.scheme === 'tel' || param(caller, 'user') === 'phone';
  const uri = serializeUri({
    scheme: 'sip',
    user: sipUserOf(caller),
    host: fromHost(caller, trunk, requestUri),
    // Kept is kept whole; the port of any other host is not the caller's to name.
    ...(trunk.fromHost === 'keep' && caller.port !== undefined && { port: caller.port }),
    params: isTelephone ? userIsPhone : [],
  });
  return serializeNameAddr({ display: from.display, uri, params: '' });
}

/** To of the callee leg: the outgoing Request-URI. */
export function calleeTo(requestUri: string): string {
  return `<${requestUri}>`;
}

/** User part of our Contact towards the callee: the caller's, as it came. */
export function contactUser(callerFrom: string): string {
  const caller = parseUri(parseNameAddr(callerFrom)?.uri ?? '');
  return (caller && sipUserOf(caller)) ?? '';
}

function fromHost(caller: SipUri, trunk: Trunk, requestUri: string): string {
  if (caller.host.toLowerCase() === 'anonymous.invalid') return caller.host;
  switch (trunk.fromHost) {
    case 'own':
      return ownHost;
    case 'keep':
      return caller.host === '' ? ownHost : caller.host;
    case 'target':
      return parseUri(requestUri)?.host ?? ownHost;
  }
}

/** RFC 3261 §19.1.1, §26.2: what travels over a stream. Without a word in the URI it is UDP. */
export function isStreamUri(uri: string): boolean {
  const parsed = parseUri(uri);
  if (parsed === undefined) return false;
  const transport = param(parsed, 'transport')?.toLowerCase();
  return parsed.scheme === 'sips' || (transport !== undefined && transport !== 'udp');
}

/**
 * RFC 3261 §8.1.1.6, §16.6 step 3: what our INVITE says when the caller's says this. Undefined: no hop is
 * left. Missing or unreadable: we are the first to count.
 */
export function nextMaxForwards(headers: readonly HeaderLine[]): number | undefined {
  const value = firstValue(headers, 'max-forwards');
  if (value === undefined || !/^\d+$/.test(value)) return 70;
  // RFC 3261 §20.22: 0 to 255.
  const left = Math.min(Number(value), 255);
  return left === 0 ? undefined : left - 1;
}
