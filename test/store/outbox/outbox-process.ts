import { writeSync } from 'node:fs';
import { callEvent } from '../../support/call-event.ts';
import { EventOutbox } from '../../../lib/store/outbox/event-outbox.ts';
import { openOutboxFolder, openStoppedOutbox } from '../../../lib/store/outbox/outbox-folder.ts';
import type { OutboxLimits } from '../../../lib/store/outbox/bounds.ts';
import { openRecords, randomOf } from './support.ts';
import type { RecordStore } from '../../../lib/store/outbox/record-store.ts';

/**
 * A process with an outbox, which may be killed: `outbox-process WHAT FOLDER …`. It says each thing as soon as it is done.
 *
 * - `keep FOLDER SEED FIRST DIE`: keeps and publishes at random, events numbered from FIRST on; kills itself after DIE keeps
 * - `hold FOLDER`: opens the folder and does nothing
 * - `retry FOLDER`: puts dead letters back, a few at a time
 * - `fill FOLDER`: keeps until nothing can be written any more, then publishes, then goes on
 */
const [what, folder = '', ...numbers] = process.argv.slice(2);
const [seed = 0, first = 0, die = 0] = numbers.map(Number);

/** Written when it returns: a process that is killed has said it. */
function say(...words: readonly (string | number | undefined)[]): void {
  writeSync(1, `${words.join(' ')}\n`);
}

function outboxOver(records: RecordStore, onFull: OutboxLimits['onFull'] = 'block-new-calls'): EventOutbox {
  const log = (_fields: object, message: string) => say('log', message);
  return new EventOutbox({
    records,
    recordOf: event =>
      'CallThreadID' in event ? { topic: 'callThread', key: `acme:${event.CallThreadID}` } : undefined,
    limits: { maxBytes: 2 ** 30, maxAgeMs: 2 ** 31, onFull },
    nowMs: Date.now,
    log: { info: log, warn: log, error: log },
    metrics: { readOutbox: () => undefined, eventsDropped: (reason, count) => say('dropped', reason, count) },
  });
}

function eventOf(number: number, thread: number, bytes = 500) {
  const UserData = [{ key: 'a', type: 'string', value: 'x'.repeat(bytes) }];
  return callEvent({
    id: 'EventDiverted',
    time: Date.now(),
    CallID: number,
    CallThreadID: `thread${thread}`,
    UserData,
  });
}

function keepAtRandom(): void {
  const records = openRecords(folder);
  const outbox = outboxOver(records);
  const random = randomOf(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  let next = first;
  for (let kept = 0; ; ) {
    if (random() < 0.1) {
      const position = outbox.read(0, { maxRecords: 1 + upTo(20), maxBytes: 100_000 }).at(-1)?.position ?? 0;
      say('publishing', position);
      outbox.published(position);
      continue;
    }
    const threads = Array.from({ length: 1 + upTo(4) }, () => upTo(3));
    outbox.keep(threads.map((thread, at) => eventOf(next + at, thread, upTo(3_000))));
    say('kept', next, ...threads);
    next += threads.length;
    kept += 1;
    if (kept === die) process.kill(process.pid, 'SIGKILL');
  }
}

async function hold(): Promise<void> {
  await openOutboxFolder({
    folder,
    ...{ sync: false, maxBytes: 2 ** 24, maxDeadLetters: 10, sequenceIdleMs: 3_600_000, nowMs: Date.now },
  });
  say('held');
  setInterval(() => undefined, 1_000_000);
}

async function retry(): Promise<void> {
  const limits = { maxBytes: 2 ** 30, maxAgeMs: 2 ** 50, maxDeadLetters: 3_000, sequenceIdleMs: 3_600_000 };
  const outbox = await openStoppedOutbox({ folder, ...limits, nowMs: Date.now });
  const positions = [...outbox.deadLetters('all')].map(({ position }) => position);
  for (let at = 0; at < positions.length; at += 25) {
    outbox.retry(positions.slice(at, at + 25));
    say('retried', at);
  }
  await outbox.close();
}

async function fill(): Promise<void> {
  const records = openRecords(folder);
  const outbox = outboxOver(records);
  let number = 0;
  const keepSome = () => outbox.keep(Array.from({ length: 8 }, () => eventOf((number += 1), 1, 2_000)));
  for (let before = -1; before < outbox.depth.records; ) {
    before = outbox.depth.records;
    for (let more = 0; more < 20; more += 1) keepSome();
  }
  say('full', number, outbox.depth.records, outbox.obstacle);
  const written = outbox.depth.records;
  outbox.published(written);
  keepSome();
  say('freed', number, written, outbox.depth.records, outbox.obstacle);
  const sequences = outbox.read(0, { maxRecords: 1e6, maxBytes: 1e9 }).map(({ sequence }) => sequence);
  say('from', sequences.at(0), 'to', sequences.at(-1), 'are', sequences.length);
  await outbox.close();
}

if (what === 'keep') keepAtRandom();
else if (what === 'hold') await hold();
else if (what === 'retry') await retry();
else await fill();
