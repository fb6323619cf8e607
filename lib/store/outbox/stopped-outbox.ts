import { BatonError } from '../../errors.ts';
import type { OutboxRecord } from '../../ports.ts';
import { type DeadLetter, DeadLetters } from './dead-letters.ts';
import { bytesOfEntry, bytesOfPage, bytesOfRemoval, bytesOfTransaction, DiskRoom } from './disk-room.ts';
import { freeBytesOf, openOutboxFile, type OutboxFile, usedBytesOf } from './outbox-file.ts';
import { decodeRecord, sealRecord, timeOfRecord } from './record-bytes.ts';
import type { Depth } from './record-store.ts';
import { Sequences } from './sequences.ts';

export interface StoppedOutboxOptions {
  readonly path: string;
  /** As of the records themselves. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly maxDeadLetters: number;
  readonly sequenceIdleMs: number;
  readonly nowMs: () => number;
  readonly onClosed?: () => Promise<void>;
}

/** Which dead letters are meant: by position, or all there are. */
export type WantedLetters = readonly number[] | 'all';

export interface OutboxStatus extends Depth {
  /** 16 hex digits. */
  readonly id: string;
  readonly deadLetters: { readonly records: number; readonly codes: ReadonlyMap<string, number> };
}

/** What has become of dead letters that were to be published after all. */
export interface Retried {
  readonly retried: readonly { readonly position: number; readonly newPosition: number }[];
  /** Those that stay where they are. */
  readonly left: readonly { readonly position: number; readonly reason: string }[];
}

/** A record set apart; `record`: undefined when its checksum is wrong. */
export type ShownLetter = Omit<DeadLetter, 'bytes'> & {
  readonly bytes: number;
  readonly record: OutboxRecord | undefined;
};

/** What is put back in one transaction. */
const lettersAtOnce = 200;
const bytesAtOnce = 16 * 1024 * 1024;

/** The outbox of a Baton that does not run: what waits in it, and what is set apart. All changes are on the disk when they return. */
export class StoppedOutbox {
  readonly #options: StoppedOutboxOptions;
  readonly #file: OutboxFile;
  readonly #room: DiskRoom;
  readonly #sequences: Sequences;
  readonly #dead: DeadLetters;
  #lastPosition: number;
  #waitingBytes: number;

