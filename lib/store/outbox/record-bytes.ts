import { crc32 } from 'node:zlib';
import type { OutboxRecord, StreamTopic } from '../../ports.ts';

/**
 * A record as it lies in its store, one buffer from the event to the disk:
 *
 *     0 version  1 topic  2 octets of the name  4 octets of the key  8 position  14 sequence  20 time  26 CRC-32 of all the rest
 *     30 key, name, event as JSON
 *
 * Whole numbers, the most significant octet first.
 */
const layout = {
  version: 0,
  topic: 1,
  eventBytes: 2,
  keyBytes: 4,
  position: 8,
  sequence: 14,
  timeMs: 20,
  crc: 26,
  key: 30,
} as const;
const version = 1;
/** Position, sequence and time have 48 bits. */
const longBytes = 6;
const maxLong = 2 ** 48 - 1;

const topics: readonly StreamTopic[] = ['callThread', 'agentState'];

export interface RecordParts {
  readonly topic: StreamTopic;
  readonly key: string;
  /** Name of the event. */
  readonly event: string;
  readonly timeMs: number;
  /** The event. */
  readonly json: string;
}

/** Everything but its place, which `sealRecord` gives it: before that it cannot be decoded. */
export function recordBytes({ topic, key, event, timeMs, json }: RecordParts): Buffer {
  const keyBytes = Buffer.byteLength(key);
  const eventBytes = Buffer.byteLength(event);
  const value = layout.key + keyBytes + eventBytes;
  const bytes = Buffer.allocUnsafe(value + Buffer.byteLength(json));
  bytes[layout.version] = version;
  bytes[layout.topic] = topics.indexOf(topic);
  bytes.writeUInt16BE(eventBytes, layout.eventBytes);
  bytes.writeUInt32BE(keyBytes, layout.keyBytes);
  bytes.writeUIntBE(Math.min(Math.max(Math.trunc(timeMs), 0), maxLong), layout.timeMs, longBytes);
  bytes.write(key, layout.key);
  bytes.write(event, layout.key + keyBytes);
  bytes.write(json, value);
  bytes.writeUInt32BE(0, layout.crc);
  return bytes;
}

/** Gives a record its place. */
export function sealRecord(bytes: Buffer, position: number, sequence: number): void {
  bytes.writeUIntBE(position, layout.position, longBytes);
  bytes.writeUIntBE(sequence, layout.sequence, longBytes);
  bytes.writeUInt32BE(crcOf(bytes), layout.crc);
}

/** Undefined for what is no record, or no longer. `value` shares its memory with `bytes`. */
export function decodeRecord(bytes: Buffer): OutboxRecord | undefined {
  if (bytes.length < layout.key || bytes[layout.version] !== version) return undefined;
  if (bytes.readUInt32BE(layout.crc) !== crcOf(bytes)) return undefined;
  const event = layout.key + bytes.readUInt32BE(layout.keyBytes);
  const value = event + bytes.readUInt16BE(layout.eventBytes);
  const topic = topics[bytes.readUInt8(layout.topic)];
  if (topic === undefined || value > bytes.length) return undefined;
  return {
    position: bytes.readUIntBE(layout.position, longBytes),
    topic,
    key: bytes.toString('utf8', layout.key, event),
    sequence: bytes.readUIntBE(layout.sequence, longBytes),
    event: bytes.toString('utf8', event, value),
    timeMs: timeOfRecord(bytes),
    value: bytes.subarray(value),
  };
}

/** Where a record goes, read without a look at the rest. */
export function placeOfRecord(bytes: Buffer): { readonly topic: StreamTopic; readonly key: string } {
  const end = layout.key + bytes.readUInt32BE(layout.keyBytes);
  const topic = topics[bytes.readUInt8(layout.topic)] ?? 'callThread';
  return { topic, key: bytes.toString('utf8', layout.key, end) };
}

/** Time of the event, read without decoding the rest. */
export function timeOfRecord(bytes: Buffer): number {
  return bytes.length < layout.key ? 0 : bytes.readUIntBE(layout.timeMs, longBytes);
}

function crcOf(bytes: Buffer): number {
  return crc32(bytes.subarray(layout.key), crc32(bytes.subarray(0, layout.crc)));
}
