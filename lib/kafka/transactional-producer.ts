import { setTimeout as sleep } from 'node:timers/promises';
import {
  Admin,
  type Consumer,
  FindCoordinatorKeyTypes,
  type Message,
  type MessageRecord,
  MultipleErrors,
} from '@platformatic/kafka';
import type { OutboxRecord } from '../ports.ts';
import { BatonProducer, clientOptions, Held, type ProducerSetup, readTopics } from './client.ts';
import { failureOf, PublishError } from './failures.ts';
import type { MessageWriter } from './message.ts';
import type { EventProducer } from './publisher.ts';

/** The client has no name for it. */
type Transaction = Awaited<ReturnType<BatonProducer['beginTransaction']>>;

const longestSettlingMs = 20;

/**
 * Publishes in transactions. In the same transaction stands how far the outbox is done, as the offset of a consumer group that has
 * no members: so what a transaction has published is never published again, whatever is known of its end.
 */
export class TransactionalProducer implements EventProducer {
  onLost: (() => void) | undefined;
  readonly #setup: ProducerSetup;
  readonly #group: string;
  readonly #writer: MessageWriter;
  readonly #producer: Held<BatonProducer>;
  readonly #admin: Held<Admin>;
  /** Of the group. */
  #coordinatorId = -1;
  #isClosed = false;

  constructor(
    setup: ProducerSetup,
    names: { readonly transactionalId: string; readonly group: string },
    writer: MessageWriter,
  ) {
    this.#setup = setup;
    this.#group = names.group;
    this.#writer = writer;
    const options = clientOptions(setup);
    const { compression } = setup.config;
    this.#producer = new Held(
      new BatonProducer({
        ...options,
        idempotent: true,
        transactionalId: names.transactionalId,
        compression,
      }),
    );
    this.#admin = new Held(new Admin(options));
    this.#producer.onLost = () => this.onLost?.();
  }

  async open(): Promise<number | undefined> {
    const { client } = this.#producer;
    // KIP-98: this ends what an earlier holder of our name has begun, and keeps it from beginning anything.
    await this.#whenSettled(async () => {
      await client.transaction?.cancel();
      await client.beginTransaction();
    });
    await client.transaction?.cancel();
    try {
      return await this.#readPosition(this.#admin.client);
    } finally {
      this.#admin.end();
    }
  }

  async publish(records: readonly OutboxRecord[], position: number): Promise<void> {
    const { client } = this.#producer;
    const messages = records.map(record => this.#writer.write(record));
    const names = messages.map(({ topic }) => topic);
    const metadata = await readTopics(client, names, this.#setup.config.topics);
    const transaction = await client.beginTransaction();
    try {
      await this.#whenSettled(() => transaction.addPartitions(metadata, messages));
      await transaction.send({ messages });
      await this.#addPosition(transaction, messages, position);
      await transaction.commit();
    } catch (error) {
      await this.#abort(transaction, error);
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#producer.end();
    this.#admin.end();
  }

  /** The offset that the group has, at whichever topic: they only rise. */
  async #readPosition(admin: Admin): Promise<number | undefined> {
    const group = this.#group;
    const [coordinator] = await admin.findCoordinator({
      keyType: FindCoordinatorKeyTypes.GROUP,
      keys: [group],
    });
    if (coordinator === undefined) throw new Error('no coordinator is named');
    this.#coordinatorId = coordinator.nodeId;
    // KIP-447: one that a transaction is still writing is waited for.
    const groups = await admin.listConsumerGroupOffsets({ groups: [group], requireStable: true });
    const offsets = groups.flatMap(({ topics }) =>
      topics.flatMap(({ partitions }) => partitions.map(({ committedOffset }) => Number(committedOffset))),
    );
    const last = Math.max(-1, ...offsets);
    return last < 0 ? undefined : last;
  }

  async #addPosition(
    transaction: Transaction,
    messages: readonly MessageRecord[],
    position: number,
  ): Promise<void> {
    const { callThread, agentState } = this.#setup.config.topics;
    const topic = messages.some(message => message.topic === callThread) ? callThread : agentState;
    const consumer = {
      groupId: this.#group,
      generationId: -1,
      memberId: '',
      coordinatorId: this.#coordinatorId,
    };
    try {
      // A group without members: what the client asks of a consumer and of its message is no more than this.
      await transaction.addConsumer(consumer as unknown as Consumer);
      // It adds one, as for a message that has been read.
      const read = { topic, partition: 0, offset: BigInt(position) - 1n, metadata: { consumer } };
      await transaction.addOffset(read as unknown as Message);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'topic') throw error;
      // It may be written, but not read: nothing is wrong with its events.
      const reason = `no right to keep the position at ${topic}: ${failure.reason}`;
      throw new PublishError({ kind: 'refused', code: 'kafka-refused', reason }, { cause: error });
    }
  }

  /** Where somebody answers; else the next producer does it. */
  async #abort(transaction: Transaction, error: unknown): Promise<void> {
    const { kind } = failureOf(error);
    if (kind !== 'topic' && kind !== 'record') return;
    await transaction.abort().catch(() => {});
  }

  /** The coordinator still writes the end of the transaction before, which takes it some milliseconds. */
  async #whenSettled(operation: () => Promise<unknown>): Promise<void> {
    const untilMs = performance.now() + this.#setup.config.requestTimeoutMs;
    for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, longestSettlingMs)) {
      try {
        await operation();
        return;
      } catch (error) {
        const isSettling =
          error instanceof MultipleErrors && error.findBy('apiId', 'CONCURRENT_TRANSACTIONS') !== null;
        if (!isSettling || this.#isClosed || performance.now() > untilMs) throw error;
      }
      await sleep(waitMs);
    }
  }
}
