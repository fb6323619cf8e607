import type { ByteString } from '../message/bytes.ts';
import { serializeForApplication } from '../message/serialize.ts';
import { encodeField, textField } from './field.ts';
import type { Delivery, SendReply } from './owner.ts';

/** `OK`, or for what cannot be done `NOK`; `NO` is for breaches of the protocol. */
export type ReplyStatus = 'OK' | 'NOK' | 'NO';

/** §5: `<frameId>|response|<request id>|<status>[|<field>…]`. Fields are free text. */
export function statusPayload(
  frameId: string,
  requestId: string,
  status: ReplyStatus,
  fields: readonly string[] = [],
): ByteString {
  const start = `${frameId}|response|${requestId}|${status}`;
  return fields.length === 0 ? start : `${start}|${fields.map(textField).join('|')}`;
}

/**
 * The answer to a `sip` order (§5). For a request sent the words `Msg sent:` stand in token 11; for a response sent
 * token 11 is the dialog id, which the client takes for its Dialog, token 12 is empty and the words follow.
 */
export function sendReplyPayload(frameId: string, requestId: string, reply: SendReply): ByteString {
  if (!reply.ok) return statusPayload(frameId, requestId, 'NOK', [reply.reason]);
  const tail = reply.message.isRequest ? 'Msg sent:' : `${encodeField(reply.dialogId ?? '')}||Msg sent:`;
  return (
    `${frameId}|response|${requestId}|OK|application|${reply.sizeBytes}|${reply.protocol}|${reply.address}` +
    `|${reply.port}|${stackTime(reply.timeMs)}|${reply.transactionId}|${tail}|\r\n` +
    serializeForApplication(reply.message)
  );
}

/** A message for the client (§4): 13 tokens with the listener on new requests, else 11. */
export function deliveryPayload(frameId: string, delivery: Delivery, takesOctets = false): ByteString {
  const { receivedOn } = delivery;
  const tail = receivedOn === undefined ? '' : `${receivedOn.address}|${receivedOn.port}|`;
  return (
    `${frameId}|sip|${delivery.source}|${delivery.sizeBytes}|${delivery.protocol}|${delivery.address}` +
    `|${delivery.port}|${stackTime(delivery.timeMs)}|${delivery.transactionId}|${encodeField(delivery.dialogId)}` +
    `|${tail}\r\n${serializeForApplication(delivery.message, takesOctets)}`
  );
}

const dayMicroseconds = 86_400_000_000;

/** Milliseconds since the epoch as `HH:MM:SS.uuuuuu` UTC. */
export function stackTime(timeMs: number): string {
  const microseconds = Math.round(timeMs * 1000) % dayMicroseconds;
  const seconds = Math.floor(microseconds / 1_000_000);
  return (
    `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:` +
    `${twoDigits(seconds % 60)}.${String(microseconds % 1_000_000).padStart(6, '0')}`
  );
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
