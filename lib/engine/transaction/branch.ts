import { randomFillSync } from 'node:crypto';

/** RFC 3261 §8.1.1.7: a branch that begins so is unique, and identifies its transaction alone. */
export const BRANCH_COOKIE = 'z9hG4bK';

const BRANCH_BYTES = 9;
/** The system is asked for randomness once in a few hundred branches. */
const pool = Buffer.alloc(BRANCH_BYTES * 512);
let used = pool.length;

/** A new branch: the cookie and 72 random bits, so that nobody off the path can forge a response. */
export function newBranch(): string {
  return BRANCH_COOKIE + randomToken();
}

/** 18 hexadecimal digits: for tags that have to be unguessable (RFC 3261 §19.3 asks for 32 bits). */
export function randomToken(): string {
  if (used + BRANCH_BYTES > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BRANCH_BYTES;
  return pool.toString('hex', used - BRANCH_BYTES, used);
}

/**
 * RFC 4475 §3.2.1: the cookie and nothing behind it identifies nothing; such a request is matched as in RFC
 * 2543.
 */
export function identifiesTransaction(branch: string): boolean {
  return branch.length > BRANCH_COOKIE.length && branch.startsWith(BRANCH_COOKIE);
}
