import type { ByteString } from './bytes.ts';
import { type Fault, fault } from './fault.ts';
import { type HeaderSection, readHeaderSection } from './header-section.ts';
import { contentLengthOf } from './header-value.ts';
import type { MessageLimits } from './limits.ts';
import { SipMessage } from './message.ts';
import { faultOfRequest, faultOfUnanswerable } from './rules.ts';
import { readStartLine } from './start-line.ts';

/** Why something is met with silence. */
export type NoiseReason =
  /** Nothing but line ends (RFC 5626 §3.5.1). */
  | 'keepalive'
  | 'not-sip'
  /** RFC 3261 §18.1.2: a malformed response is dropped; an ACK has no response either. */
  | 'malformed-response'
  | 'malformed-ack'
  /** Without a readable topmost Via there is nowhere to send an answer. */
  | 'unreadable-via';

export type ParseOutcome =
  | { readonly kind: 'message'; readonly message: SipMessage }
  | {
      readonly kind: 'refused';
      readonly status: Fault['status'];
      /** Fit for a reason phrase: ours, ASCII, nothing from the wire in it. */
      readonly reason: string;
      /**
       * A request with a readable topmost Via. From, To, Call-ID or CSeq may be missing or malformed (that can be the
       * fault): an answer copies those that are there. The body is not read.
       */
      readonly message: SipMessage;
    }
  | { readonly kind: 'noise'; readonly why: NoiseReason };

const TOO_LARGE = fault(513, 'Message Too Large');
const START_LINE_TOO_LONG = fault(414, 'Request-URI Too Long');
const NO_BLANK_LINE = fault(400, 'Header Fields Without End');
const MALFORMED_LINE = fault(400, 'Malformed Header Field');
const BAD_CONTENT_LENGTH = fault(400, 'Malformed Content-Length');
const BODY_TOO_SHORT = fault(400, 'Body Shorter Than Content-Length');
const BODY_TOO_LARGE = fault(413, 'Request Entity Too Large');

/**
 * Reads one datagram, or one message cut out of a stream. Never throws. Header values stay text: only what every
 * later step relies on is checked here.
 */
export function parseMessage(bytes: ByteString, limits: MessageLimits): ParseOutcome {
  const from = afterLineEnds(bytes);
  if (from === bytes.length) return noise('keepalive');
  const lf = bytes.indexOf('\n', from);
  const lineTo = lf > from && bytes[lf - 1] === '\r' ? lf - 1 : lf;
  const line = lf < 0 ? undefined : readStartLine(bytes.slice(from, lineTo));
  if (line === undefined) return noise(bytes.startsWith('SIP/', from) ? 'malformed-response' : 'not-sip');
  const section = readHeaderSection(bytes, lf + 1, limits);
  const message = new SipMessage(line.start, section.headers);
  message.wireBytes = bytes.length;
  const tooLarge = overLimit(bytes.length, lineTo - from, section, limits);
  if (line.start.kind === 'response' || line.start.method === 'ACK') {
    return readLeniently(message, section, bytes, line.fault ?? tooLarge, limits);
  }
  if (message.topVia === undefined) return noise('unreadable-via');
  const found =
    line.fault ??
    tooLarge ??
    (section.malformedLine ? MALFORMED_LINE : undefined) ??
    readBody(message, section, bytes, limits) ??
    faultOfRequest(message);
  if (found === undefined) return { kind: 'message', message };
  return { kind: 'refused', status: found.status, reason: found.reason, message };
}

/**
 * A response or an ACK cannot be refused, and dropping it costs the call: a line that cannot be read is left out, and
 * only what the rest of the engine relies on is asked for.
 */
function readLeniently(
  message: SipMessage,
  section: HeaderSection,
  bytes: ByteString,
  known: Fault | undefined,
  limits: MessageLimits,
): ParseOutcome {
  const found = known ?? readBody(message, section, bytes, limits) ?? faultOfUnanswerable(message);
  if (found === undefined) return { kind: 'message', message };
  return noise(message.isRequest ? 'malformed-ack' : 'malformed-response');
}

/** RFC 3261 §7.5: "implementations MUST ignore any CRLF appearing before the start-line". */
function afterLineEnds(bytes: ByteString): number {
  let at = 0;
  while (bytes[at] === '\r' || bytes[at] === '\n') at += 1;
  return at;
}

function overLimit(
  messageBytes: number,
  startLineBytes: number,
  section: HeaderSection,
  limits: MessageLimits,
): Fault | undefined {
  if (startLineBytes > limits.maxStartLineBytes) return START_LINE_TOO_LONG;
  if (messageBytes > limits.maxMessageBytes) return TOO_LARGE;
  return section.overLimit;
}

/**
 * RFC 3261 §18.3: octets of a datagram beyond Content-Length are discarded, fewer are an error; without Content-Length the
 * body is the rest.
 */
function readBody(
  message: SipMessage,
  section: HeaderSection,
  bytes: ByteString,
  limits: MessageLimits,
): Fault | undefined {
  if (section.bodyFrom < 0) return NO_BLANK_LINE;
  const available = bytes.length - section.bodyFrom;
  const stated = contentLengthOf(section.headers) ?? available;
  if (stated === 'bad') return BAD_CONTENT_LENGTH;
  if (stated > limits.maxBodyBytes) return BODY_TOO_LARGE;
  if (stated > available) return BODY_TOO_SHORT;
  if (stated > 0) message.body = bytes.slice(section.bodyFrom, section.bodyFrom + stated);
  return undefined;
}

const noise = (why: NoiseReason): ParseOutcome => ({ kind: 'noise', why });
