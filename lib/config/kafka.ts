import { z } from 'zod';
import { isHost } from '../engine/message/host.ts';
import { formatSocketAddress, readHostPort } from '../engine/transport/address.ts';
import { count, durationMs, listOf, name, oneOf, parsed } from './field.ts';

/** Where a Kafka broker listens. */
export interface Broker {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What is in it takes more than a page of the file. */
const smallestOutboxBytes = 65_536;

const outbox = z.strictObject({
  kind: oneOf(['lmdb', 'none']),
  directory: z.string().min(1),
  sync: z.boolean(),
  maxBytes: count.min(smallestOutboxBytes),
  maxAgeMs: durationMs,
  onFull: oneOf(['block-new-calls', 'drop-oldest']),
  maxDeadLetters: count.max(1_000_000),
});

const brokers = listOf(parsed(parseBroker)).superRefine((list, context) => {
  const texts = list.map(({ host, port }) => formatSocketAddress({ address: host, port }));
  for (const [index, text] of texts.entries())
    if (texts.indexOf(text) < index)
      context.addIssue({ code: 'custom', path: [index], message: `"${text}" is there twice` });
});

/** The event stream; without brokers it is off. */
export const kafka = z.strictObject({
  brokers,
  tenant: z.union([z.literal('').transform(() => undefined), name]),
  userDataEvents: z.boolean(),
  outbox,
});

/** `kafka1.example.com:9092`, `[2001:db8::1]:9092`. Names compare without regard to letter case. */
function parseBroker(text: string): Broker | Error {
  const read = readHostPort(text);
  if (read instanceof Error) return read;
  const { host, port } = read;
  if (!isHost(host)) return new Error(`"${text}": expected host:port`);
  if (port === undefined) return new Error(`"${text}": the port is missing`);
  if (port === 0) return new Error(`"${text}": nothing can be reached at port 0`);
  return { host: host.toLowerCase(), port };
}
