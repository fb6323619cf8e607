import type { ByteString } from '../../../lib/engine/message/bytes.ts';
import { DEFAULT_LIMITS, type MessageLimits } from '../../../lib/engine/message/limits.ts';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { type ParseOutcome, parseMessage } from '../../../lib/engine/message/parse.ts';

/** The octets of lines as they stand on the wire, with the blank line and a body. */
export function wire(lines: readonly ByteString[], body: ByteString = ''): ByteString {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Text as UTF-8 octets. */
export function utf8(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** An OPTIONS request that has all it needs; `lines` are added below, `without` (lower case) are left out. */
export function options(lines: readonly ByteString[] = [], without: readonly string[] = []): ByteString[] {
  const all = [
    'OPTIONS sip:bob@example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc',
    'Max-Forwards: 70',
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:bob@example.com>',
    'Call-ID: c1@192.0.2.1',
    'CSeq: 7 OPTIONS',
  ];
  return [...all.filter(line => !without.some(name => line.toLowerCase().startsWith(`${name}:`))), ...lines];
}

/** The same request with another start line. */
export function withStart(start: ByteString, lines = options()): ByteString[] {
  return [start, ...lines.slice(1)];
}

export function parse(bytes: ByteString, limits: Partial<MessageLimits> = {}): ParseOutcome {
  return parseMessage(bytes, { ...DEFAULT_LIMITS, ...limits });
}

export function accepted(bytes: ByteString, limits: Partial<MessageLimits> = {}): SipMessage {
  const outcome = parse(bytes, limits);
  if (outcome.kind === 'message') return outcome.message;
  throw new Error(outcome.kind === 'refused' ? `refused: ${outcome.reason}` : `noise: ${outcome.why}`);
}

/** `message`, `400 Missing To`, `noise not-sip`: what came out, in one line. */
export function verdict(bytes: ByteString, limits: Partial<MessageLimits> = {}): string {
  const outcome = parse(bytes, limits);
  if (outcome.kind === 'refused') return `${outcome.status} ${outcome.reason}`;
  return outcome.kind === 'noise' ? `noise ${outcome.why}` : 'message';
}
