import { loadConfig } from '../../lib/config.ts';
import type { KafkaConfig } from '../../lib/config/kafka.ts';
import { producersOf } from '../../lib/kafka/producers.ts';
import { Publisher } from '../../lib/kafka/publisher.ts';
import type { Clock } from '../../lib/ports.ts';
import { eventually } from '../support/eventually.ts';
import { NotedLog, NotedMetrics, PaperOutbox } from '../kafka/support.ts';

const realClock: Clock = {
  nowMs: Date.now,
  after: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface RealStreamOptions {
  readonly node: string;
  /** `kafka.…` keys, without that. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly outbox?: PaperOutbox;
}

/** A publisher between an outbox on paper and real brokers, as a process has it. */
export class RealStream {
  readonly outbox: PaperOutbox;
  readonly log = new NotedLog();
  readonly metrics = new NotedMetrics();
  readonly publisher: Publisher;

  constructor({ node, config, outbox = new PaperOutbox(Date.now, node) }: RealStreamOptions) {
    this.outbox = outbox;
    const kafka = kafkaConfig(config);
    this.publisher = new Publisher({
      outbox,
      connect: producersOf({ config: kafka, node, tenant: 'acme', outboxId: outbox.id }),
      brokers: ['here'],
      topics: kafka.topics,
      batch: kafka.batch,
      retry: kafka.retry,
      // Short: tests wait for it.
      topicPatience: { patienceMs: 500, retryMs: 500 },
      clock: realClock,
      metrics: this.metrics,
      log: this.log.logger,
    });
    this.publisher.start();
  }

  /** Nothing waits any more. */
  async drained(withinMs = 30_000): Promise<void> {
    await eventually(() => this.outbox.waiting.length === 0, 'everything is published', withinMs);
  }

  /** As a killed process ends: at once. */
  async stop(flushMs = 0): Promise<void> {
    await this.publisher.stop(flushMs);
  }
}

export function kafkaConfig(values: Readonly<Record<string, unknown>>): KafkaConfig {
  const flags = Object.entries(values).map(([key, value]) => [`kafka.${key}`, value] as const);
  return loadConfig({ flags: new Map(flags) }).kafka;
}
