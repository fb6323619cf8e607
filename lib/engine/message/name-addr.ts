import { type ByteString, trimmed } from './bytes.ts';
import { afterQuoted, endOfValue, findParam, readParam, skipSpaces } from './params.ts';

/** From, To, Contact, Route …: `display <uri>;params`. All three parts as they stand. */
export interface NameAddr {
  /** With its quotes; '' when there is none. */
  readonly display: ByteString;
  /** Without brackets. */
  readonly uri: ByteString;
  /** From the first `;` on; '' when there are none. `parseParams` lists them. */
  readonly params: ByteString;
}

/** The first value of a line, or undefined when quotes or brackets do not match or there is no URI. */
export function parseNameAddr(value: ByteString): NameAddr | undefined {
  const from = skipSpaces(value, 0);
  const open = openBracket(value, from);
  if (open === undefined) return undefined;
  if (open < 0) return parseAddrSpec(value, from);
  const close = value.indexOf('>', open);
  if (close < 0) return undefined;
  const uri = trimmed(value.slice(open + 1, close));
  const params = paramsText(value, close + 1);
  if (uri === '' || uri.includes('<') || params === undefined) return undefined;
  return { display: trimmed(value.slice(from, open)), uri, params };
}

export function serializeNameAddr(nameAddr: NameAddr): ByteString {
  const display = nameAddr.display === '' ? '' : `${nameAddr.display} `;
  return `${display}<${nameAddr.uri}>${nameAddr.params}`;
}

/** The URI of the first value, as it stands; '' when it cannot be found. */
export function uriOf(value: ByteString): ByteString {
  const from = skipSpaces(value, 0);
  const open = openBracket(value, from) ?? -1;
  if (open < 0) return value.slice(from, endOfValue(value, from));
  const close = value.indexOf('>', open);
  return close < 0 ? '' : trimmed(value.slice(open + 1, close));
}

/** The tag parameter; '' when there is none. */
export function tagOf(value: ByteString): string {
  const from = paramsFrom(value);
  if (from < 0) return '';
  const usual = value.indexOf(';tag=', from);
  if (usual >= 0 && !value.includes('"', from)) return value.slice(usual + 5, endOfValue(value, usual + 5));
  return findParam(value, from, 'tag')?.value ?? '';
}

/** The same text with this tag: the one that stands there replaced, else one added. An empty tag takes it away. */
export function withTag(value: ByteString, tag: string): ByteString {
  const from = paramsFrom(value);
  const written = tag === '' ? '' : `;tag=${tag}`;
  const present = from < 0 ? undefined : findParam(value, from, 'tag');
  if (present === undefined) return value + written;
  return value.slice(0, present.from) + written + value.slice(present.to);
}

/**
 * The values of a line, cut at the commas that are neither in quotes nor in angle brackets (RFC 3261 §7.3.1), trimmed;
 * empty ones are left out.
 */
export function splitList(value: ByteString): ByteString[] {
  return cutList(value).filter(item => item !== '');
}

/** The same with the empty ones: what stands on both sides of each comma. */
export function cutList(value: ByteString): ByteString[] {
  const values: ByteString[] = [];
  for (let from = 0; from <= value.length; ) {
    const to = endOfListItem(value, from);
    values.push(trimmed(value.slice(from, to)));
    from = to + 1;
  }
  return values;
}

function endOfListItem(value: ByteString, from: number): number {
  const comma = value.indexOf(',', from);
  if (comma < 0) return value.length;
  let at = from;
  while (at < value.length) {
    const char = value[at];
    if (char === ',') return at;
    if (char === '"') at = orEnd(afterQuoted(value, at), value);
    else if (char === '<') at = orEnd(value.indexOf('>', at), value);
    else at += 1;
  }
  return value.length;
}

const orEnd = (at: number, value: ByteString): number => (at < 0 ? value.length : at);

/** Where `<` stands; -1 for a value without brackets; undefined when it can be neither. */
function openBracket(value: ByteString, from: number): number | undefined {
  if (value[from] === '"') {
    const afterDisplay = afterQuoted(value, from);
    const open = afterDisplay < 0 ? -1 : value.indexOf('<', afterDisplay);
    return open < 0 ? undefined : open;
  }
  const open = value.indexOf('<', from);
  if (open <= from) return open;
  // `sip:a@b;x="<"`: what stands before a bracket is a display name only when it has neither parameters nor quotes.
  const before = value.slice(from, open);
  if (before.includes(';')) return -1;
  return before.includes('"') ? undefined : open;
}

/** RFC 3261 §20: without brackets, what follows a semicolon belongs to the header, and `?` and `,` must not occur. */
function parseAddrSpec(value: ByteString, from: number): NameAddr | undefined {
  const to = endOfValue(value, from);
  const uri = value.slice(from, to);
  const params = paramsText(value, to);
  if (uri === '' || params === undefined || /[?"<>]/.test(uri)) return undefined;
  return { display: '', uri, params };
}

/** The parameters from `at` to the end of the first value, or undefined when something else stands there. */
function paramsText(value: ByteString, at: number): ByteString | undefined {
  const from = skipSpaces(value, at);
  let to = from;
  for (let next = readParam(value, to); next !== undefined; next = readParam(value, to)) to = next.to;
  let rest = skipSpaces(value, to);
  while (value[rest] === ';') rest = skipSpaces(value, rest + 1);
  return rest < value.length && value[rest] !== ',' ? undefined : value.slice(from, to);
}

/** Where the parameters of the first value begin; -1 when brackets or quotes do not match. */
function paramsFrom(value: ByteString): number {
  const from = skipSpaces(value, 0);
  const open = openBracket(value, from) ?? -2;
  if (open === -2) return -1;
  if (open < 0) return endOfValue(value, from);
  const close = value.indexOf('>', open);
  return close < 0 ? -1 : close + 1;
}
