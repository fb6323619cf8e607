import { randomBytes } from 'node:crypto';
import type { AgentStateEvent, CallHandlingEvent } from '../../events/event.ts';
import { learnEvent } from '../../events/open-parties.ts';
import type { OutboxRecord } from '../../ports.ts';
import { DeadLetters } from './dead-letters.ts';
import { bytesOfEntry, bytesOfPage, bytesOfRemoval, bytesOfTransaction, DiskRoom } from './disk-room.ts';
import { freeBytesOf, openOutboxFile, type OutboxFile, usedBytesOf } from './outbox-file.ts';
import { eventOf, lastOf, PartyShelf, withData } from './party-shelf.ts';
import { decodeRecord, sealRecord, timeOfRecord } from './record-bytes.ts';
import type { Depth, Entry, LeftOpen, ReadLimits, RecordStore, SetApart } from './record-store.ts';
import { Sequences } from './sequences.ts';

export interface LmdbRecordsOptions {
  readonly path: string;
  /** Each decision is on the disk before it goes on. */
  readonly sync: boolean;
  /** Of waiting records. */
  readonly maxBytes: number;
  readonly maxDeadLetters: number;
  /** A call thread without open parties whose last event is older begins anew at sequence 1. */
  readonly sequenceIdleMs: number;
  readonly nowMs: () => number;
  readonly onClosed?: () => Promise<void>;
}

/** Records that are forgotten in one transaction. */
const removalLimit = 500;

/** Records in a file: they survive the process. */
export class LmdbRecords implements RecordStore {
  readonly id: string;
  readonly #file: OutboxFile;
  readonly #room: DiskRoom;
  readonly #sequences: Sequences;
  readonly #parties: PartyShelf;
  readonly #dead: DeadLetters;
  readonly #nowMs: () => number;
  readonly #onClosed: () => Promise<void>;
  #lastPosition: number;
  #records = 0;
  #bytes = 0;
  #oldestMs: number | undefined;
  #deadCount: number;

