import type { OutboxRecord } from '../ports.ts';
import { acksOf, BatonProducer, clientOptions, Held, type ProducerSetup, readTopics } from './client.ts';
import type { MessageWriter } from './message.ts';
import type { EventProducer } from './publisher.ts';

/** Publishes without transactions: what was under way when a connection broke may come twice. */
export class PlainProducer implements EventProducer {
  onLost: (() => void) | undefined;
  readonly #setup: ProducerSetup;
  readonly #writer: MessageWriter;
  readonly #producer: Held<BatonProducer>;

  constructor(setup: ProducerSetup, writer: MessageWriter) {
    this.#setup = setup;
    this.#writer = writer;
    const { acks, compression } = setup.config;
    const idempotent = acks === 'all';
    this.#producer = new Held(
      new BatonProducer({ ...clientOptions(setup), acks: acksOf[acks], idempotent, compression }),
    );
    this.#producer.onLost = () => this.onLost?.();
  }

  async open(): Promise<undefined> {
    await this.#producer.client.metadata({ topics: [] });
  }

  async publish(records: readonly OutboxRecord[]): Promise<void> {
    const { client } = this.#producer;
    const { acks, topics } = this.#setup.config;
    const messages = records.map(record => this.#writer.write(record));
    await readTopics(
      client,
      messages.map(({ topic }) => topic),
      topics,
    );
    await client.send({ messages, acks: acksOf[acks] });
  }

  close(): void {
    this.#producer.end();
  }
}
