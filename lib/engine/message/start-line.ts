import { type ByteString, trimmed } from './bytes.ts';
import { type Fault, fault } from './fault.ts';
import { isToken } from './token.ts';
import { readDigits } from './header-value.ts';
import type { StartLine } from './message.ts';

export interface ReadStartLine {
  readonly start: StartLine;
  readonly fault: Fault | undefined;
}

const BAD_METHOD = fault(400, 'Malformed Method');
const BAD_SPACE = fault(400, 'Extra White Space in Request-Line');
const BAD_URI = fault(400, 'Malformed Request-URI');
const BAD_VERSION = fault(400, 'Malformed SIP-Version');
const OTHER_VERSION = fault(505, 'Version Not Supported');
const CONTROL_CHARACTER = fault(400, 'Control Character in Request-Line');

const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const SPACE_OR_BRACKET = /[ \t<>"]/;

/**
 * Reads a Request-Line or Status-Line (RFC 3261 §7.1, §7.2). Undefined when it is neither: not SIP at all, or a response
 * that must not be answered and cannot be used.
 */
export function readStartLine(line: ByteString): ReadStartLine | undefined {
  return line.slice(0, 4).toUpperCase() === 'SIP/' ? readStatusLine(line) : readRequestLine(line);
}

function readStatusLine(line: ByteString): ReadStartLine | undefined {
  // RFC 3261 §7.1: the version is compared without regard to case.
  if (line.slice(0, 8).toUpperCase() !== 'SIP/2.0 ') return undefined;
  const status = readDigits(line.slice(8, 11));
  // RFC 4475 §3.1.2.19: a status of more than three digits.
  if (status === undefined || status < 100 || status > 699) return undefined;
  // The space before an empty reason phrase is not left out by the grammar, but by some senders.
  if (line.length > 11 && line[11] !== ' ') return undefined;
  const reason = line.slice(12);
  return CONTROL.test(reason) ? undefined : { start: { kind: 'response', status, reason }, fault: undefined };
}

function readRequestLine(line: ByteString): ReadStartLine | undefined {
  const text = trimmed(line);
  const methodTo = text.indexOf(' ');
  const uriTo = text.lastIndexOf(' ');
  if (methodTo < 0) return undefined;
  const version = text.slice(uriTo + 1).toUpperCase();
  if (!version.startsWith('SIP/')) return undefined;
  const method = text.slice(0, methodTo);
  const requestUri = methodTo === uriTo ? '' : text.slice(methodTo + 1, uriTo);
  return {
    start: { kind: 'request', method, requestUri },
    fault: faultOf(method, requestUri, version) ?? (text === line ? undefined : BAD_SPACE),
  };
}

function faultOf(method: string, requestUri: ByteString, version: string): Fault | undefined {
  if (CONTROL.test(method) || CONTROL.test(requestUri)) return CONTROL_CHARACTER;
  if (!isToken(method)) return BAD_METHOD;
  // RFC 3261 §7.1: no unescaped spaces or control characters, no "<>" around the Request-URI.
  if (requestUri === '' || SPACE_OR_BRACKET.test(requestUri)) return BAD_URI;
  if (version === 'SIP/2.0') return undefined;
  return /^SIP\/\d+\.\d+$/.test(version) ? OTHER_VERSION : BAD_VERSION;
}
