import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ErrorCode } from '../errors.ts';
import type { AttemptOutcome } from '../webhooks/attempt.ts';
import type { WebhookMetrics } from '../webhooks/webhook-target.ts';

/** Seconds; the last: an event that was tried for ten minutes. */
const deliveryBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600];

/** What becomes of events on their way to webhook receivers. */
export class WebhookMeters implements WebhookMetrics {
  readonly #attempts: Counter<'target' | 'outcome'>;
  readonly #delivery: Histogram<'target'>;
  readonly #deadLetters: Counter<'target' | 'reason'>;
  readonly #queue: Gauge<'target'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'baton_webhook_attempts_total',
      help: 'Requests to webhook receivers, by target and outcome',
      labelNames: ['target', 'outcome'],
      registers,
    });
    this.#delivery = new Histogram({
      name: 'baton_webhook_delivery_seconds',
      help: 'From an event to its delivery to a webhook receiver',
      labelNames: ['target'],
      buckets: deliveryBuckets,
      registers,
    });
    this.#deadLetters = new Counter({
      name: 'baton_webhook_dead_letters_total',
      help: 'Events that a webhook receiver never got, by target and reason',
      labelNames: ['target', 'reason'],
      registers,
    });
    this.#queue = new Gauge({
      name: 'baton_webhook_queue',
      help: 'Events that wait for a webhook receiver or are under way to it',
      labelNames: ['target'],
      registers,
    });
  }

  webhookAttempted(target: string, outcome: AttemptOutcome): void {
    this.#attempts.inc({ target, outcome });
  }

  webhookDelivered(target: string, seconds: number): void {
    this.#delivery.observe({ target }, seconds);
  }

  webhookGaveUp(target: string, reason: ErrorCode, count: number): void {
    this.#deadLetters.inc({ target, reason }, count);
  }

  webhookQueued(target: string, depth: number): void {
    this.#queue.set({ target }, depth);
  }
}