  /** Throws when the file cannot be used; see `openOutboxFile`. */
  constructor(options: LmdbRecordsOptions) {
    const { path, sync, maxBytes, maxDeadLetters, sequenceIdleMs, nowMs } = options;
    const file = openOutboxFile({ path, sync, mapBytes: 4 * maxBytes + 2 ** 30 });
    this.#file = file;
    this.#nowMs = nowMs;
    this.#onClosed = options.onClosed ?? (() => Promise.resolve());
    this.#room = new DiskRoom(path, {
      usedBytes: () => usedBytesOf(file),
      freeBytes: () => freeBytesOf(file),
    });
    this.#sequences = new Sequences(file, { callIdleMs: sequenceIdleMs });
    this.#parties = new PartyShelf(file, this.#sequences, nowMs);
    this.#dead = new DeadLetters(file, maxDeadLetters);
    this.id = file.meta.get('id') ?? this.#begin();
    this.#lastPosition = Number(file.meta.get('lastPosition') ?? 0);
    this.#deadCount = this.#dead.count();
    for (const { key, value } of file.records.getRange()) {
      this.#lastPosition = Math.max(this.#lastPosition, key);
      this.#records += 1;
      this.#bytes += value.length;
      this.#oldestMs ??= timeOfRecord(value);
    }
  }

  get depth(): Depth {
    return { records: this.#records, bytes: this.#bytes, oldestMs: this.#oldestMs };
  }

  get deadLetters(): number {
    return this.#deadCount;
  }

  append(entries: readonly Entry[]): void {
    let bytes = 0;
    let inOnePieceBytes = 0;
    for (const { record } of entries) {
      const length = record?.bytes.length ?? 0;
      bytes += length;
      if (length > bytesOfPage) inOnePieceBytes += length;
    }
    // Each record is there twice: among those that wait, and as the last of its party.
    this.#room.demand({
      bytes: bytesOfTransaction + entries.length * bytesOfEntry + 2 * bytes,
      inOnePieceBytes: 2 * inOnePieceBytes,
    });
    let position = this.#lastPosition;
    let oldestMs = this.#oldestMs;
    this.#write(() => {
      for (const { event, record } of entries) {
        if (record !== undefined) {
          position += 1;
          oldestMs ??= record.timeMs;
          sealRecord(record.bytes, position, this.#sequences.next(record.topic, record.key, this.#nowMs()));
          this.#file.records.putSync(position, record.bytes, { append: true });
        }
        this.#learn({ event, record });
      }
      this.#sequences.sweep(this.#nowMs());
      // So that it is tried to write also where there is nothing to be written.
      if (entries.length === 0) this.#putLastPosition(position);
    });
    this.#records += position - this.#lastPosition;
    this.#lastPosition = position;
    this.#bytes += bytes;
    this.#oldestMs = oldestMs;
  }

  read(after: number, { maxRecords, maxBytes }: ReadLimits): OutboxRecord[] {
    const read: OutboxRecord[] = [];
    const broken: { position: number; bytes: Buffer }[] = [];
    let valueBytes = 0;
    for (const { key, value } of this.#file.records.getRange({ start: after + 1 })) {
      if (read.length >= maxRecords) break;
      const record = decodeRecord(value);
      if (record?.position !== key) {
        broken.push({ position: key, bytes: value });
        continue;
      }
      valueBytes += record.value.length;
      if (read.length > 0 && valueBytes > maxBytes) break;
      read.push(record);
    }
    for (const { position, bytes } of broken) this.#moveAway(position, bytes, brokenRecord);
    return read;
  }

  forget(upTo: number): void {
    this.#remove(({ key }) => key <= upTo);
  }

  dropWhile(isTooMuch: (depth: Depth) => boolean): number {
    const before = this.#records;
    let [records, bytes] = [this.#records, this.#bytes];
    this.#remove(({ value }) => {
      if (!isTooMuch({ records, bytes, oldestMs: timeOfRecord(value) })) return false;
      records -= 1;
      bytes -= value.length;
      return true;
    });
    return before - this.#records;
  }

  setApart({ position }: OutboxRecord, why: SetApart): number {
    const bytes = this.#file.records.getBinary(position);
    return bytes === undefined ? 0 : this.#moveAway(position, bytes, why);
  }

  openParties(): LeftOpen {
    const lasts: CallHandlingEvent[] = [];
    const lifted: AgentStateEvent[] = [];
    const unreadable: string[] = [];
    for (const { key, value } of this.#file.parties.getRange()) {
      const record = decodeRecord(value);
      const event = record && eventOf(record.value);
      if (event === undefined) unreadable.push(key);
      else if (event.id === 'EventOffHook') lifted.push(event);
      else lasts.push(event);
    }
    if (unreadable.length > 0)
      this.#write(() => {
        for (const party of unreadable) this.#file.parties.removeSync(party);
      });
    return { lasts, lifted, unreadable: unreadable.length };
  }

  async close(): Promise<void> {
    this.#room.close();
    await this.#file.env.close();
    await this.#onClosed();
  }

  #begin(): string {
    const id = randomBytes(8).toString('hex');
    this.#room.demand({ bytes: bytesOfTransaction });
    this.#file.meta.putSync('id', id);
    return id;
  }

  #learn({ event, record }: Entry): void {
    if (record === undefined && event.id !== 'EventAttachedDataChanged') return;
    learnEvent(this.#parties, { event, last: () => lastOf({ event, record }), withData });
  }

  #moveAway(position: number, bytes: Buffer, why: SetApart): number {
    this.#room.demand({
      bytes: bytesOfTransaction + 2 * bytes.length,
      inOnePieceBytes: 2 * bytes.length,
      frees: true,
    });
    let dropped = 0;
    this.#write(() => {
      this.#file.records.removeSync(position);
      this.#putLastPosition(this.#lastPosition);
      dropped = this.#dead.add({ position, bytes, ...why, apartMs: this.#nowMs() }, this.#deadCount);
    });
    this.#deadCount += 1 - dropped;
    this.#removed(1, bytes.length);
    return dropped;
  }

  /** The oldest, as long as `isToGo` says so, some in each transaction. */
  #remove(isToGo: (entry: { key: number; value: Buffer }) => boolean): void {
    for (let count = removalLimit; count === removalLimit; ) {
      const positions: number[] = [];
      let bytes = 0;
      for (const entry of this.#file.records.getRange({ limit: removalLimit })) {
        if (!isToGo(entry)) break;
        positions.push(entry.key);
        bytes += entry.value.length;
      }
      count = positions.length;
      if (count === 0) return;
      this.#room.demand({ bytes: bytesOfTransaction + count * bytesOfRemoval, frees: true });
      this.#write(() => {
        for (const position of positions) this.#file.records.removeSync(position);
        this.#putLastPosition(this.#lastPosition);
      });
      this.#removed(count, bytes);
    }
  }

  #removed(count: number, bytes: number): void {
    this.#records -= count;
    this.#bytes -= bytes;
    const [oldest] = this.#file.records.getRange({ limit: 1 });
    this.#oldestMs = oldest && timeOfRecord(oldest.value);
  }

  /** Positions go on where they were also when no record is left. */
  #putLastPosition(position: number): void {
    this.#file.meta.putSync('lastPosition', String(position));
  }

  /** All or nothing. */
  #write(work: () => void): void {
    try {
      this.#file.env.transactionSync(() => {
        work();
        this.#sequences.flush();
      });
    } catch (error) {
      this.#sequences.forgetChanges();
      throw error;
    }
  }
}

const brokenRecord: SetApart = { code: 'outbox-record-broken', reason: 'its checksum is wrong' };
