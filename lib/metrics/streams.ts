import { Counter, Gauge, type Registry } from 'prom-client';
import type { StreamMetrics } from '../http/stream/stream.ts';
import type { Carrier, CutCode } from '../stream/subscription.ts';

/** Who reads `/v1/events`, and what they get. */
export class StreamMeters implements StreamMetrics {
  readonly #subscribers: Gauge<'carrier'>;
  readonly #cut: Counter<'code'>;
  readonly #refused: Counter;
  readonly #streamed: Counter<'carrier'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#subscribers = new Gauge({
      name: 'baton_event_subscribers',
      help: 'Subscribers of the event stream, by what carries it',
      labelNames: ['carrier'],
      registers,
    });
    this.#cut = new Counter({
      name: 'baton_event_subscribers_cut_total',
      help: 'Subscribers whose stream was ended by Baton, by reason',
      labelNames: ['code'],
      registers,
    });
    this.#refused = new Counter({
      name: 'baton_event_subscribers_refused_total',
      help: 'Subscribers turned away because there were too many',
      registers,
    });
    this.#streamed = new Counter({
      name: 'baton_events_streamed_total',
      help: 'Events handed to subscribers, by what carries the stream',
      labelNames: ['carrier'],
      registers,
    });
  }

  subscriberJoined(carrier: Carrier): void {
    this.#subscribers.inc({ carrier });
  }

  subscriberLeft(carrier: Carrier): void {
    this.#subscribers.dec({ carrier });
  }

  subscriberRefused(): void {
    this.#refused.inc();
  }

  subscriberCut(code: CutCode): void {
    this.#cut.inc({ code });
  }

  eventStreamed(carrier: Carrier): void {
    this.#streamed.inc({ carrier });
  }
}
