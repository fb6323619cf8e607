import zlib from 'node:zlib';
import { z } from 'zod';
import { count, durationMs, name, oneOf, spanMs } from './field.ts';
import { type HostPort, hostPortList } from './host-port.ts';

/** Where a Kafka broker listens. */
export type Broker = HostPort;

/** What is in it takes more than a page of the file. */
const smallestOutboxBytes = 65_536;

const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

const outbox = z.strictObject({
  kind: oneOf(['lmdb', 'none']),
  directory: z.string().min(1),
  sync: z.boolean(),
  maxBytes: count.min(smallestOutboxBytes),
  maxAgeMs: durationMs,
  onFull: oneOf(['block-new-calls', 'drop-oldest']),
  maxDeadLetters: count.max(1_000_000),
});

const optional = z.string().transform(text => (text === '' ? undefined : text));

/** Kafka's own rule for the names of topics. */
const topic = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/, 'expected letters, digits, ., _ and - (at most 249)');

const tls = z.strictObject({
  enabled: z.boolean(),
  ca: optional,
  cert: optional,
  key: optional,
  serverName: optional,
});

const sasl = z.strictObject({
  mechanism: oneOf(['none', 'plain', 'scram-sha-256', 'scram-sha-512']),
  username: z.string(),
  password: z.string(),
});

/** The event stream; without brokers it is off. */
export const kafka = z.strictObject({
  brokers: hostPortList,
  clientId: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'expected letters, digits, ., _ and - (at most 249)'),
  tls,
  sasl,
  topics: z.strictObject({ callThread: topic, agentState: topic, create: z.boolean() }),
  tenant: z.union([z.literal('').transform(() => undefined), name]),
  userDataEvents: z.boolean(),
  acks: oneOf(['all', 'leader', 'none']),
  compression: oneOf(compressions).refine(isCompressionHere, 'zstd needs Node 22.15 or newer'),
  batch: z.strictObject({
    maxRecords: count.max(10_000),
    // A request of Kafka's has at most socket.request.max.bytes, 100 MB when nobody says otherwise.
    maxBytes: count.max(50_000_000),
    lingerMs: spanMs.max(10_000),
  }),
  retry: z.strictObject({ firstMs: durationMs.max(60_000), maxMs: durationMs.max(60_000) }),
  requestTimeoutMs: durationMs.min(100).max(120_000),
  flushMs: spanMs,
  outbox,
});

export type KafkaConfig = z.output<typeof kafka>;

/** Node brings zstd since 22.15. */
function isCompressionHere(word: string): boolean {
  return word !== 'zstd' || 'zstdCompressSync' in zlib;
}
