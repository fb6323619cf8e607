import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadConfig } from '../../lib/config.ts';
import { BatonError } from '../../lib/errors.ts';
import { PublishError } from '../../lib/kafka/failures.ts';
import type { ProducersOptions } from '../../lib/kafka/producers.ts';
import type { Failure } from '../../lib/kafka/failures.ts';
import {
  type EventProducer,
  Publisher,
  type PublisherMetrics,
  type PublisherOptions,
} from '../../lib/kafka/publisher.ts';
import type { Logger } from '../../lib/log.ts';
import type { Outbox, OutboxRecord, StreamTopic } from '../../lib/ports.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** An outbox on paper. */
export class PaperOutbox implements Outbox {
  readonly id: string;
  onKept: (() => void) | undefined;
  waiting: OutboxRecord[] = [];
  readonly apart: { readonly value: string; readonly code: string; readonly reason: string }[] = [];
  /** Largest that were asked for at a time. */
  readonly asked: number[] = [];
  #position = 0;
  /** Its disk takes nothing. */
  isBroken = false;
  readonly #sequences = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, id = '00000000000000ff') {
    this.#nowMs = nowMs;
    this.id = id;
  }

  keep(...values: string[]): void {
    this.keepAt({}, ...values);
  }

  keepOfAgents(...values: string[]): void {
    this.keepAt({ topic: 'agentState' }, ...values);
  }

  keepAt(
    { topic = 'callThread', key = 'acme:1' }: { topic?: StreamTopic; key?: string },
    ...values: string[]
  ): void {
    for (const value of values) this.#add(topic, key, value);
    this.onKept?.();
  }

  read(after: number, { maxRecords, maxBytes }: { maxRecords: number; maxBytes: number }): OutboxRecord[] {
    this.asked.push(maxRecords);
    let bytes = 0;
    return this.waiting
      .filter(({ position }) => position > after)
      .slice(0, maxRecords)
      .filter(({ value }, index) => (bytes += value.length) <= maxBytes || index === 0);
  }

  published(position: number): void {
    this.waiting = this.waiting.filter(record => record.position > position);
  }

  /** As the real one, whose publisher reads it no more. */
  setApart({ value, position }: OutboxRecord, { code, reason }: { code: string; reason: string }): void {
    if (this.isBroken) throw new BatonError('outbox-failing', 'no space left on device');
    this.waiting = this.waiting.filter(record => record.position !== position);
    this.apart.push({ value: value.toString(), code, reason });
  }

  get depth() {
    return { records: this.waiting.length, bytes: 0, oldestMs: this.waiting[0]?.timeMs };
  }

  async close(): Promise<void> {}

  #add(topic: StreamTopic, key: string, value: string): void {
    this.#position += 1;
    const sequence = (this.#sequences.get(topic + key) ?? 0) + 1;
    this.#sequences.set(topic + key, sequence);
    const common = { topic, key, sequence, event: 'EventDialing', timeMs: this.#nowMs() };
    this.waiting.push({ ...common, position: this.#position, value: Buffer.from(value) });
  }
}

/** What happens to one publication: `lost` is published, and nobody hears of it. */
export type Fate = 'published' | 'lost' | Failure;

/** A cluster on paper: what a consumer sees that reads what is committed. */
export class PaperBrokers {
  readonly seen: string[] = [];
  /** One list for each publication. */
  readonly batches: string[][] = [];
  position: number | undefined;
  /** Of the producers opened, the last counts: who was there before it is fenced. */
  opened = 0;
  closed = 0;
  /** They cannot be reached. */
  down = false;
  /** Of the next publications; then all are published. */
  fates: Fate[] = [];
  /** Refuses a publication for what is in it. */
  judge: (records: readonly OutboxRecord[]) => Failure | undefined = () => undefined;
  /** Publications stay under way until it is called. */
  hold: Promise<void> | undefined;
  last: PaperProducer | undefined;

  connect = (): EventProducer => (this.last = new PaperProducer(this));
}

class PaperProducer implements EventProducer {
  onLost: (() => void) | undefined;
  readonly #brokers: PaperBrokers;
  #number = 0;
  #isClosed = false;
  #onClose: () => void = () => {};

  constructor(brokers: PaperBrokers) {
    this.#brokers = brokers;
  }

  async open(): Promise<number | undefined> {
    if (this.#brokers.down) throw new PublishError(unreachable);
    this.#brokers.opened += 1;
    this.#number = this.#brokers.opened;
    return this.#brokers.position;
  }

  async publish(records: readonly OutboxRecord[], position: number): Promise<void> {
    const brokers = this.#brokers;
    if (brokers.hold !== undefined)
      await Promise.race([brokers.hold, new Promise<void>(resolve => (this.#onClose = resolve))]);
    if (this.#isClosed || brokers.down) throw new PublishError(unreachable);
    if (this.#number < brokers.opened) throw new PublishError(fenced);
    const fate = brokers.judge(records) ?? brokers.fates.shift() ?? 'published';
    if (typeof fate === 'object') throw new PublishError(fate);
    const values = records.map(({ value }) => value.toString());
    brokers.seen.push(...values);
    brokers.batches.push(values);
    brokers.position = position;
    if (fate === 'lost') throw new PublishError(unreachable);
  }

  close(): void {
    this.#isClosed = true;
    this.#brokers.closed += 1;
    this.#onClose();
  }
}

export const unreachable: Failure = { kind: 'retry', code: 'kafka-unreachable', reason: 'nobody is there' };
export const failing: Failure = { kind: 'retry', code: 'kafka-failing', reason: 'NOT_ENOUGH_REPLICAS' };
export const refused: Failure = { kind: 'refused', code: 'kafka-refused', reason: 'wrong password' };
export const fenced: Failure = { kind: 'fenced', code: 'kafka-name-taken', reason: 'PRODUCER_FENCED' };
export const tooLarge: Failure = {
  kind: 'record',
  code: 'kafka-record-too-large',
  reason: 'MESSAGE_TOO_LARGE',
};

/** Notes what is counted: `published voice-callthread`, `failed kafka-refused`. */
export class NotedMetrics implements PublisherMetrics {
  readonly counted: string[] = [];
  readonly seconds: number[] = [];
  up: boolean | undefined;

  eventPublished(topic: string, seconds: number): void {
    this.counted.push(`published ${topic}`);
    this.seconds.push(seconds);
  }

  publishFailed(code: string): void {
    this.counted.push(`failed ${code}`);
  }

  eventSetApart(topic: string, code: string): void {
    this.counted.push(`apart ${topic} ${code}`);
  }

  streamUp(up: boolean): void {
    this.up = up;
  }
}

/** Level and message of each line. */
export class NotedLog {
  readonly lines: string[] = [];
  readonly fields: object[] = [];

  get logger(): Logger {
    const at = (level: string) => (fields: object, message: string) => {
      this.lines.push(`${level} ${message}`);
      this.fields.push(fields);
    };
    return { info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger;
  }
}

/** A publisher between an outbox and brokers, all on paper, and a clock that stands still. */
export class PaperStream {
  readonly clock = new FakeClock();
  readonly outbox = new PaperOutbox(this.clock.nowMs);
  readonly brokers = new PaperBrokers();
  readonly metrics = new NotedMetrics();
  readonly log = new NotedLog();
  readonly publisher: Publisher;

  constructor(options: Partial<PublisherOptions> = {}) {
    this.publisher = new Publisher({
      outbox: this.outbox,
      connect: this.brokers.connect,
      brokers: ['kafka1:9092'],
      topics: { callThread: 'calls', agentState: 'agents' },
      batch: { maxRecords: 100, maxBytes: 1_000_000, lingerMs: 0 },
      retry: { firstMs: 100, maxMs: 2_000 },
      clock: this.clock,
      metrics: this.metrics,
      log: this.log.logger,
      ...options,
    });
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    await nextTurn();
    await nextTurn();
  }

  async pass(ms: number): Promise<void> {
    await this.settle();
    this.clock.pass(ms);
    await this.settle();
  }

  /** Waits as long as the publisher waits, `times` times; gives how long these waits were. */
  async passWaits(times: number): Promise<(number | undefined)[]> {
    const waits: (number | undefined)[] = [];
    await this.settle();
    for (let count = 0; count < times; count += 1) {
      waits.push(this.clock.nextMs);
      await this.pass(this.clock.nextMs ?? 0);
    }
    return waits;
  }
}

/** Of nobody. */
export const producersOptions: ProducersOptions = {
  config: loadConfig().kafka,
  node: 'n1',
  tenant: 'acme',
  outboxId: '00000000000000ff',
};
