import type { Dn } from '../call/ids.ts';
import { firstValue } from '../call/header-lines.ts';
import type { HeaderLine } from '../call/signal.ts';
import { parseNameAddr } from '../engine/message/name-addr.ts';
import { parseUri, type SipUri, unescapeText } from '../engine/message/uri.ts';
import type { Trunk } from './trunk.ts';

const anonymous = 'anonymous' as Dn;

/** The DN of the callee leg: the user of the outgoing Request-URI. What is no URI stays as it is. */
export function dnOfUri(uri: string): Dn {
  const parsed = parseUri(uri);
  if (parsed === undefined) return uri as Dn;
  return isAnonymous(parsed) ? anonymous : numberOf(parsed);
}

/**
 * The DN of the caller leg: the user of From, or of P-Asserted-Identity when its trunk says so and the header
 * is there.
 */
export function callerDn(from: string, headers: readonly HeaderLine[], trunk: Trunk): Dn {
  if (trunk.dnFrom === 'p-asserted-identity') {
    const asserted = firstValue(headers, 'p-asserted-identity');
    if (asserted !== undefined) return dnOfAddress(asserted);
  }
  return dnOfAddress(from);
}

function dnOfAddress(value: string): Dn {
  return dnOfUri(parseNameAddr(value)?.uri ?? value);
}

/**
 * Percent-decoded, without the parameters that RFC 3261 §19.1.6 puts into the user part (`+49;ext=1`). No
 * user: the host.
 */
function numberOf({ user, host }: SipUri): Dn {
  if (user === undefined) return host as Dn;
  const semicolon = user.indexOf(';');
  return percentDecoded(semicolon < 0 ? user : user.slice(0, semicolon)) as Dn;
}

/** RFC 3323 §4.1.1.3: `"Anonymous" <sip:anonymous@anonymous.invalid>`. */
function isAnonymous({ user, host }: SipUri): boolean {
  return user?.toLowerCase() === 'anonymous' || host.toLowerCase() === 'anonymous.invalid';
}

/** A user part with a broken escape stays as it is: a wrong number is no reason to lose a call. */
export function percentDecoded(text: string): string {
  return unescapeText(text) ?? text;
}
