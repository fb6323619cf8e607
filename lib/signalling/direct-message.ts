import type { Body, HeaderLine } from '../call/signal.ts';
import { canonicalName } from '../engine/message/header-names.ts';
import { HeaderList } from '../engine/message/header-list.ts';
import type { ByteString } from '../engine/message/bytes.ts';
import type { SipMessage } from '../engine/message/message.ts';
import { isUtf8 } from '../engine/message/utf8.ts';
import { bodyOf, type ReceivedMessage } from './message-from-raw.ts';
import type { Content } from './wire.ts';

/** The engine keeps octets, one a character; the B2BUA has text. */

const beyondAscii = /[^\0-\x7f]/;

/** UTF-8; what is not UTF-8 is taken for Latin-1, which is what older devices send. */
export function textOf(octets: ByteString): string {
  if (!beyondAscii.test(octets) || !isUtf8(octets)) return octets;
  return Buffer.from(octets, 'latin1').toString();
}

export function octetsOf(text: string): ByteString {
  return beyondAscii.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/** What crosses the port of one message of the engine. */
export function receivedMessage(message: SipMessage): ReceivedMessage {
  const headers: HeaderLine[] = [];
  message.headers.forEach((name, value, key) => {
    const spelled = name.length === 1 ? (canonicalName(key) ?? name) : name;
    headers.push({ name: spelled, value: textOf(value) });
  });
  const body = receivedBody(message.body, headers);
  return { payload: body === undefined ? { headers } : { headers, body }, cseqNumber: message.cseq.number };
}

function receivedBody(octets: ByteString, headers: readonly HeaderLine[]): Body | undefined {
  if (octets === '') return undefined;
  const isText = !beyondAscii.test(octets) || isUtf8(octets);
  return isText ? bodyOf(headers, textOf(octets), false) : bodyOf(headers, octets, true);
}

/** What is to be sent, as the engine takes it. */
export function orderContent({ lines, body = '', octets }: Content): {
  readonly headers: HeaderList;
  readonly body: ByteString;
} {
  const headers = new HeaderList();
  for (const { name, value } of lines) headers.append(name, octetsOf(value));
  return { headers, body: octets === true ? body : octetsOf(body) };
}
