import type { ByteString } from './bytes.ts';
import { type Fault, fault } from './fault.ts';
import type { HeaderList } from './header-list.ts';
import { readDigits } from './header-value.ts';
import type { SipMessage } from './message.ts';
import { parseNameAddr, splitList } from './name-addr.ts';
import { parseUri, schemeOf } from './uri.ts';
import { parseVia } from './via.ts';

const MISSING_FROM = fault(400, 'Missing From');
const MISSING_TO = fault(400, 'Missing To');
const MISSING_CALL_ID = fault(400, 'Missing Call-ID');
const MISSING_CSEQ = fault(400, 'Missing CSeq');
const REPEATED = fault(400, 'Repeated Header Field');
const BAD_VIA = fault(400, 'Malformed Via');
const BAD_FROM = fault(400, 'Malformed From');
const BAD_TO = fault(400, 'Malformed To');
const BAD_CALL_ID = fault(400, 'Malformed Call-ID');
const BAD_CSEQ = fault(400, 'Malformed CSeq');
const OTHER_METHOD = fault(400, 'CSeq Method Does Not Match');
const BAD_MAX_FORWARDS = fault(400, 'Malformed Max-Forwards');
const BAD_CONTACT = fault(400, 'Malformed Contact');
const BAD_URI = fault(400, 'Malformed Request-URI');
const UNKNOWN_SCHEME = fault(416, 'Unsupported URI Scheme');

/** RFC 3261 §7.3.1: only header fields that are comma lists may stand in a message more than once. */
const SINGLE = ['from', 'to', 'call-id', 'cseq', 'max-forwards'];

/** What a request must satisfy before anyone looks at what it wants (RFC 3261 §8.1.1, §16.3 step 1 and 2). */
export function faultOfRequest(message: SipMessage): Fault | undefined {
  return (
    faultOfIdentity(message) ??
    faultOfValues(message.headers) ??
    (message.cseq.method === message.method ? undefined : OTHER_METHOD) ??
    faultOfRequestUri(message.requestUri)
  );
}

/** What a response or an ACK must satisfy to be matched with anything. */
export function faultOfUnanswerable(message: SipMessage): Fault | undefined {
  if (message.topVia === undefined) return BAD_VIA;
  const found = faultOfIdentity(message);
  if (found !== undefined) return found;
  return message.cseq.method === message.method ? undefined : OTHER_METHOD;
}

/** The header fields by which dialogs and transactions are told apart, each exactly once and readable. */
function faultOfIdentity(message: SipMessage): Fault | undefined {
  const headers = message.headers;
  const from = headers.get('from');
  const to = headers.get('to');
  if (from === undefined) return MISSING_FROM;
  if (to === undefined) return MISSING_TO;
  if (message.callId === '') return MISSING_CALL_ID;
  if (!headers.has('cseq')) return MISSING_CSEQ;
  for (const key of SINGLE) if (headers.isRepeated(key)) return REPEATED;
  if (message.cseq.number < 0) return BAD_CSEQ;
  if (message.callId.includes(' ') || message.callId.includes('\t')) return BAD_CALL_ID;
  if (parseNameAddr(from) === undefined) return BAD_FROM;
  return parseNameAddr(to) === undefined ? BAD_TO : undefined;
}

function faultOfValues(headers: HeaderList): Fault | undefined {
  const maxForwards = headers.get('max-forwards');
  if (maxForwards !== undefined && readDigits(maxForwards) === undefined) return BAD_MAX_FORWARDS;
  // The topmost value has been read; RFC 4475 §3.1.2.1 has separators without values below it.
  if (hasSeveralValues(headers, 'via') && !everyValue(headers, 'via', isVia)) return BAD_VIA;
  return headers.has('contact') && !everyValue(headers, 'contact', isContact) ? BAD_CONTACT : undefined;
}

/** RFC 3261 §8.2.2.1: a scheme that is not understood is answered 416. What is routable is for others to say. */
function faultOfRequestUri(requestUri: ByteString): Fault | undefined {
  const scheme = schemeOf(requestUri);
  if (scheme === undefined) return BAD_URI;
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') return UNKNOWN_SCHEME;
  return parseUri(requestUri) === undefined ? BAD_URI : undefined;
}

const isVia = (value: ByteString): boolean => parseVia(value) !== undefined;

/** RFC 3261 §20.10: a list of addresses, or `*`. */
const isContact = (value: ByteString): boolean => value === '*' || parseNameAddr(value) !== undefined;

function hasSeveralValues(headers: HeaderList, key: string): boolean {
  return headers.isRepeated(key) || (headers.get(key)?.includes(',') ?? false);
}

function everyValue(headers: HeaderList, key: string, readable: (value: ByteString) => boolean): boolean {
  if (!hasSeveralValues(headers, key)) return readable(headers.get(key) ?? '');
  return headers.all(key).every(line => splitList(line).every(readable));
}
