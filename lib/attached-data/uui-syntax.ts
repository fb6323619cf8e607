import { isSpace } from '../engine/message/bytes.ts';
import { endOfToken, isToken } from '../engine/message/token.ts';

/**
 * The grammar of User-to-User (RFC 7433 §4.1), and nothing of its meaning:
 *
 *     UUI       = "User-to-User" HCOLON uui-value *(COMMA uui-value)
 *     uui-value = uui-data *(SEMI uui-param)
 *     uui-data  = token / quoted-string
 *     uui-param = purpose=token / content=token / encoding=(token/"hex") / generic-param
 */

/** A parameter as it came: name and value spelled so, quotes removed; null without a value. */
export type UuiParam = readonly [name: string, value: string | null];

export interface UuiSyntax {
  /** Quotes and quoted-pairs removed. */
  readonly data: string;
  readonly form: 'token' | 'quoted';
  readonly params: readonly UuiParam[];
  /** The value as it stood in the header, without the white space around it. */
  readonly raw: string;
}

export type UuiLine =
  | { readonly syntax: 'valid'; readonly values: readonly UuiSyntax[] }
  | { readonly syntax: 'invalid'; readonly reason: string };

/** Parses one unfolded header value: one uui-value or a comma-separated list. Never throws. */
export function parseUuiLine(text: string): UuiLine {
  const scanner: Scanner = { text, at: 0, fault: undefined };
  const values: UuiSyntax[] = [];
  skipWhiteSpace(scanner);
  if (atEnd(scanner)) return { syntax: 'invalid', reason: 'uui-data missing: token is 1*' };
  for (;;) {
    const value = readValue(scanner);
    if (value !== null) values.push(value);
    if (scanner.fault !== undefined) return { syntax: 'invalid', reason: scanner.fault };
    if (atEnd(scanner)) return { syntax: 'valid', values };
    scanner.at += 1;
    skipWhiteSpace(scanner);
  }
}

interface Scanner {
  readonly text: string;
  at: number;
  /** Set once; whoever sees it, or a null, stops. */
  fault: string | undefined;
}

type Place = 'data' | 'param';

function readValue(scanner: Scanner): UuiSyntax | null {
  const start = scanner.at;
  const data = readData(scanner);
  if (data === null) return null;
  const params: UuiParam[] = [];
  let end = scanner.at;
  skipToSeparator(scanner, data.form === 'quoted' ? 'quoted' : 'data', end);
  while (scanner.fault === undefined && peek(scanner) === ';') {
    scanner.at += 1;
    const param = readParam(scanner);
    if (param === null) return null;
    end = param.end;
    addParam(scanner, params, param.pair);
  }
  return { ...data, params, raw: scanner.text.slice(start, end) };
}

/** RFC 3261 §7.3.1: a parameter name must not appear more than once in one header value. */
function addParam(scanner: Scanner, params: UuiParam[], pair: UuiParam): void {
  const lower = pair[0].toLowerCase();
  const twin = params.find(([name]) => name.toLowerCase() === lower);
  if (twin !== undefined) {
    scanner.fault ??=
      twin[0] === pair[0]
        ? 'a parameter name must not appear twice in one header value'
        : 'duplicate parameter name (case-insensitive)';
  }
  params.push(pair);
}

function readData(scanner: Scanner): Pick<UuiSyntax, 'data' | 'form'> | null {
  const next = peek(scanner);
  if (next === '"') {
    const data = readQuoted(scanner);
    return data === null ? null : { data, form: 'quoted' };
  }
  if (next === '' || next === ',') return fail(scanner, 'empty list element');
  if (next === ';') return fail(scanner, 'uui-data missing: token is 1*');
  const data = readToken(scanner);
  return data === '' ? fail(scanner, notInToken(scanner, 'data')) : { data, form: 'token' };
}

