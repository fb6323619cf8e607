import { randomHex } from '../random.ts';

/** RFC 3261 §8.1.1.7: a branch that begins so is unique, and identifies its transaction alone. */
export const BRANCH_COOKIE = 'z9hG4bK';

/** A new branch: the cookie and 72 random bits, so that nobody off the path can forge a response. */
export function newBranch(): string {
  return BRANCH_COOKIE + randomHex(9);
}

/**
 * RFC 4475 §3.2.1: the cookie and nothing behind it identifies nothing; such a request is matched as in RFC
 * 2543.
 */
export function identifiesTransaction(branch: string): boolean {
  return branch.length > BRANCH_COOKIE.length && branch.startsWith(BRANCH_COOKIE);
}
