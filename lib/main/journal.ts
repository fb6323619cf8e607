import type { Config } from '../config.ts';
import { recordOf } from '../kafka/record.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { EventJournal, Outbox } from '../ports.ts';
import { EventOutbox } from '../store/outbox/event-outbox.ts';
import { MemoryRecords } from '../store/outbox/memory-records.ts';
import type { Started } from './started.ts';

/** Where events wait for Kafka; undefined where there is none. Closed after everything that makes or publishes events. */
export function startJournal(
  config: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
): (EventJournal & Outbox) | undefined {
  const { brokers, tenant, userDataEvents, outbox } = config.kafka;
  if (brokers.length === 0) return undefined;
  const rules = { tenant, userDataEvents };
  const journal = new EventOutbox({
    records: new MemoryRecords(outbox),
    recordOf: event => recordOf(event, rules),
    limits: outbox,
    nowMs: Date.now,
    log,
    metrics: metrics.outbox,
  });
  started.add(() => journal.close());
  return journal;
}
