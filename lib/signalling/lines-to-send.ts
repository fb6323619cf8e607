import { breaksHeader } from '../attached-data/header-text.ts';
import type { Body, HeaderLine } from '../call/signal.ts';
import { keyOf } from '../engine/message/header-names.ts';
import { isToken } from '../engine/message/token.ts';

/** Header lines that can be sent, in order, and what was refused. */
export interface SendableLines {
  readonly lines: readonly HeaderLine[];
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

/** Refused, whoever wrote it: what would end its line and begin another one, and what the engine writes itself. */
export function linesToSend(outgoing: OutgoingLines): SendableLines {
  const lines: HeaderLine[] = [];
  const refused: string[] = [];
  const keep = (line: HeaderLine, allowed: boolean): void => {
    if (allowed && isSendable(line)) lines.push(line);
    else refused.push(line.name);
  };
  for (const line of outgoing.own ?? []) keep(line, true);
  for (const line of outgoing.lines) keep(line, !isOwned(line.name, outgoing.mayNameContact === true));
  const { body } = outgoing;
  if (body !== undefined) {
    keep({ name: 'Content-Type', value: body.contentType }, true);
    for (const line of body.more ?? []) keep(line, isContentLine(line.name));
  }
  return { lines, refused };
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
