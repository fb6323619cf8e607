import type { OrderText } from '../control/owner.ts';
import { type ByteString, trimmed } from '../message/bytes.ts';
import { HeaderList } from '../message/header-list.ts';
import { isToken } from '../message/token.ts';
import type { StartLine } from '../message/message.ts';
import { OCTETS_KEY } from '../message/serialize.ts';
import { octetsFromUtf8 } from '../message/utf8.ts';

const REQUEST_LINE = /^([^ \t]+) ([^ \t]+) SIP\/2\.0$/;
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/;

/**
 * The SIP text of a `sip` frame (control protocol §7, §8). Content-Length counts characters there and is ignored:
 * the body is everything after the first blank line. Lines without a colon or with a non-token name are skipped, folded
 * ones joined.
 */
export function parseOrderText(text: ByteString): OrderText | undefined {
  const blank = text.indexOf('\r\n\r\n');
  const head = blank < 0 ? text : text.slice(0, blank);
  const body = blank < 0 ? '' : text.slice(blank + 4);
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  // What is left of line ends, and NUL, would break the message on the wire.
  if (lines.some(line => /[\0\r\n]/.test(line))) return undefined;
  const start = parseStartLine(lines[0] ?? '');
  if (start === undefined) return undefined;
  const headers = new HeaderList();
  for (let at = 1; at < lines.length; at += 1) appendLine(headers, lines[at] as string);
  if (!headers.has(OCTETS_KEY)) return { start, headers, body };
  headers.remove(OCTETS_KEY);
  const octets = octetsFromUtf8(body);
  return octets === undefined ? undefined : { start, headers, body: octets };
}

function parseStartLine(line: ByteString): StartLine | undefined {
  const status = STATUS_LINE.exec(line);
  if (status !== null) return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '' };
  const request = REQUEST_LINE.exec(line);
  if (request === null || !isToken(request[1] as string)) return undefined;
  return { kind: 'request', method: request[1] as string, requestUri: request[2] as string };
}

function appendLine(headers: HeaderList, line: ByteString): void {
  const colon = line.indexOf(':');
  if (colon <= 0) return;
  const name = trimmed(line.slice(0, colon));
  if (isToken(name)) headers.append(name, trimmed(line.slice(colon + 1)));
}
