import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

/** The file grows by this much at a time. */
const stepBytes = 2 * 1024 * 1024;
/** Kept for what makes room again. */
const reserveBytes = 4 * 1024 * 1024;

/** What a transaction may write besides its records: pages of the trees that lead to them, changed by copying. */
export const bytesOfTransaction = 262_144;
export const bytesOfEntry = 24_576;
export const bytesOfRemoval = 1_024;
/** What does not fit in a page needs pages that follow one another. */
export const bytesOfPage = 4_000;

export interface RoomWanted {
  /** That are written at most. */
  readonly bytes: number;
  /** Those of them that cannot be scattered over the file. */
  readonly inOnePieceBytes?: number;
  /** It makes room. */
  readonly frees?: boolean;
}

export interface RoomTaken {
  /** How far into the file LMDB has got. */
  readonly usedBytes: () => number;
  /** What holds nothing before that. */
  readonly freeBytes: () => number;
}

/**
 * Room in the file for what LMDB is going to write. LMDB must not be the one who finds the disk full: it writes over memory that is
 * not its own when a write fails (its message is longer than the buffer for it). So the file is lengthened beforehand, by zeros that
 * take their place on the disk.
 */
export class DiskRoom {
  readonly #descriptor: number;
  readonly #taken: RoomTaken;
  #fileBytes: number;
  /** At least so much is free at the end of the file. */
  #spareBytes = 0;

  constructor(path: string, taken: RoomTaken) {
    this.#descriptor = openSync(path, 'r+');
    this.#fileBytes = fstatSync(this.#descriptor).size;
    this.#taken = taken;
  }

  /** Throws when there is none. */
  demand({ bytes, inOnePieceBytes = 0, frees = false }: RoomWanted): void {
    const wanted = frees ? bytes : bytes + reserveBytes;
    if (this.#spareBytes < wanted) this.#spareBytes = this.#fileBytes - this.#taken.usedBytes();
    if (this.#spareBytes < wanted) {
      const failure = this.#lengthen(wanted - this.#spareBytes);
      if (failure === undefined) return this.#take(bytes);
      const roomBytes = this.#spareBytes + this.#taken.freeBytes();
      if (roomBytes < wanted || this.#spareBytes < inOnePieceBytes) throw failure;
    }
    this.#take(bytes);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #take(bytes: number): void {
    this.#spareBytes = Math.max(0, this.#spareBytes - bytes);
  }

  /** Gives why it could not be. */
  #lengthen(missing: number): Error | undefined {
    try {
      writeZeros(this.#descriptor, this.#fileBytes, Math.ceil(missing / stepBytes) * stepBytes);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#fileBytes = fstatSync(this.#descriptor).size;
      this.#spareBytes = this.#fileBytes - this.#taken.usedBytes();
    }
  }
}

/** A new file of so many zeros. Throws when the disk has no room for it. */
export function writeZeroFile(path: string, bytes: number): void {
  const descriptor = openSync(path, 'w');
  try {
    writeZeros(descriptor, 0, bytes);
  } finally {
    closeSync(descriptor);
  }
}

function writeZeros(descriptor: number, from: number, bytes: number): void {
  const zeros = Buffer.alloc(Math.min(bytes, stepBytes));
  for (let written = 0; written < bytes; )
    written += writeSync(descriptor, zeros, 0, Math.min(zeros.length, bytes - written), from + written);
}
