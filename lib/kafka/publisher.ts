import type { Logger } from '../log.ts';
import type { Clock, Outbox, OutboxRecord, StreamTopic } from '../ports.ts';
import { type Failure, failureOf, PublishError } from './failures.ts';
import { type RetryWaits, StreamHealth, type Trouble } from './stream-health.ts';
import { type TopicPatience, UnusableTopics } from './unusable-topics.ts';

/** A way to the brokers. After a failure it is closed and another one is opened. */
export interface EventProducer {
  /**
   * Connects. When it resolves, nothing that an earlier one has sent is under way any more. Gives the position up to which the
   * brokers have the events of this outbox; undefined when they do not know.
   */
  open(): Promise<number | undefined>;
  /** Publishes all of them or none, and with them that everything up to `position` is done. */
  publish(records: readonly OutboxRecord[], position: number): Promise<void>;
  /** Called when a connection is lost. */
  onLost: (() => void) | undefined;
  /** At once; what is under way rejects. */
  close(): void;
}

/** What is counted on the way. */
export interface PublisherMetrics {
  /** `seconds`: since it happened. */
  eventPublished(topic: string, seconds: number): void;
  publishFailed(code: Failure['code']): void;
  eventSetApart(topic: string, code: Failure['code']): void;
  streamUp(up: boolean): void;
}

export interface PublisherOptions {
  readonly outbox: Outbox;
  readonly connect: () => EventProducer;
  readonly brokers: readonly string[];
  /** Their names. */
  readonly topics: Readonly<Record<StreamTopic, string>>;
  readonly batch: { readonly maxRecords: number; readonly maxBytes: number; readonly lingerMs: number };
  readonly retry: RetryWaits;
  readonly topicPatience?: TopicPatience;
  readonly clock: Clock;
  readonly metrics: PublisherMetrics;
  readonly log: Logger;
}

const connectionLost: Failure = { kind: 'retry', code: 'kafka-unreachable', reason: 'connection lost' };
const usualPatience: TopicPatience = { patienceMs: 3_000, retryMs: 10_000 };

