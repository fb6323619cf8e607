import { encodeEvent } from '../../events/encode.ts';
import type { AgentStateEvent, CallHandlingEvent, EventAttachedDataChanged } from '../../events/event.ts';
import type { OpenParties } from '../../events/open-parties.ts';
import type { OutboxFile } from './outbox-file.ts';
import { decodeRecord, placeOfRecord, recordBytes, sealRecord } from './record-bytes.ts';
import type { Entry } from './record-store.ts';
import { type Sequences, shortKey } from './sequences.ts';

type OffHook = AgentStateEvent & { readonly id: 'EventOffHook' };

/** The open parties, each with the record of its last event. To be called within a transaction. */
export class PartyShelf implements OpenParties<Buffer> {
  readonly #parties: OutboxFile['parties'];
  readonly #sequences: Sequences;
  readonly #nowMs: () => number;

  constructor(file: OutboxFile, sequences: Sequences, nowMs: () => number) {
    this.#parties = file.parties;
    this.#sequences = sequences;
    this.#nowMs = nowMs;
  }

  /** Good until the next is asked for. */
  get(party: string): Buffer | undefined {
    return this.#parties.getBinaryFast(shortKey(party));
  }

  open(party: string, last: Buffer): void {
    this.#parties.putSync(shortKey(party), last);
    const { topic, key } = placeOfRecord(last);
    this.#sequences.partyOpened(topic, key, this.#nowMs());
  }

  update(party: string, last: Buffer): void {
    this.#parties.putSync(shortKey(party), last);
  }

  close(party: string): void {
    const last = this.get(party);
    if (last === undefined) return;
    const { topic, key } = placeOfRecord(last);
    this.#parties.removeSync(shortKey(party));
    this.#sequences.partyClosed(topic, key, this.#nowMs());
  }
}

/** What is kept of an event: its record. The tenant of a DN, which is not in it, is kept as well. */
export function lastOf({ event, record }: Entry): Buffer {
  if (record === undefined || event.id !== 'EventOffHook') return record?.bytes ?? nothing;
  const { topic, key, timeMs } = record;
  const bytes = recordBytes({ topic, key, event: event.id, timeMs, json: JSON.stringify(event) });
  sealRecord(bytes, 0, 0);
  return bytes;
}

const nothing = Buffer.alloc(0);

/** The record of an earlier event with the data that this one tells. One that cannot be read stays as it is. */
export function withData(before: Buffer, { UserData }: EventAttachedDataChanged): Buffer {
  const record = decodeRecord(before);
  if (record === undefined) return before;
  const event = { ...eventOf(record.value), UserData };
  const { topic, key, timeMs, position, sequence } = record;
  const bytes = recordBytes({ topic, key, event: event.id, timeMs, json: encodeEvent(event) });
  sealRecord(bytes, position, sequence);
  return bytes;
}

/** What was written: its record's checksum is right. */
export function eventOf(value: Buffer): CallHandlingEvent | OffHook {
  return JSON.parse(value.toString()) as CallHandlingEvent | OffHook;
}
