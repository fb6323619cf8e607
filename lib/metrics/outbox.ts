import { Counter, Gauge, type Registry } from 'prom-client';
import type { AlarmReason, DropReason, OutboxMetrics, OutboxReading } from '../store/outbox/event-outbox.ts';

const alarmReasons: readonly AlarmReason[] = ['size', 'age', 'write'];

/** What waits for Kafka. */
export class OutboxMeters implements OutboxMetrics {
  readonly #registry: Registry;
  readonly #dropped: Counter<'reason'>;
  readonly #setAside: Counter;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#dropped = new Counter({
      name: 'baton_outbox_dropped_total',
      help: 'Events that Kafka never gets, by what they had to go for',
      labelNames: ['reason'],
      registers: [registry],
    });
    this.#setAside = new Counter({
      name: 'baton_outbox_files_set_aside_total',
      help: 'Files of the outbox that were broken and are set aside',
      registers: [registry],
    });
  }

  fileSetAside(): void {
    this.#setAside.inc();
  }

  eventsDropped(reason: DropReason, count: number): void {
    this.#dropped.inc({ reason }, count);
  }

  readOutbox(read: () => OutboxReading): void {
    const gauge = (name: string, help: string, value: (reading: OutboxReading) => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value(read()));
        },
      });
    };
    gauge('baton_outbox_records', 'Events that wait for Kafka', ({ depth }) => depth.records);
    gauge('baton_outbox_bytes', 'Octets of events that wait for Kafka', ({ depth }) => depth.bytes);
    gauge(
      'baton_outbox_oldest_age_seconds',
      'Age of the oldest event that waits for Kafka; 0 when none does',
      ({ oldestAgeMs }) => oldestAgeMs / 1000,
    );
    gauge(
      'baton_outbox_dead_letters',
      'Events kept apart because Kafka will not take them',
      ({ deadLetters }) => deadLetters,
    );
    new Gauge({
      name: 'baton_outbox_alarm',
      help: '1: the bound is reached, or (write) events cannot be written',
      labelNames: ['reason'],
      registers: [this.#registry],
      collect() {
        const { alarms } = read();
        for (const reason of alarmReasons) this.set({ reason }, alarms.has(reason) ? 1 : 0);
      },
    });
  }
}
