import { breaksHeader } from '../attached-data/header-text.ts';
import type { Body, HeaderLine } from '../call/signal.ts';
import { keyOf } from '../engine/message/header-names.ts';
import { OCTETS_HEADER } from '../engine/message/serialize.ts';
import { isToken } from '../engine/message/token.ts';

/** Header lines in the form that drachtio-srf sends without changing them, and what was refused. */
export interface OutgoingHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** Names of the lines left out: not sendable, or not ours to send. */
  readonly refused: readonly string[];
}

export interface OutgoingLines {
  readonly lines: readonly HeaderLine[];
  readonly body?: Body | undefined;
  /** Lines of the adapter's own, which may name what others may not. */
  readonly own?: readonly HeaderLine[];
  /** A redirection names its targets in Contact (RFC 3261 §21.3); otherwise Contact is the engine's. */
  readonly mayNameContact?: boolean;
}

/** The engine's, or this adapter's: never from the other side of the port (control protocol §7.1). */
const owned: ReadonlySet<string> = new Set([
  ...['via', 'cseq', 'call-id', 'from', 'to', 'contact', 'route', 'record-route', 'max-forwards', 'rseq'],
]);

/**
 * Puts all lines into one entry whose value carries the further lines: `{A: '1\r\nB: 2\r\nA: 3'}`.
 *
 * drachtio-srf writes `name: value` for each entry of a plain object (control protocol §13.2): there a repeated name cannot
 * be told, arrays become one line with commas, and the names of responses are lowered. Within a value it changes
 * nothing, so this is the one way in which repeats, order and spelling survive. What makes it a hole elsewhere is
 * closed here: a line with CR, LF or NUL is refused, whoever wrote it.
 */
export function headersToSend(outgoing: OutgoingLines): OutgoingHeaders {
  const kept: HeaderLine[] = [];
  const refused: string[] = [];
  const keep = (line: HeaderLine, allowed: boolean): void => {
    if (allowed && isSendable(line)) kept.push(line);
    else refused.push(line.name);
  };
  for (const line of outgoing.own ?? []) keep(line, true);
  for (const line of outgoing.lines) keep(line, !isOwned(line.name, outgoing.mayNameContact === true));
  const { body } = outgoing;
  if (body !== undefined) {
    keep({ name: 'Content-Type', value: body.contentType }, true);
    for (const line of body.more ?? []) keep(line, isContentLine(line.name));
    if (body.octets === true) keep({ name: OCTETS_HEADER, value: '1' }, true);
  }
  return { headers: inOneEntry(kept), refused };
}

function inOneEntry(lines: readonly HeaderLine[]): Record<string, string> {
  const [first, ...others] = lines;
  if (first === undefined) return {};
  let value = first.value;
  for (const line of others) value += `\r\n${line.name}: ${line.value}`;
  return { [first.name]: value };
}

function isOwned(name: string, mayNameContact: boolean): boolean {
  const key = keyOf(name);
  if (mayNameContact && key === 'contact') return false;
  return owned.has(key) || key.startsWith('content-');
}

function isContentLine(name: string): boolean {
  const key = name.toLowerCase();
  return key.startsWith('content-') && key !== 'content-type' && key !== 'content-length';
}

// RFC 3261 §25.1: header-name = token. `__proto__` and `constructor` are tokens too, but drachtio-srf would take them
// for what every object inherits.
function isSendable(line: HeaderLine): boolean {
  return isToken(line.name) && !(line.name in Object.prototype) && !breaksHeader(line.value);
}
