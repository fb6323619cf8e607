import type { HeaderLine } from '../call/signal.ts';
import { cutList } from '../engine/message/name-addr.ts';
import { afterQuoted } from '../engine/message/params.ts';
import { isToken } from '../engine/message/token.ts';
import { unescapeText } from '../engine/message/uri.ts';
import { breaksHeader, unfold } from './header-text.ts';

/**
 * Headers embedded in a SIP URI, as in Refer-To and Contact (RFC 3261 §19.1.1, §19.1.5):
 *
 *     <sip:bob@example.com;user=phone?User-to-User=0401%3Bencoding%3Dhex&Subject=a%20b>
 */

/** RFC 3261 §25.1: what hname and hvalue may hold unescaped: unreserved and hnv-unreserved. `+` is itself. */
const UNESCAPED = /^[A-Za-z0-9\-_.!~*'()[\]/?:+$]*$/;
/** Seen unescaped in the field, and still unambiguous. */
const LENIENT = /^[A-Za-z0-9\-_.!~*'()[\]/?:+$;=@,]*$/;

/**
 * RFC 3261 §19.1.5: "obviously dangerous" headers, never honoured from a URI, and those that would speak falsely of our
 * location and capabilities; the body and what describes it likewise.
 */
const REFUSED: ReadonlySet<string> = new Set([
  ...['from', 'f', 'to', 't', 'call-id', 'i', 'cseq', 'via', 'v', 'route', 'record-route', 'contact', 'm'],
  ...['accept', 'accept-encoding', 'accept-language', 'allow', 'supported', 'k'],
  ...['organization', 'user-agent', 'max-forwards', 'content-length', 'l', 'content-type', 'c'],
  ...['content-encoding', 'e', 'body'],
]);

export type EmbeddedHeaders =
  | {
      readonly syntax: 'valid';
      /** Without headers, `<>` and header parameters. */
      readonly targetUri: string;
      /** `;name=value` of the URI, still escaped. */
      readonly uriParams: readonly (readonly [string, string | null])[];
      /** Decoded once, in order. */
      readonly headers: readonly HeaderLine[];
      /** Names among them that are not honoured. */
      readonly refused: readonly string[];
    }
  /** Not after the grammar, but clear: `headers` is what it must mean. */
  | {
      readonly syntax: 'lenient';
      readonly reason: string;
      readonly targetUri: string;
      readonly headers: readonly HeaderLine[];
      readonly refused: readonly string[];
    }
  | { readonly syntax: 'invalid'; readonly reason: string };

/** Reads the URI of one name-addr or addr-spec and the headers in it. Never throws. */
export function parseEmbeddedHeaders(value: string): EmbeddedHeaders {
  const text = unfold(value);
  if (breaksHeader(text)) return invalid('CRLF in value is not folding');
  const uri = uriOf(text);
  if (uri === undefined) return invalid('no URI in <>');
  // RFC 3261 §20, RFC 8217: a URI with a comma, question mark or semicolon stands in <>; a bare `;` starts a header parameter.
  if (!uri.bracketed && /[?,]/.test(uri.text)) return invalid('URI containing ? , or ; must be in <>');
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri.text)) return invalid('no URI');
  const question = questionMark(uri.text);
  const targetUri = question < 0 ? uri.text : uri.text.slice(0, question);
  if (/[ \t]/.test(targetUri)) return invalid('SP must be escaped');
  const uriParams = uri.bracketed ? paramsOf(targetUri) : [];
  if (question < 0) return { syntax: 'valid', targetUri, uriParams, headers: [], refused: [] };
  return readHeaders(uri.text.slice(question + 1), targetUri, uriParams);
}

/** Embeds headers in a URI that has none. Everything but the unescaped set is escaped, so that it reads back as it was. */
export function embedHeaders(uri: string, headers: readonly HeaderLine[]): string {
  if (headers.length === 0) return uri;
  return `${uri}?${headers.map(({ name, value }) => `${escaped(name)}=${escaped(value)}`).join('&')}`;
}

