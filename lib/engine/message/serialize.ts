import type { ByteString } from './bytes.ts';
import { canonicalName } from './header-names.ts';
import type { SipMessage, StartLine } from './message.ts';
import { isToken } from './token.ts';
import { percent } from './uri.ts';
import { isUtf8, octetsToUtf8 } from './utf8.ts';

/** Something that would end its line and begin another one was about to be written: nothing was. */
export class UnsafeHeaderError extends Error {
  override readonly name = 'UnsafeHeaderError';
  /** The header field, or the part of the start line. */
  readonly field: string;

  constructor(field: string) {
    super(`unsafe text in ${JSON.stringify(field.slice(0, 100))}`);
    this.field = field;
  }
}

/**
 * The octets of a message. Header lines in order and spelled as held; Content-Length says what the body has, in its place
 * or last; how many there are is noted in the message. Throws UnsafeHeaderError for CR or LF in a value or in the start line, and for a name that is no token.
 */
export function serializeMessage(message: SipMessage): ByteString {
  const length = String(message.body.length);
  // A second Content-Length line is left out.
  let lengthLine = `Content-Length: ${length}\r\n`;
  let text = startLineText(message.start);
  message.headers.forEach((name, value, key) => {
    if (key !== 'content-length') {
      text += headerLine(name, value);
    } else if (lengthLine !== '') {
      text += headerLine(name, length);
      lengthLine = '';
    }
  });
  const bytes = `${text}${lengthLine}\r\n${message.body}`;
  message.wireBytes = bytes.length;
  return bytes;
}

/** Says that the body on the control port is not text: each octet stands there as the character of that number. */
export const OCTETS_HEADER = 'X-Baton-Octets';
export const OCTETS_KEY = 'x-baton-octets';

/**
 * The octets of a message as drachtio-srf can read it (control protocol §13): compact names written out, exactly one
 * Content-Length, and nothing on which it would drop the message or read something else than stands there.
 *
 * drachtio-srf decodes UTF-8 and would falsify anything else. A header value that is not UTF-8 is taken for Latin-1, which
 * is what older devices send. A body that is not goes as octets to an application that `takesOctets`.
 */
export function serializeForApplication(message: SipMessage, takesOctets = false): ByteString {
  let text = startLineText(applicationStart(message.start));
  message.headers.forEach((name, value, key) => {
    if (key === 'content-length' || key === OCTETS_KEY || !isApplicationName(name, key)) return;
    const spelled = name.length === 1 ? (canonicalName(key) ?? name) : name;
    text += headerLine(spelled, isUtf8(value) ? value : octetsToUtf8(value));
  });
  const { body } = message;
  const length = `Content-Length: ${body.length}\r\n`;
  if (!takesOctets || isUtf8(body)) return `${text}${length}\r\n${body}`;
  return `${text}${OCTETS_HEADER}: 1\r\n${length}\r\n${octetsToUtf8(body)}`;
}

/** RFC 3261 §7.1, §7.2. */
function startLineText(start: StartLine): ByteString {
  if (start.kind === 'response') {
    if (endsLine(start.reason)) throw new UnsafeHeaderError('Reason-Phrase');
    return `SIP/2.0 ${start.status} ${start.reason}\r\n`;
  }
  if (!isToken(start.method)) throw new UnsafeHeaderError('Method');
  if (start.requestUri === '' || /[\r\n \t]/.test(start.requestUri))
    throw new UnsafeHeaderError('Request-URI');
  return `${start.method} ${start.requestUri} SIP/2.0\r\n`;
}

function headerLine(name: string, value: ByteString): ByteString {
  if (!isToken(name) || endsLine(value)) throw new UnsafeHeaderError(name);
  return `${name}: ${value}\r\n`;
}

const endsLine = (text: ByteString): boolean => text.includes('\n') || text.includes('\r');

/**
 * drachtio-srf reads the start line with regular expressions over decoded text: Unicode white space in the Request-URI or a
 * Unicode line separator in the reason phrase makes it drop the message.
 */
function applicationStart(start: StartLine): StartLine {
  if (start.kind === 'response') {
    return { ...start, reason: start.reason.replace(/\xe2\x80[\xa8\xa9]/g, ' ') };
  }
  return { ...start, requestUri: asciiUri(start.requestUri) };
}

/** Octets that RFC 3261 §25.1 wants escaped in a URI, escaped. */
export function asciiUri(uri: ByteString): string {
  return uri.replace(/[\x80-\xff]/g, octet => percent(octet.charCodeAt(0)));
}

/**
 * drachtio-srf decodes `%` in names that do not begin with `X-`, so that a line could become another header or two, and
 * keeps headers in a plain object, where two lower-case names are taken.
 */
function isApplicationName(name: string, key: string): boolean {
  if (!isToken(name) || key === 'constructor' || key === '__proto__') return false;
  return !name.includes('%') || name.startsWith('X-');
}
