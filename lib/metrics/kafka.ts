import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PublisherMetrics } from '../kafka/publisher.ts';

/** Seconds; the last: brokers were away for an hour. */
const publishBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600];

/** What becomes of events on their way to Kafka. */
export class KafkaMeters implements PublisherMetrics {
  readonly #published: Counter<'topic'>;
  readonly #seconds: Histogram;
  readonly #retries: Counter<'code'>;
  readonly #deadLetters: Counter<'topic' | 'code'>;
  readonly #up: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#published = new Counter({
      name: 'baton_kafka_published_total',
      help: 'Events that Kafka has, by topic',
      labelNames: ['topic'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'baton_kafka_publish_seconds',
      help: 'From an event until Kafka has it',
      buckets: publishBuckets,
      registers,
    });
    this.#retries = new Counter({
      name: 'baton_kafka_retries_total',
      help: 'Attempts to publish that have failed and are made again, by reason',
      labelNames: ['code'],
      registers,
    });
    this.#deadLetters = new Counter({
      name: 'baton_kafka_dead_letters_total',
      help: 'Events set apart because Kafka does not take them, by topic and reason',
      labelNames: ['topic', 'code'],
      registers,
    });
    this.#up = new Gauge({
      name: 'baton_kafka_up',
      help: '1: events reach Kafka; 0: they wait, or there is no stream',
      registers,
    });
  }

  eventPublished(topic: string, seconds: number): void {
    this.#published.inc({ topic });
    this.#seconds.observe(seconds);
  }

  publishFailed(code: string): void {
    this.#retries.inc({ code });
  }

  eventSetApart(topic: string, code: string): void {
    this.#deadLetters.inc({ topic, code });
  }

  streamUp(up: boolean): void {
    this.#up.set(up ? 1 : 0);
  }
}
