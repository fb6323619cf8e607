import { firstValue, isNamed } from '../call/header-lines.ts';
import type { HeaderLine, NewRequest, Source } from '../call/signal.ts';
import { parseCSeq } from '../engine/message/cseq.ts';
import { readDigits } from '../engine/message/header-value.ts';
import { withBrackets } from '../engine/message/host.ts';
import { parseAddress } from '../engine/message/ip-address.ts';
import { parseNameAddr, splitList } from '../engine/message/name-addr.ts';
import { findParam } from '../engine/message/params.ts';
import { qualityIn } from '../engine/message/quality.ts';
import { parseUri, type SipUri } from '../engine/message/uri.ts';
import { parseTargetUri } from '../routing/target-uri.ts';
import { badRegister, type RegisterLimits, type Refusal } from './limits.ts';

/** What a REGISTER wants. */
export interface RegisterWish {
  readonly callId: string;
  readonly cseq: number;
  /** `none-any-more`: Contact is `*`. An empty list only asks. */
  readonly contacts: 'none-any-more' | readonly WantedContact[];
}

export interface WantedContact {
  readonly uri: string;
  readonly parsed: SipUri;
  /** Next hop, when it is not where `uri` leads. */
  readonly via?: string;
  readonly q: number;
  /** 0: it is to go. */
  readonly expiresS: number;
}

/** Longer ones are nobody's address. */
const maxUriChars = 512;
/** In one REGISTER, those that are to go included. */
const maxContactsNamed = 100;
/** RFC 3261 §20.19: what a malformed expiry counts as. */
const malformedExpiresS = 3600;

type Reading = Pick<NewRequest, 'headers' | 'callId' | 'source'>;

/** RFC 3261 §10.3 steps 6 and 7, as far as the request alone can tell. */
export function readRegister(request: Reading, limits: RegisterLimits): RegisterWish | Refusal {
  const { headers, callId } = request;
  const cseq = parseCSeq(firstValue(headers, 'cseq') ?? '')?.number;
  if (callId === '' || cseq === undefined) return badRegister('Call-ID or CSeq is missing');
  const values = contactValues(headers);
  const expires = firstValue(headers, 'expires');
  if (values.includes('*')) {
    // RFC 3261 §10.3 step 6.
    if (values.length > 1) return badRegister('Contact: * stands alone');
    if (secondsIn(expires) !== 0) return badRegister('Contact: * needs Expires: 0');
    return { callId, cseq, contacts: 'none-any-more' };
  }
  if (values.length > maxContactsNamed) return { code: 'registrar-full', text: 'too many contacts' };
  const contacts: WantedContact[] = [];
  for (const value of values) {
    const contact = readContact(value, expires, request.source, limits);
    if ('code' in contact) return contact;
    contacts.push(contact);
  }
  return { callId, cseq, contacts };
}

function contactValues(headers: readonly HeaderLine[]): readonly string[] {
  return headers.filter(line => isNamed(line, 'contact')).flatMap(({ value }) => splitList(value));
}

function readContact(
  value: string,
  expires: string | undefined,
  source: Source,
  limits: RegisterLimits,
): WantedContact | Refusal {
  const address = parseNameAddr(value);
  if (address === undefined) return badRegister('a Contact cannot be read');
  const { uri, params } = address;
  if (uri.length > maxUriChars) return badRegister(`a Contact is longer than ${maxUriChars} characters`);
  const flaw = parseTargetUri(uri);
  const parsed = parseUri(uri);
  if (flaw instanceof Error) return badRegister(`Contact ${flaw.message}`);
  if (parsed === undefined) return badRegister('a Contact cannot be read');
  const expiresS = expiryOf(findParam(params, 0, 'expires')?.value ?? expires, limits);
  if (typeof expiresS !== 'number') return expiresS;
  const via = wayBackTo(source, parsed);
  return { uri, parsed, ...(via !== undefined && { via }), q: qualityIn(params), expiresS };
}

/** RFC 3261 §10.3 step 7: the contact's own, else that of Expires, else ours. */
function expiryOf(text: string | undefined, limits: RegisterLimits): number | Refusal {
  const { minExpiresS, maxExpiresS, defaultExpiresS } = limits;
  if (text === undefined) return defaultExpiresS;
  const wantedS = secondsIn(text) ?? malformedExpiresS;
  if (wantedS > 0 && wantedS < minExpiresS) {
    const headers = [{ name: 'Min-Expires', value: String(minExpiresS) }];
    return { code: 'interval-too-brief', text: `at least ${minExpiresS} seconds`, headers };
  }
  return Math.min(wantedS, maxExpiresS);
}

function secondsIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readDigits(text);
}

/**
 * A contact is reached where its REGISTER came from, unless it names that address itself: behind an address translator it
 * names one that leads nowhere, and nobody shall make us call a host by naming it.
 */
function wayBackTo({ protocol, address, port }: Source, { host }: SipUri): string | undefined {
  const named = parseAddress(host);
  if (named !== undefined && String(named) === String(parseAddress(address))) return undefined;
  const transport = protocol.toLowerCase();
  return `sip:${withBrackets(address)}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}`;
}
