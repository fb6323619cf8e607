import { randomBytes } from 'node:crypto';
import type { OutboxRecord } from '../../ports.ts';
import type { Depth, Entry, ReadLimits, RecordStore, SetApart } from './record-store.ts';

/** Keys whose sequence is known. One that is silent while so many others speak begins anew at 1. */
const maxKeys = 100_000;

/** Records in memory: they end with the process. */
export class MemoryRecords implements RecordStore {
  readonly id = randomBytes(8).toString('hex');
  /** Oldest first; those before `#first` are forgotten. */
  #records: OutboxRecord[] = [];
  #first = 0;
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
    const records = this.#records.length - this.#first;
    return { records, bytes: this.#bytes, oldestMs: this.#records[this.#first]?.timeMs };
  }

  get deadLetters(): number {
    return this.#apart.length;
  }

  append(entries: readonly Entry[]): void {
    for (const { record } of entries) {
      if (record === undefined) continue;
      const sequence = this.#nextSequence(`${record.topic} ${record.key}`);
      this.#lastPosition += 1;
      this.#records.push({ ...record, position: this.#lastPosition, sequence });
      this.#bytes += record.value.length;
    }
  }

  read(after: number, { maxRecords, maxBytes }: ReadLimits): OutboxRecord[] {
    const read: OutboxRecord[] = [];
    let bytes = 0;
    for (let at = this.#indexAfter(after); at < this.#records.length; at += 1) {
      const record = this.#records[at];
      if (record === undefined || read.length >= maxRecords) break;
      bytes += record.value.length;
      if (read.length > 0 && bytes > maxBytes) break;
      read.push(record);
    }
    return read;
  }

  forget(upTo: number): void {
    for (let next = this.#records[this.#first]; next !== undefined; next = this.#records[this.#first]) {
      if (next.position > upTo) return;
      this.#forgetFirst(next);
    }
  }

  dropWhile(isTooMuch: (depth: Depth) => boolean): number {
    let dropped = 0;
    for (let next = this.#records[this.#first]; next !== undefined; next = this.#records[this.#first]) {
      if (!isTooMuch(this.depth)) break;
      this.#forgetFirst(next);
      dropped += 1;
    }
    return dropped;
  }

  setApart(record: OutboxRecord, why: SetApart): number {
    this.#apart.push({ record, why });
    if (this.#apart.length <= this.#maxDeadLetters) return 0;
    this.#apart.shift();
    return 1;
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

  /** Positions follow one another. */
  #indexAfter(position: number): number {
    const [first] = this.#records;
    return first === undefined ? 0 : Math.max(this.#first, position + 1 - first.position);
  }

  #forgetFirst({ value }: OutboxRecord): void {
    this.#bytes -= value.length;
    this.#first += 1;
    // What is forgotten is let go when it is half of the list: each record is moved about once.
    if (this.#first * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#first);
    this.#first = 0;
  }
}