  /** Throws when the file cannot be used; see `openOutboxFile`. */
  constructor(options: StoppedOutboxOptions) {
    const { path, maxBytes, maxDeadLetters, sequenceIdleMs } = options;
    const file = openOutboxFile({ path, sync: true, mapBytes: 4 * maxBytes + 2 ** 30 });
    this.#options = options;
    this.#file = file;
    this.#room = new DiskRoom(path, {
      usedBytes: () => usedBytesOf(file),
      freeBytes: () => freeBytesOf(file),
    });
    this.#sequences = new Sequences(file, { callIdleMs: sequenceIdleMs });
    this.#dead = new DeadLetters(file, maxDeadLetters);
    const [lastRecord = 0] = file.records.getKeys({ reverse: true, limit: 1 });
    this.#lastPosition = Math.max(Number(file.meta.get('lastPosition') ?? 0), lastRecord);
    this.#waitingBytes = this.status().bytes;
  }

  status(): OutboxStatus {
    let [records, bytes] = [0, 0];
    let oldestMs: number | undefined;
    for (const { value } of this.#file.records.getRange()) {
      records += 1;
      bytes += value.length;
      oldestMs ??= timeOfRecord(value);
    }
    const codes = new Map<string, number>();
    for (const { code } of this.#dead.list()) codes.set(code, (codes.get(code) ?? 0) + 1);
    const deadLetters = { records: this.#dead.count(), codes };
    return { id: this.#file.meta.get('id') ?? '', records, bytes, oldestMs, deadLetters };
  }

  /** Oldest first. Throws BatonError `dead-letter-unknown`. */
  *deadLetters(wanted: WantedLetters): Iterable<ShownLetter> {
    for (const position of this.#positions(wanted)) {
      const { bytes, ...letter } = this.#letterAt(position);
      yield { ...letter, bytes: bytes.length, record: decodeRecord(bytes) };
    }
  }

  /**
   * Puts dead letters behind everything that waits, in the order in which they were: they get new positions, and the next sequence
   * numbers of their keys. A letter is at every moment in one of the two places. Throws BatonError `dead-letter-unknown`.
   */
  retry(wanted: WantedLetters): Retried {
    const retried: Retried['retried'][number][] = [];
    const left: Retried['left'][number][] = [];
    let letters: DeadLetter[] = [];
    let bytes = 0;
    const putBack = (): void => {
      if (letters.length > 0) retried.push(...this.#putBack(letters, bytes));
      letters = [];
      bytes = 0;
    };
    let isFull = false;
    for (const position of this.#positions(wanted)) {
      const letter = this.#letterAt(position);
      const reason: string | undefined = isFull ? noRoom : this.#whyNot(letter, bytes);
      // What comes behind it must not overtake it.
      isFull ||= reason === noRoom;
      if (reason !== undefined) {
        left.push({ position, reason });
        continue;
      }
      letters.push(letter);
      bytes += letter.bytes.length;
      if (letters.length === lettersAtOnce || bytes >= bytesAtOnce) putBack();
    }
    putBack();
    return { retried, left };
  }

  /** Removes dead letters for good. Gives their positions. Throws BatonError `dead-letter-unknown`. */
  drop(wanted: WantedLetters): readonly number[] {
    const positions = this.#positions(wanted);
    for (let at = 0; at < positions.length; at += lettersAtOnce) {
      const some = positions.slice(at, at + lettersAtOnce);
      this.#room.demand({ bytes: bytesOfTransaction + some.length * bytesOfRemoval, frees: true });
      this.#file.env.transactionSync(() => {
        for (const position of some) this.#dead.remove(position);
      });
    }
    return positions;
  }

  async close(): Promise<void> {
    this.#room.close();
    await this.#file.env.close();
    await this.#options.onClosed?.();
  }

  #positions(wanted: WantedLetters): readonly number[] {
    if (wanted === 'all') return this.#dead.positions();
    for (const position of wanted) this.#letterAt(position);
    return [...new Set(wanted)].sort((one, other) => one - other);
  }

  #letterAt(position: number): DeadLetter {
    const letter = this.#dead.get(position);
    if (letter !== undefined) return letter;
    throw new BatonError('dead-letter-unknown', `no event with position ${position} is set apart`);
  }

  /** Undefined: it can be put back. The next run must neither drop it at once nor take no calls because of it. */
  #whyNot({ bytes }: DeadLetter, besideBytes: number): string | undefined {
    const { maxBytes, maxAgeMs, nowMs } = this.#options;
    if (decodeRecord(bytes) === undefined) return 'its checksum is wrong';
    if (nowMs() - timeOfRecord(bytes) >= maxAgeMs) return 'it is older than kafka.outbox.maxAgeMs';
    return this.#waitingBytes + besideBytes + bytes.length >= maxBytes ? noRoom : undefined;
  }

  /** All of them or none. */
  #putBack(letters: readonly DeadLetter[], bytes: number): Retried['retried'] {
    const longBytes = letters
      .filter(letter => letter.bytes.length > bytesOfPage)
      .reduce((sum, letter) => sum + letter.bytes.length, 0);
    this.#room.demand({
      bytes: bytesOfTransaction + letters.length * bytesOfEntry + bytes,
      inOnePieceBytes: longBytes,
    });
    const first = this.#lastPosition + 1;
    const moved = letters.map(({ position }, at) => ({ position, newPosition: first + at }));
    this.#file.env.transactionSync(() => {
      for (const [at, letter] of letters.entries()) {
        this.#append(Buffer.from(letter.bytes), first + at);
        this.#dead.remove(letter.position);
      }
      this.#sequences.flush();
    });
    this.#lastPosition += letters.length;
    this.#waitingBytes += bytes;
    return moved;
  }

  #append(bytes: Buffer, position: number): void {
    const record = decodeRecord(bytes);
    // Looked at before.
    if (record === undefined) throw new BatonError('internal', 'a broken dead letter is put back');
    sealRecord(bytes, position, this.#sequences.next(record.topic, record.key, this.#options.nowMs()));
    this.#file.records.putSync(position, bytes, { append: true });
  }
}

const noRoom = 'kafka.outbox.maxBytes are waiting already';
