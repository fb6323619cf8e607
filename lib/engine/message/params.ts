import { type ByteString, isSpace } from './bytes.ts';

/** One `;name=value` as it stands. `value` is '' when there is none; quotes are kept. */
export interface Param {
  readonly name: ByteString;
  readonly value: ByteString;
  /** Where its `;` stands, and the octet after its value. */
  readonly from: number;
  readonly to: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

export function skipSpaces(text: ByteString, at: number): number {
  let next = at;
  while (isSpace(text.charCodeAt(next))) next += 1;
  return next;
}

/** The position after the closing quote of the quoted string that opens at `at`, or -1 when it never closes. */
export function afterQuoted(text: ByteString, at: number): number {
  for (let next = at + 1; next < text.length; next += 1) {
    const code = text.charCodeAt(next);
    if (code === QUOTE) return next + 1;
    // RFC 3261 §25.1: quoted-pair.
    if (code === BACKSLASH) next += 1;
  }
  return -1;
}

/**
 * Reads the next parameter at or after `at`; empty ones (`;;`) are passed over. Undefined at the end of the list: the end
 * of the text, a comma, or something that is no parameter.
 */
export function readParam(text: ByteString, at: number): Param | undefined {
  let from = skipSpaces(text, at);
  let nameFrom = from;
  while (text.charCodeAt(nameFrom) === SEMICOLON) {
    from = nameFrom;
    nameFrom = skipSpaces(text, from + 1);
  }
  if (nameFrom === from) return undefined;
  const nameTo = endOfName(text, nameFrom);
  if (nameTo === nameFrom) return undefined;
  const name = text.slice(nameFrom, nameTo);
  const equals = skipSpaces(text, nameTo);
  if (text.charCodeAt(equals) !== EQUALS) return { name, value: '', from, to: nameTo };
  const valueFrom = skipSpaces(text, equals + 1);
  const valueTo = endOfValue(text, valueFrom);
  return { name, value: text.slice(valueFrom, valueTo), from, to: valueTo };
}

/** All parameters of a list such as `;tag=1;x="a;b"`. */
export function parseParams(text: ByteString): Param[] {
  const params: Param[] = [];
  for (let next = readParam(text, 0); next !== undefined; next = readParam(text, next.to)) params.push(next);
  return params;
}

/** The first parameter of that name (lower case) in the list that begins at `at`. */
export function findParam(text: ByteString, at: number, name: string): Param | undefined {
  for (let next = readParam(text, at); next !== undefined; next = readParam(text, next.to)) {
    if (isNamed(next, name)) return next;
  }
  return undefined;
}

/** Names compare without regard to case; `name` in lower case. */
export function isNamed(param: Param, name: string): boolean {
  return param.name === name || (param.name.length === name.length && param.name.toLowerCase() === name);
}

function endOfName(text: ByteString, at: number): number {
  let to = at;
  for (; to < text.length; to += 1) {
    const code = text.charCodeAt(to);
    if (code === SEMICOLON || code === EQUALS || code === COMMA || code === QUOTE || isSpace(code)) break;
  }
  return to;
}

/** Where the value that begins at `at` ends: a quoted string, or everything up to a separator. */
export function endOfValue(text: ByteString, at: number): number {
  if (text.charCodeAt(at) === QUOTE) {
    const after = afterQuoted(text, at);
    return after < 0 ? text.length : after;
  }
  let to = at;
  for (; to < text.length; to += 1) {
    const code = text.charCodeAt(to);
    if (code === SEMICOLON || code === COMMA || isSpace(code)) break;
  }
  return to;
}
