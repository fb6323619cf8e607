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
  return isAnonymous(parsed) ? anonymous : dnOf(parsed);
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

/** No user: the host. */
function dnOf({ user, host }: SipUri): Dn {
  return (user === undefined ? host : numberOfUser(user)) as Dn;
}

/**
 * The number in the user part of a URI: percent-decoded, without the parameters that RFC 3261 §19.1.6 puts there
 * (`+49;ext=1`). One with a broken escape stays as it is: a wrong number is no reason to lose a call.
 */
export function numberOfUser(user: string): string {
  const semicolon = user.indexOf(';');
  const number = semicolon < 0 ? user : user.slice(0, semicolon);
  return unescapeText(number) ?? number;
}

/** RFC 3323 §4.1.1.3: `"Anonymous" <sip:anonymous@anonymous.invalid>`. */
function isAnonymous({ user, host }: SipUri): boolean {
  return user?.toLowerCase() === 'anonymous' || host.toLowerCase() === 'anonymous.invalid';
}
