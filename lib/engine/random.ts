import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

/** `octets` random octets as lower-case hex, cut from a pool so that a message does not cost a system call. */
export function randomHex(octets: number): string {
  if (used + octets > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += octets;
  return pool.toString('hex', used - octets, used);
}

// RFC 3261 §19.3: a tag must be globally unique and cryptographically random with at least 32 bits of randomness.
export const newTag = (): string => randomHex(8);

/** RFC 3261 §8.1.1.4 recommends a random identifier. */
export const newCallId = (): string => randomHex(16);
