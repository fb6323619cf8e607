import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, RecordStore } from '../../../lib/store/outbox/record-store.ts';
import type { StreamTopic } from '../../../lib/ports.ts';
import { LmdbRecords, type LmdbRecordsOptions } from '../../../lib/store/outbox/lmdb-records.ts';
import { recordBytes } from '../../../lib/store/outbox/record-bytes.ts';
import { callEvent } from '../../support/call-event.ts';

interface EntryParts {
  readonly bytes?: number;
  readonly timeMs?: number;
  readonly topic?: StreamTopic;
}

/** An event of call thread `key` at a time, its value that many octets: all of them the first letter of the key. */
export function entry(
  key: string,
  { bytes = 100, timeMs = 1_000, topic = 'callThread' }: EntryParts = {},
): Entry {
  const json = key.slice(0, 1).repeat(bytes);
  const record = {
    topic,
    key,
    timeMs,
    bytes: recordBytes({ topic, key, event: 'EventEstablished', timeMs, json }),
  };
  return { event: callEvent({ time: timeMs, CallThreadID: key }), record };
}

export const everything = { maxRecords: 1_000_000, maxBytes: 1_000_000_000 };

/** What is there: `position key sequence`. */
export function shown(records: RecordStore): string[] {
  return records.read(0, everything).map(({ position, key, sequence }) => `${position} ${key} ${sequence}`);
}

const folders: string[] = [];

/** An empty folder, until `removeFolders`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-outbox-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function openRecords(folder: string, parts: Partial<LmdbRecordsOptions> = {}): LmdbRecords {
  return new LmdbRecords({
    path: join(folder, 'events.mdb'),
    sync: false,
    maxBytes: 2 ** 24,
    maxDeadLetters: 10,
    sequenceIdleMs: 3_600_000,
    nowMs: () => 1_000,
    ...parts,
  });
}