function readParam(scanner: Scanner): { pair: UuiParam; end: number } | null {
  skipWhiteSpace(scanner);
  const next = peek(scanner);
  if (next === '' || next === ';' || next === ',') return fail(scanner, 'empty parameter');
  const name = readToken(scanner);
  if (name === '')
    return fail(scanner, next === '=' ? 'parameter name missing' : notInToken(scanner, 'param'));
  let end = scanner.at;
  skipWhiteSpace(scanner);
  let value: string | null = null;
  let kind: Place | 'quoted' = 'param';
  if (peek(scanner) === '=') {
    scanner.at += 1;
    skipWhiteSpace(scanner);
    kind = peek(scanner) === '"' ? 'quoted' : 'param';
    const read = readGenValue(scanner);
    if (read === null) return null;
    value = read;
    end = scanner.at;
  }
  skipToSeparator(scanner, kind, end);
  return { pair: [name, value], end };
}

/** RFC 3261 §25.1: gen-value = token / host / quoted-string. Of the hosts only an IPv6 reference is no token. */
function readGenValue(scanner: Scanner): string | null {
  const next = peek(scanner);
  if (next === '' || next === ';' || next === ',') return fail(scanner, 'gen-value missing after EQUAL');
  if (next === '"') return readQuoted(scanner);
  if (next === '[') return readIpv6Reference(scanner);
  const token = readToken(scanner);
  return token === '' ? fail(scanner, notInToken(scanner, 'param')) : token;
}

function readIpv6Reference(scanner: Scanner): string | null {
  const close = scanner.text.indexOf(']', scanner.at);
  const reference = scanner.text.slice(scanner.at, close + 1);
  if (!/^\[[0-9A-Fa-f:.]+\]$/.test(reference)) return fail(scanner, "'[' not allowed in token");
  scanner.at = close + 1;
  return reference;
}

function readToken(scanner: Scanner): string {
  const start = scanner.at;
  scanner.at = endOfToken(scanner.text, start);
  return scanner.text.slice(start, scanner.at);
}

/** RFC 3261 §25.1: quoted-string = DQUOTE *(qdtext / quoted-pair) DQUOTE; UTF-8 is qdtext, control characters are not. */
function readQuoted(scanner: Scanner): string | null {
  const { text } = scanner;
  let content = '';
  let from = scanner.at + 1;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      scanner.at = at + 1;
      return content + text.slice(from, at);
    }
    if (code === BACKSLASH) {
      content += text.slice(from, at);
      at += 1;
      from = at;
      if (at < text.length && text.charCodeAt(at) > 0x7f) return fail(scanner, 'quoted-pair must be ASCII');
    } else if ((code < 0x20 && code !== TAB) || code === DELETE) {
      return fail(scanner, 'control character in quoted-string');
    }
  }
  return fail(scanner, 'unterminated quoted-string');
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const TAB = 0x09;
const DELETE = 0x7f;

/** Moves to the next `;`, `,` or the end; anything else there is the fault of what was read up to `end`. */
function skipToSeparator(scanner: Scanner, after: Place | 'quoted', end: number): void {
  skipWhiteSpace(scanner);
  const next = peek(scanner);
  if (next === '' || next === ';' || next === ',') return;
  if (after === 'quoted') scanner.fault ??= 'nothing but ; or , may follow a quoted-string';
  else if (scanner.at > end) scanner.fault ??= 'SP is not a token character';
  else scanner.fault ??= notInToken(scanner, after);
}

function notInToken(scanner: Scanner, place: Place): string {
  const code = scanner.text.charCodeAt(scanner.at);
  if (code > 0x7f) return 'non-ASCII not allowed in token';
  if (code < 0x20 || code === DELETE) return 'control character not allowed in token';
  const reason = `'${scanner.text.charAt(scanner.at)}' not allowed in token`;
  return code === 0x3a && place === 'data'
    ? `${reason}; URIs are forbidden content anyway (RFC 7433 s4)`
    : reason;
}

function skipWhiteSpace(scanner: Scanner): void {
  while (isSpace(scanner.text.charCodeAt(scanner.at))) scanner.at += 1;
}

function peek(scanner: Scanner): string {
  return scanner.text.charAt(scanner.at);
}

function atEnd(scanner: Scanner): boolean {
  return scanner.at >= scanner.text.length;
}

function fail(scanner: Scanner, reason: string): null {
  scanner.fault ??= reason;
  return null;
}

/** The text as uui-data or gen-value: as a token where it may be one, else quoted. */
export function asTokenOrQuoted(text: string, form: 'token' | 'quoted' = 'token'): string {
  if (form === 'token' && isToken(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
