import { randomBytes } from 'node:crypto';
import type { OutboxRecord } from '../../ports.ts';
import { decodeRecord, sealRecord, timeOfRecord } from './record-bytes.ts';
import type { Depth, Entry, ReadLimits, RecordStore, SetApart } from './record-store.ts';

/** Keys whose sequence is known. One that is silent while so many others speak begins anew at 1. */
const maxKeys = 100_000;

/** Records in memory: they end with the process. */
export class MemoryRecords implements RecordStore {
  readonly id = randomBytes(8).toString('hex');
  /** By position, sealed. */
  readonly #records = new Map<number, Buffer>();
  /** None is before it. */
  #first = 1;
  #bytes = 0;
  #lastPosition = 0;
  /** Those that spoke last are the last. */
  readonly #sequences = new Map<string, number>();
  readonly #apart: { record: OutboxRecord; why: SetApart }[] = [];
  readonly #maxDeadLetters: number;

  constructor({ maxDeadLetters }: { readonly maxDeadLetters: number }) {
    this.#maxDeadLetters = maxDeadLetters;
  }

  get depth(): Depth {
    const oldest = this.#records.get(this.#first);
    return { records: this.#records.size, bytes: this.#bytes, oldestMs: oldest && timeOfRecord(oldest) };
  }

  get deadLetters(): number {
    return this.#apart.length;
  }

  append(entries: readonly Entry[]): void {
    for (const { record } of entries) {
      if (record === undefined) continue;
      const sequence = this.#nextSequence(`${record.topic} ${record.key}`);
      this.#lastPosition += 1;
      sealRecord(record.bytes, this.#lastPosition, sequence);
      this.#records.set(this.#lastPosition, record.bytes);
      this.#bytes += record.bytes.length;
    }
  }

  read(after: number, { maxRecords, maxBytes }: ReadLimits): OutboxRecord[] {
    const read: OutboxRecord[] = [];
    let bytes = 0;
    for (
      let position = after + 1;
      position <= this.#lastPosition && read.length < maxRecords;
      position += 1
    ) {
      const sealed = this.#records.get(position);
      const record = sealed && decodeRecord(sealed);
      bytes += record?.value.length ?? 0;
      if (read.length > 0 && bytes > maxBytes) break;
      if (record !== undefined) read.push(record);
    }
    return read;
  }

  forget(upTo: number): void {
    while (this.#first <= Math.min(upTo, this.#lastPosition)) this.#remove(this.#first);
  }

  dropWhile(isTooMuch: (depth: Depth) => boolean): number {
    const before = this.#records.size;
    while (this.#first <= this.#lastPosition && isTooMuch(this.depth)) this.#remove(this.#first);
    return before - this.#records.size;
  }

  setApart(record: OutboxRecord, why: SetApart): number {
    if (!this.#remove(record.position)) return 0;
    this.#apart.push({ record, why });
    if (this.#apart.length <= this.#maxDeadLetters) return 0;
    this.#apart.shift();
    return 1;
  }

  /** Nothing is known of an earlier process. */
  openParties() {
    return { lasts: [], lifted: [], unreadable: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #nextSequence(key: string): number {
    const sequence = (this.#sequences.get(key) ?? 0) + 1;
    this.#sequences.delete(key);
    this.#sequences.set(key, sequence);
    if (this.#sequences.size > maxKeys)
      for (const oldest of this.#sequences.keys()) {
        this.#sequences.delete(oldest);
        break;
      }
    return sequence;
  }

  #remove(position: number): boolean {
    this.#bytes -= this.#records.get(position)?.length ?? 0;
    const wasThere = this.#records.delete(position);
    while (this.#first <= this.#lastPosition && !this.#records.has(this.#first)) this.#first += 1;
    return wasThere;
  }
}
