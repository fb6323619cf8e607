import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

/** The file grows by this much at a time. */
const stepBytes = 2 * 1024 * 1024;
/** Kept for what makes room again. */
const reserveBytes = 4 * 1024 * 1024;

/**
 * Room in the file for what LMDB is going to write. LMDB must not be the one who finds the disk full: it writes over memory that is
 * not its own when a write fails (its message is longer than the buffer for it), and does not get over a failure half-way. So the
 * file is lengthened beforehand, by zeros that take their place on the disk.
 */
export class DiskRoom {
  readonly #descriptor: number;
  readonly #usedBytes: () => number;
  #fileBytes: number;
  /** At least so much is free at the end of the file. */
  #spareBytes = 0;

  /** `usedBytes`: how far into the file LMDB has got. */
  constructor(path: string, usedBytes: () => number) {
    this.#descriptor = openSync(path, 'r+');
    this.#fileBytes = fstatSync(this.#descriptor).size;
    this.#usedBytes = usedBytes;
  }

  /** For a transaction that writes at most so many octets. `frees`: it makes room. Throws when there is none for it. */
  demand(bytes: number, { frees = false } = {}): void {
    const wanted = frees ? bytes : bytes + reserveBytes;
    if (this.#spareBytes < wanted) this.#spareBytes = this.#fileBytes - this.#usedBytes();
    if (this.#spareBytes < wanted) this.#lengthen(wanted - this.#spareBytes);
    this.#spareBytes -= bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #lengthen(missing: number): void {
    try {
      writeZeros(this.#descriptor, this.#fileBytes, Math.ceil(missing / stepBytes) * stepBytes);
    } finally {
      this.#fileBytes = fstatSync(this.#descriptor).size;
      this.#spareBytes = this.#fileBytes - this.#usedBytes();
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
