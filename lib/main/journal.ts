import { onHookAsLost, releasedAsLost } from '../call/events/lost-parties.ts';
import type { Config } from '../config.ts';
import type { CallEvent } from '../events/event.ts';
import { recordOf } from '../kafka/record.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { EventJournal, Outbox } from '../ports.ts';
import { EventOutbox } from '../store/outbox/event-outbox.ts';
import { MemoryRecords } from '../store/outbox/memory-records.ts';
import type { RecordStore } from '../store/outbox/record-store.ts';
import { outboxPlace } from './outbox-place.ts';
import type { Started } from './started.ts';

export interface Journal {
  readonly journal: EventJournal & Outbox;
  /** What parties are told of whom an earlier process has lost: in the journal already, and to be published. */
  readonly recovered: readonly CallEvent[];
}

/** Where events wait for Kafka; undefined where there is none. Closed after everything that makes or publishes events. */
export async function startJournal(
  config: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
): Promise<Journal | undefined> {
  const { brokers, tenant, userDataEvents, outbox } = config.kafka;
  if (brokers.length === 0) return undefined;
  const rules = { tenant, userDataEvents };
  const records = await openRecords(config, log, metrics);
  const journal = new EventOutbox({
    records,
    recordOf: event => recordOf(event, rules),
    limits: outbox,
    nowMs: Date.now,
    log,
    metrics: metrics.outbox,
  });
  started.add(() => journal.close());
  return { journal, recovered: recover(records, journal, log) };
}

async function openRecords(config: Config, log: Logger, metrics: Metrics): Promise<RecordStore> {
  if (config.kafka.outbox.kind === 'none') return new MemoryRecords(config.kafka.outbox);
  // LMDB is native code: only for those who need it.
  const { openOutboxFolder } = await import('../store/outbox/outbox-folder.ts');
  const { records, setAside } = await openOutboxFolder({
    ...outboxPlace(config),
    nowMs: Date.now,
  });
  if (setAside !== undefined) {
    metrics.outbox.fileSetAside();
    log.error(setAside, 'the outbox is broken: its file is set aside and a new one begun');
  }
  const { records: waiting, bytes } = records.depth;
  log.info({ id: records.id, waiting, bytes, deadLetters: records.deadLetters }, 'outbox opened');
  return records;
}

function recover(records: RecordStore, journal: EventJournal, log: Logger): readonly CallEvent[] {
  const { lasts, lifted, unreadable } = records.openParties();
  if (unreadable > 0)
    log.error(
      { parties: unreadable },
      'the outbox has parties whose last event cannot be read: they are lost',
    );
  const nowMs = Date.now();
  const released = releasedAsLost(lasts, nowMs);
  const told = [...released, ...onHookAsLost(lifted, nowMs)];
  journal.keep(told);
  if (released.length > 0)
    log.warn(
      { parties: released.length },
      'an earlier process has lost calls: their parties are told released',
    );
  return told;
}
