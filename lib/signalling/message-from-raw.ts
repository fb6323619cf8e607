import { firstValue } from '../call/header-lines.ts';
import type { Body, HeaderLine, Payload } from '../call/signal.ts';
import { canonicalName, keyOf } from '../engine/message/header-names.ts';
import { OCTETS_HEADER } from '../engine/message/serialize.ts';

/** What crosses the port of one received message. */
export interface ReceivedMessage {
  readonly payload: Payload;
  /** The number in CSeq, -1 when there is none. */
  readonly cseqNumber: number;
}

/**
 * Reads the text of a message as drachtio-srf keeps it in `msg.raw`. drachtio-srf's own view folds repeated lines into one
 * with commas and lowers names (control protocol §13.2); this one keeps every line as it came, with folded lines
 * joined (RFC 3261 §7.3.1) and one-letter names written out.
 */
export function parseRawMessage(raw: string): ReceivedMessage {
  const blank = raw.indexOf('\r\n\r\n');
  const headEnd = blank < 0 ? raw.length : blank;
  const headers: HeaderLine[] = [];
  let at = raw.indexOf('\r\n');
  while (at >= 0 && at < headEnd) {
    const start = at + 2;
    let end = lineEnd(raw, start, headEnd);
    while (isFolded(raw, end, headEnd)) end = lineEnd(raw, end + 2, headEnd);
    appendLine(headers, raw.slice(start, end));
    at = end;
  }
  const octetsAt = headers.findIndex(({ name }) => name === OCTETS_HEADER);
  if (octetsAt >= 0) headers.splice(octetsAt, 1);
  const rest = blank < 0 ? '' : raw.slice(blank + 4);
  const octets = octetsAt >= 0;
  const content = octets ? rest : cutToLength(rest, firstValue(headers, 'content-length'));
  const body = bodyOf(headers, content, octets);
  return { payload: body === undefined ? { headers } : { headers, body }, cseqNumber: cseqNumberOf(headers) };
}

/** The `text` of a Reason header (RFC 3326 §2), else its whole value; empty when there is none. */
export function reasonTextOf(headers: readonly HeaderLine[]): string {
  const reason = firstValue(headers, 'reason') ?? '';
  const text = /;\s*text\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(reason);
  return text?.[1] ?? reason;
}

function lineEnd(raw: string, from: number, limit: number): number {
  const end = raw.indexOf('\r\n', from);
  return end < 0 || end > limit ? limit : end;
}

function isFolded(raw: string, end: number, limit: number): boolean {
  if (end >= limit) return false;
  const next = raw.charCodeAt(end + 2);
  return next === 0x20 || next === 0x09;
}

function appendLine(headers: HeaderLine[], line: string): void {
  const colon = line.indexOf(':');
  if (colon <= 0) return;
  const name = line.slice(0, colon).trimEnd();
  const value = line.slice(colon + 1).trim();
  headers.push({
    // RFC 3261 §7.3.3: a real drachtio-server hands compact forms on as they came.
    name: name.length === 1 ? (canonicalName(keyOf(name)) ?? name) : name,
    // RFC 3261 §7.3.1: a fold and the space around it mean one space.
    value: value.includes('\r\n') ? value.replace(/\s*\r\n\s+/g, ' ') : value,
  });
}

/** The body of a message with these header lines; undefined when it has none. `octets`: one character for each. */
export function bodyOf(headers: readonly HeaderLine[], content: string, octets: boolean): Body | undefined {
  if (content === '') return undefined;
  const contentType = firstValue(headers, 'content-type') || impliedType(content);
  const more = headers.filter(({ name }) => isOtherContentLine(name.toLowerCase()));
  return {
    contentType,
    content,
    ...(more.length > 0 && { more }),
    ...(octets && { octets }),
  };
}

// RFC 3261 §20.14, §18.3: Content-Length counts octets; what is beyond it is no part of the message.
function cutToLength(rest: string, contentLength = ''): string {
  const lengthBytes = Number.parseInt(contentLength, 10);
  if (!(lengthBytes >= 0) || Buffer.byteLength(rest) <= lengthBytes) return rest;
  return Buffer.from(rest).subarray(0, lengthBytes).toString();
}

// RFC 3261 §20.15 wants a Content-Type with every body; what drachtio-server takes for SDP without one, we do too.
const impliedType = (content: string): string =>
  content.startsWith('v=0') ? 'application/sdp' : 'application/octet-stream';

const isOtherContentLine = (key: string): boolean =>
  key.startsWith('content-') && key !== 'content-type' && key !== 'content-length';

function cseqNumberOf(headers: readonly HeaderLine[]): number {
  const number = Number.parseInt(firstValue(headers, 'cseq') ?? '', 10);
  return number >= 0 ? number : -1;
}
