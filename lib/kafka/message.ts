import { compatibilityPartitioner, type MessageRecord } from '@platformatic/kafka';
import type { OutboxRecord, StreamTopic } from '../ports.ts';

const eventHeader = Buffer.from('event');
const contentTypeHeader = Buffer.from('content-type');
const sequenceHeader = Buffer.from('baton-sequence');
const positionHeader = Buffer.from('baton-position');
const nodeHeader = Buffer.from('baton-node');
const json = Buffer.from('application/json');

/** Makes records of Kafka of those of the outbox. */
export class MessageWriter {
  readonly #topics: Readonly<Record<StreamTopic, string>>;
  readonly #node: Buffer;
  /** There are some dozens. */
  readonly #events = new Map<string, Buffer>();

  constructor({
    topics,
    node,
  }: { readonly topics: Readonly<Record<StreamTopic, string>>; readonly node: string }) {
    this.#topics = topics;
    this.#node = Buffer.from(node);
  }

  /** `partition` is to be taken modulo the number of partitions: the one that Java's producers choose for the key. */
  write(record: OutboxRecord): MessageRecord & { partition: number } {
    const { key: text, value, sequence, position, timeMs } = record;
    const key = Buffer.from(text);
    const topic = this.#topics[record.topic];
    return {
      topic,
      key,
      value,
      partition: compatibilityPartitioner({ topic }, key),
      timestamp: BigInt(timeMs),
      headers: new Map([
        [eventHeader, this.#event(record.event)],
        [contentTypeHeader, json],
        [sequenceHeader, Buffer.from(String(sequence))],
        [positionHeader, Buffer.from(String(position))],
        [nodeHeader, this.#node],
      ]),
    };
  }

  #event(name: string): Buffer {
    const known = this.#events.get(name);
    if (known !== undefined) return known;
    const bytes = Buffer.from(name);
    this.#events.set(name, bytes);
    return bytes;
  }
}
