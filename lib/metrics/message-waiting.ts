import { Counter, Gauge, type Registry } from 'prom-client';
import type { SubscribeOutcome, SubscriptionMetrics } from '../b2bua/subscribers.ts';
import type { NotifyOutcome } from '../message-waiting/subscription.ts';

/** Phones that want to know whether messages wait. */
export class MessageWaitingMeters implements SubscriptionMetrics {
  readonly #subscriptions: Gauge;
  readonly #requests: Counter<'outcome'>;
  readonly #notifies: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#subscriptions = new Gauge({
      name: 'baton_subscriptions',
      help: 'Subscriptions to the messages of DNs',
      registers,
    });
    this.#requests = new Counter({
      name: 'baton_subscribe_requests_total',
      help: 'SUBSCRIBE requests outside of calls, by outcome: done (subscribed, fetched, refreshed, unsubscribed), challenged, or the code of the refusal',
      labelNames: ['outcome'],
      registers,
    });
    this.#notifies = new Counter({
      name: 'baton_message_notifies_total',
      help: 'NOTIFY requests about messages, by outcome; later: sent again, all others but delivered end the subscription',
      labelNames: ['outcome'],
      registers,
    });
  }

  subscribeAnswered(outcome: SubscribeOutcome): void {
    this.#requests.inc({ outcome });
  }

  summaryNotified(outcome: NotifyOutcome): void {
    this.#notifies.inc({ outcome });
  }

  subscriptionsAre(count: number): void {
    this.#subscriptions.set(count);
  }
}
