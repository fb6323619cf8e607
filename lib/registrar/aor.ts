import type { Dn } from '../call/ids.ts';
import type { NewRequest } from '../call/signal.ts';
import { parseNameAddr } from '../engine/message/name-addr.ts';
import { parseUri, type SipUri } from '../engine/message/uri.ts';
import { dnOfUri } from '../routing/dn.ts';
import { badRegister, type Refusal } from './limits.ts';

/** Whom a REGISTER is for. */
export interface AddressOfRecord {
  readonly dn: Dn;
  /** Its sender registers itself: From is To (RFC 3261 §10.2), whatever it calls its host. */
  readonly isOwn: boolean;
}

/** Nothing that starts a line of its own, and no longer than anybody's number. */
const dnPattern = /^(?!\s)[^\0-\x1f\x7f]{1,128}(?<!\s)$/;

/** RFC 3261 §10.3 steps 1 and 5. `isOwnHost`: whether a host is this server or a domain of its. */
export function addressOfRecord(
  { requestUri, from, to }: Pick<NewRequest, 'requestUri' | 'from' | 'to'>,
  isOwnHost: (host: string) => boolean,
): AddressOfRecord | Refusal {
  const registrar = parseUri(requestUri);
  const party = uriIn(to);
  if (registrar === undefined || party === undefined) return badRegister('To or Request-URI cannot be read');
  const isOurs = (uri: SipUri): boolean => uri.scheme === 'sip' && isOwnHost(uri.host);
  if (!isOurs(registrar) || !isOurs(party)) return notOurs('the host is not of this server');
  if (party.user === undefined) return notOurs('To has no user');
  const dn = dnIn(to);
  if (dn === 'anonymous' || !dnPattern.test(dn)) return notOurs('To is no DN');
  return { dn, isOwn: dnIn(from) === dn };
}

function dnIn(value: string): Dn {
  return dnOfUri(parseNameAddr(value)?.uri ?? '');
}

function uriIn(value: string): SipUri | undefined {
  const address = parseNameAddr(value);
  return address === undefined ? undefined : parseUri(address.uri);
}

function notOurs(text: string): Refusal {
  return { code: 'dn-not-ours', text };
}