function readHeaders(
  text: string,
  targetUri: string,
  uriParams: readonly (readonly [string, string | null])[],
): EmbeddedHeaders {
  const headers: HeaderLine[] = [];
  let flaw: string | undefined;
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    if (equals < 0) return invalid(part === '' ? 'empty header' : "'=' missing after hname");
    const name = decoded(part.slice(0, equals));
    const value = decoded(part.slice(equals + 1));
    if ('fault' in name) return invalid(name.fault);
    if ('fault' in value) return invalid(value.fault);
    if (!isToken(name.text)) return invalid('hname is no header name');
    flaw ??= name.flaw ?? value.flaw;
    headers.push({ name: name.text, value: value.text });
  }
  const refused = headers.map(header => header.name).filter(name => REFUSED.has(name.toLowerCase()));
  return flaw === undefined
    ? { syntax: 'valid', targetUri, uriParams, headers, refused }
    : { syntax: 'lenient', reason: flaw, targetUri, headers, refused };
}

type Decoded = { readonly text: string; readonly flaw?: string } | { readonly fault: string };

/** Decodes exactly once: what is escaped twice stays escaped. A line break that comes out of it would start a header of its own. */
function decoded(part: string): Decoded {
  const bare = part.replace(/%[0-9A-Fa-f]{2}/g, '');
  if (bare.includes('%')) return { fault: "'%' must be followed by two HEXDIG" };
  if (/[ \t]/.test(bare)) return { fault: 'SP must be escaped' };
  if (!LENIENT.test(bare)) return { fault: `'${firstOutside(bare, LENIENT)}' must be escaped in hvalue` };
  const text = unescapeText(part);
  if (text === undefined) return { fault: 'escapes are not UTF-8' };
  if (breaksHeader(text)) return { fault: 'CR, LF and NUL must not be embedded' };
  if (UNESCAPED.test(bare)) return { text };
  return {
    text,
    flaw: /[;=]/.test(bare)
      ? "';' and '=' must be escaped in hvalue"
      : `'${firstOutside(bare, UNESCAPED)}' must be escaped in hvalue`,
  };
}

function firstOutside(text: string, allowed: RegExp): string {
  for (const one of text) if (!allowed.test(one)) return one;
  return '';
}

function escaped(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[^A-Za-z0-9\-_.!~*'()[\]/?:+$]/gu, encodeURIComponent);
}

/** RFC 3261 §25.1: name-addr = [ display-name ] "<" addr-spec ">", the display name perhaps quoted. */
function uriOf(text: string): { text: string; bracketed: boolean } | undefined {
  const from = text.startsWith('"') ? afterQuoted(text, 0) : 0;
  const open = from < 0 ? -1 : text.indexOf('<', from);
  if (open < 0) {
    const end = text.indexOf(';');
    return { text: end < 0 ? text : text.slice(0, end), bracketed: false };
  }
  const close = text.indexOf('>', open);
  return close < 0 ? undefined : { text: text.slice(open + 1, close), bracketed: true };
}

/** Where the headers start. A user may hold a `?` of its own (RFC 3261 §25.1, user-unreserved): then `@` follows it. */
function questionMark(uri: string): number {
  const first = uri.indexOf('?');
  const at = uri.indexOf('@');
  return first >= 0 && at > first && !uri.slice(first, at).includes('=') ? uri.indexOf('?', at) : first;
}

function paramsOf(targetUri: string): (readonly [string, string | null])[] {
  const [, ...params] = targetUri.slice(targetUri.indexOf('@') + 1).split(';');
  return params.map(param => {
    const equals = param.indexOf('=');
    return equals < 0 ? [param, null] : [param.slice(0, equals), param.slice(equals + 1)];
  });
}

function invalid(reason: string): EmbeddedHeaders {
  return { syntax: 'invalid', reason };
}

/** RFC 3515 §2.4.2: a REFER has exactly one Refer-To value; a comma outside quotes and `<>` starts another. */
export function countAddresses(lines: readonly string[]): number {
  return lines.reduce((count, line) => count + cutList(line).length, 0);
}
