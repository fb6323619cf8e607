import type { Entry, RecordStore } from '../../../lib/store/outbox/record-store.ts';
import { callEvent } from '../../support/call-event.ts';

/** An event of call thread `key`, its value that many octets, at a time. */
export function entry(key: string, { bytes = 100, timeMs = 1_000 } = {}): Entry {
  return {
    event: callEvent({ time: timeMs, CallThreadID: key }),
    record: {
      topic: 'callThread',
      key,
      event: 'EventEstablished',
      timeMs,
      value: Buffer.alloc(bytes, key),
    },
  };
}

export const everything = { maxRecords: 1_000_000, maxBytes: 1_000_000_000 };

/** What is there: `position key sequence`. */
export function shown(records: RecordStore): string[] {
  return records.read(0, everything).map(({ position, key, sequence }) => `${position} ${key} ${sequence}`);
}