/**
 * Brings what the outbox keeps to the brokers, batch after batch, in order. One loop: nothing is ever under way twice.
 *
 *     closed --open--> idle --kept--> gathering --lingerMs, or full--> publishing --published--> idle, gathering
 *        ^                                                              |
 *        +---------------------- wait (retry) --- failed ---------------+
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #health: StreamHealth;
  readonly #unusable: UnusableTopics;
  #producer: EventProducer | undefined;
  #isLost = false;
  /** Up to this position everything is published or set apart. */
  #doneUpTo = 0;
  /** Positions after it that are set apart. */
  readonly #apart = new Set<number>();
  /** Records at a time: fewer than allowed while one that is not taken is looked for. */
  #batchRecords: number;
  /** Being published. */
  #inHand: readonly OutboxRecord[] = [];
  /** Ends the wait that the loop is in; `isIdle`: one for something to publish. */
  #wait: { readonly isIdle: boolean; readonly end: () => void } | undefined;
  #isStopping = false;
  #isEnded = false;
  #loop = Promise.resolve();

  constructor(options: PublisherOptions) {
    this.#options = options;
    const { batch, topicPatience = usualPatience, clock } = options;
    this.#health = new StreamHealth({ ...options, nowMs: () => clock.nowMs() });
    this.#unusable = new UnusableTopics(topicPatience);
    this.#batchRecords = batch.maxRecords;
  }

  start(): void {
    this.#options.outbox.onKept = () => this.#endIdleness();
    this.#loop = this.#run();
  }

  /** Why events do not reach the brokers, or some do not. */
  get trouble(): Trouble | undefined {
    return this.#health.trouble ?? this.#unusable.worst;
  }

  /** Publishes what there is, for `flushMs`; what is left then stays in the outbox. To be called once. */
  async stop(flushMs: number): Promise<void> {
    const { clock, outbox, log } = this.#options;
    this.#isStopping = true;
    const cancel = clock.after(flushMs, () => {
      this.#isEnded = true;
      this.#close();
      this.#wait?.end();
    });
    this.#wait?.end();
    await this.#loop;
    cancel();
    outbox.onKept = undefined;
    const { records } = outbox.depth;
    if (records > 0) log.warn({ records }, 'stream stopped before all was published');
  }

  async #run(): Promise<void> {
    while (!this.#isOver()) {
      try {
        const producer = this.#producer ?? (await this.#open());
        await this.#publishNext(producer);
      } catch (error) {
        this.#close();
        if (!this.#isOver()) await this.#recover(error);
      }
    }
    this.#close();
  }

  #isOver(): boolean {
    return this.#isEnded || (this.#isStopping && this.#options.outbox.depth.records === 0);
  }

  async #open(): Promise<EventProducer> {
    const producer = this.#options.connect();
    // Known before it is open, so that a stop can close it.
    this.#producer = producer;
    this.#isLost = false;
    producer.onLost = () => {
      if (producer !== this.#producer) return;
      this.#isLost = true;
      this.#endIdleness();
    };
    const published = await producer.open();
    if (published !== undefined && published > this.#doneUpTo) this.#done(published);
    return producer;
  }

  #close(): void {
    const producer = this.#producer;
    this.#producer = undefined;
    producer?.close();
  }

  async #publishNext(producer: EventProducer): Promise<void> {
    const { outbox, batch } = this.#options;
    // What comes close behind goes with it.
    if (outbox.depth.records < this.#batchRecords) await this.#waitForMore();
    if (this.#isLost) throw new PublishError(connectionLost);
    const read = outbox.read(this.#doneUpTo, { maxRecords: this.#batchRecords, maxBytes: batch.maxBytes });
    const last = read.at(-1);
    if (last === undefined) {
      this.#isEnded = this.#isStopping;
      return;
    }
    this.#inHand = this.#withoutUnusable(read);
    if (this.#inHand.length > 0) {
      await producer.publish(this.#inHand, last.position);
      this.#published(this.#inHand);
    }
    this.#done(last.position);
  }

  async #waitForMore(): Promise<void> {
    if (this.#options.outbox.depth.records === 0) {
      // The brokers know us and there is nothing for them.
      this.#health.worked();
      await this.#pause(undefined);
    }
    if (!this.#isLost && !this.#isStopping) await this.#pause(this.#options.batch.lingerMs);
  }

  /** Sets those apart whose topic takes nothing. */
  #withoutUnusable(read: readonly OutboxRecord[]): readonly OutboxRecord[] {
    if (this.#unusable.isEmpty && this.#apart.size === 0) return read;
    const nowMs = this.#options.clock.nowMs();
    return read.filter(record => {
      if (this.#apart.has(record.position)) return false;
      const refusal = this.#unusable.refusal(this.#nameOf(record), nowMs);
      if (refusal !== undefined) this.#setApart(record, refusal);
      return refusal === undefined;
    });
  }

  #published(records: readonly OutboxRecord[]): void {
    const { batch, clock, metrics } = this.#options;
    const nowMs = clock.nowMs();
    for (const record of records)
      metrics.eventPublished(this.#nameOf(record), Math.max(0, nowMs - record.timeMs) / 1000);
    this.#batchRecords = Math.min(this.#batchRecords * 2, batch.maxRecords);
    this.#health.worked();
    if (this.#unusable.isEmpty) return;
    for (const topic of new Set(records.map(record => this.#nameOf(record))))
      if (this.#unusable.worked(topic)) this.#options.log.info({ topic }, 'stream topic usable again');
  }

  #done(position: number): void {
    this.#options.outbox.published(position);
    this.#doneUpTo = position;
    this.#apart.clear();
  }

  async #recover(error: unknown): Promise<void> {
    const failure = failureOf(error);
    const inHand = this.#inHand;
    this.#inHand = [];
    this.#options.metrics.publishFailed(failure.code);
    if (failure.kind === 'record' && inHand.length > 0) {
      try {
        this.#isolate(inHand, failure);
      } catch (apartError) {
        await this.#recover(apartError);
      }
    } else if (failure.kind !== 'topic' || !this.#isGivenUp(failure))
      await this.#pause(this.#health.failed(failure, error));
  }

  /** One of them is not taken: halves are tried until it is known which. */
  #isolate(records: readonly OutboxRecord[], failure: Failure): void {
    const [record, ...others] = records;
    if (others.length > 0 || record === undefined) {
      this.#batchRecords = Math.ceil(records.length / 2);
      return;
    }
    this.#setApart(record, failure);
    const { key, position, event } = record;
    const { code, reason } = failure;
    this.#options.log.error(
      { topic: this.#nameOf(record), key, event, position, code, reason },
      'event set apart',
    );
  }

  #isGivenUp(failure: Failure): boolean {
    const { topic, code, reason } = failure;
    if (topic === undefined) return false;
    const became = this.#unusable.failed(topic, failure, this.#options.clock.nowMs());
    if (became === 'just unusable')
      this.#options.log.error({ topic, code, reason }, 'stream topic unusable: its events are set apart');
    return became !== 'doubtful';
  }

  #setApart(record: OutboxRecord, { code, reason }: Failure): void {
    this.#options.outbox.setApart(record, { code, reason });
    this.#apart.add(record.position);
    this.#options.metrics.eventSetApart(this.#nameOf(record), code);
  }

  #nameOf({ topic }: OutboxRecord): string {
    return this.#options.topics[topic];
  }

  /** At most `ms`; without `ms` until there is news. A stop ends it as well. */
  async #pause(ms: number | undefined): Promise<void> {
    if (ms === 0 || this.#isEnded) return;
    await new Promise<void>(resolve => {
      const cancel = ms === undefined ? undefined : this.#options.clock.after(ms, () => this.#wait?.end());
      const end = () => {
        this.#wait = undefined;
        cancel?.();
        resolve();
      };
      this.#wait = { isIdle: ms === undefined, end };
    });
  }

  #endIdleness(): void {
    if (this.#wait?.isIdle === true) this.#wait.end();
  }
}
