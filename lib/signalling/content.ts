import { breaksHeader } from '../attached-data/header-text.ts';
import type { HeaderLine, Payload, SignallingEffect } from '../call/signal.ts';
import { linesToSend } from './lines-to-send.ts';
import type { Leg } from './leg.ts';
import { type Desk, noHeaders } from './leg-table.ts';
import type { Content, SendFailure } from './wire.ts';

export type EffectOf<Do extends SignallingEffect['do']> = Extract<SignallingEffect, { do: Do }>;

export const nothing: Payload = { headers: noHeaders };
export const noContent: Content = { lines: noHeaders };

/** What of a payload can be sent; what cannot is noted. */
export function contentOf(
  desk: Desk,
  leg: Leg,
  payload: Payload,
  own: readonly HeaderLine[] = noHeaders,
  mayNameContact = false,
): Content {
  const { body } = payload;
  const { lines, refused } = linesToSend({ lines: payload.headers, body, own, mayNameContact });
  if (refused.length > 0) desk.noteRefused(leg, refused);
  if (body === undefined) return { lines };
  const { content, octets } = body;
  return octets === undefined ? { lines, body: content } : { lines, body: content, octets };
}

/** The URI of a request stands in the request line, the next hop between `|` in the control frame's first line. */
export const breaksFrame = (uri: string): boolean =>
  breaksHeader(uri) || uri.includes('|') || uri.includes(' ');

export const hopsLine = (maxForwards: number): HeaderLine => ({
  name: 'Max-Forwards',
  value: String(maxForwards),
});

/**
 * RFC 3261 §8.1.3.1: a request without an answer counts as answered 408, one that cannot be sent as 503; §12.2.2: one of a
 * dialog that does not exist as 481.
 */
export function statusFor({ kind }: SendFailure): number {
  if (kind === 'timeout') return 408;
  return kind === 'dialog' ? 481 : 503;
}
