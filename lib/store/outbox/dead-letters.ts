import type { OutboxFile } from './outbox-file.ts';
import type { SetApart } from './record-store.ts';

/** A record set apart. */
export interface DeadLetter extends SetApart {
  readonly position: number;
  /** When it was set apart, ms since the epoch. */
  readonly apartMs: number;
  /** As it lay among the others. */
  readonly bytes: Buffer;
}

/** Octets before the head that say how long it is. */
const lengthBytes = 4;

/** The records that cannot be published. Changes are to be made within a transaction. */
export class DeadLetters {
  readonly #table: OutboxFile['deadLetters'];
  readonly #maxCount: number;

  constructor(file: OutboxFile, maxCount: number) {
    this.#table = file.deadLetters;
    this.#maxCount = maxCount;
  }

  count(): number {
    return this.#table.getKeysCount();
  }

  /** `count`: how many there are. Gives how many of the oldest had to go for it. */
  add({ position, bytes, ...head }: DeadLetter, count: number): number {
    const json = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32BE(json.length);
    this.#table.putSync(position, Buffer.concat([length, json, bytes]));
    const tooMany = count + 1 - this.#maxCount;
    if (tooMany <= 0) return 0;
    for (const oldest of [...this.#table.getKeys({ limit: tooMany })]) this.#table.removeSync(oldest);
    return tooMany;
  }

  positions(): readonly number[] {
    return [...this.#table.getKeys()];
  }

  get(position: number): DeadLetter | undefined {
    const value = this.#table.getBinary(position);
    return value && decodeDeadLetter(position, value);
  }

  remove(position: number): void {
    this.#table.removeSync(position);
  }

  *list(): Iterable<DeadLetter> {
    for (const { key: position, value } of this.#table.getRange()) yield decodeDeadLetter(position, value);
  }
}

/** Throws for what is none. */
export function decodeDeadLetter(position: number, value: Buffer): DeadLetter {
  const end = lengthBytes + value.readUInt32BE();
  const head: unknown = JSON.parse(value.toString('utf8', lengthBytes, end));
  const { code, reason, apartMs } = head as SetApart & { apartMs: number };
  return { position, code, reason, apartMs, bytes: value.subarray(end) };
}
