import type { Dn } from '../call/ids.ts';
import type { HeaderLine } from '../call/signal.ts';
import { parseNameAddress, parseSipUri, type SipUri } from './sip-uri.ts';
import type { Trunk } from './trunk.ts';

const anonymous = 'anonymous' as Dn;

/** The DN of the callee leg: the user of the outgoing Request-URI. */
export function dnOfUri(uri: string): Dn {
  const parsed = parseSipUri(uri);
  if (parsed === undefined) return uri as Dn;
  return isAnonymous(parsed) ? anonymous : numberOf(parsed);
}

/**
 * The DN of the caller leg: the user of From, or of P-Asserted-Identity when its trunk says so and the header
 * is there.
 */
export function callerDn(from: string, headers: readonly HeaderLine[], trunk: Trunk): Dn {
  if (trunk.dnFrom === 'p-asserted-identity') {
    const asserted = headers.find(line => line.name.toLowerCase() === 'p-asserted-identity');
    if (asserted !== undefined) return dnOfUri(parseNameAddress(asserted.value).uri);
  }
  return dnOfUri(parseNameAddress(from).uri);
}

/**
 * Percent-decoded, without the parameters that RFC 3261 §19.1.6 puts into the user part (`+49;ext=1`). No
 * user: the host.
 */
function numberOf(uri: SipUri): Dn {
  if (uri.user === '') return uri.host as Dn;
  const semicolon = uri.user.indexOf(';');
  return percentDecoded(semicolon < 0 ? uri.user : uri.user.slice(0, semicolon)) as Dn;
}

/** RFC 3323 §4.1.1.3: `"Anonymous" <sip:anonymous@anonymous.invalid>`. */
function isAnonymous(uri: SipUri): boolean {
  return uri.user.toLowerCase() === 'anonymous' || uri.host.toLowerCase() === 'anonymous.invalid';
}

/** A user part with a broken escape stays as it is: a wrong number is no reason to lose a call. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
