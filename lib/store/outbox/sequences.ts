import { createHash } from 'node:crypto';
import type { StreamTopic } from '../../ports.ts';
import { maxKeyBytes, type OutboxFile } from './outbox-file.ts';

/** `sequence` (6 octets), open parties (4), time of the last event (6). */
const bytesOfOne = 16;
/** So many are looked at in one transaction whether they can be forgotten. */
const sweepLimit = 8;
/** An agent's sequence is kept this long after its last event. */
const agentIdleMs = 30 * 24 * 3_600_000;

/**
 * The sequence numbers of each key: 1, 2, 3… All is to be called within a transaction, `flush` at its end. A key that has been
 * silent for long, with nobody of its calls open, is forgotten, and begins anew at 1.
 */
export class Sequences {
  readonly #file: OutboxFile;
  readonly #callIdleMs: number;
  /** The one that was asked for last: events of one decision have mostly the same. */
  #key: string | undefined;
  #sequence = 0;
  #open = 0;
  #lastMs = 0;
  readonly #bytes = Buffer.alloc(bytesOfOne);
  /** No sequence is to be looked at before. */
  #nextSweepMs = 0;

  constructor(file: OutboxFile, { callIdleMs }: { readonly callIdleMs: number }) {
    this.#file = file;
    this.#callIdleMs = callIdleMs;
  }

  next(topic: StreamTopic, key: string, nowMs: number): number {
    this.#load(sequenceKey(topic, key), nowMs);
    this.#sequence += 1;
    this.#lastMs = nowMs;
    return this.#sequence;
  }

  /** A party of a call with this key is open, or no more. */
  partyOpened(topic: StreamTopic, key: string, nowMs: number): void {
    this.#load(sequenceKey(topic, key), nowMs);
    this.#open += 1;
  }

  partyClosed(topic: StreamTopic, key: string, nowMs: number): void {
    this.#load(sequenceKey(topic, key), nowMs);
    this.#open = Math.max(0, this.#open - 1);
  }

  flush(): void {
    if (this.#key === undefined) return;
    this.#bytes.writeUIntBE(this.#sequence, 0, 6);
    this.#bytes.writeUInt32BE(this.#open, 6);
    this.#bytes.writeUIntBE(this.#lastMs, 10, 6);
    this.#file.sequences.putSync(this.#key, this.#bytes);
    this.#key = undefined;
  }

  /** The transaction has not come to its end. */
  forgetChanges(): void {
    this.#key = undefined;
    this.#nextSweepMs = 0;
  }

  /** Forgets some of those whose time has come. */
  sweep(nowMs: number): void {
    if (nowMs < this.#nextSweepMs) return;
    this.flush();
    const { idle, sequences } = this.#file;
    for (const due of [...idle.getKeys({ end: [nowMs + 1, ''], limit: sweepLimit })]) {
      const [, key] = due;
      idle.removeSync(due);
      const bytes = sequences.getBinary(key);
      if (bytes === undefined) continue;
      const isOpen = bytes.readUInt32BE(6) > 0;
      const dueMs = (isOpen ? nowMs : bytes.readUIntBE(10, 6)) + this.#idleMsOf(key);
      if (dueMs <= nowMs) sequences.removeSync(key);
      else idle.putSync([dueMs, key], empty);
    }
    const [first] = idle.getKeys({ limit: 1 });
    this.#nextSweepMs = first?.[0] ?? Number.POSITIVE_INFINITY;
  }

  #load(key: string, nowMs: number): void {
    if (key === this.#key) return;
    this.flush();
    const bytes = this.#file.sequences.getBinaryFast(key);
    this.#sequence = bytes?.readUIntBE(0, 6) ?? 0;
    this.#open = bytes?.readUInt32BE(6) ?? 0;
    this.#lastMs = bytes?.readUIntBE(10, 6) ?? nowMs;
    this.#key = key;
    if (bytes !== undefined) return;
    const dueMs = nowMs + this.#idleMsOf(key);
    this.#file.idle.putSync([dueMs, key], empty);
    this.#nextSweepMs = Math.min(this.#nextSweepMs, dueMs);
  }

  #idleMsOf(key: string): number {
    return key.startsWith(letters.callThread) ? this.#callIdleMs : agentIdleMs;
  }
}

export function isSequence(bytes: Buffer): boolean {
  return bytes.length === bytesOfOne;
}

const empty = Buffer.alloc(0);
const letters = { callThread: 'c', agentState: 'a' } as const satisfies Record<StreamTopic, string>;

function sequenceKey(topic: StreamTopic, key: string): string {
  return letters[topic] + shortKey(key);
}

/** A key of a table: a long text by its hash. */
export function shortKey(text: string): string {
  // A character takes at most four octets, one that LMDB has to escape one more.
  if (text.length * 5 <= maxKeyBytes || Buffer.byteLength(text) * 2 <= maxKeyBytes) return text;
  return `#${createHash('sha256').update(text).digest('hex')}`;
}
