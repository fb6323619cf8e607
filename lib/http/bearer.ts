import { createHash, timingSafeEqual } from 'node:crypto';

/** Checks `Authorization: Bearer <token>` (RFC 6750 §2.1) in a time that tells nothing about the tokens. */
export class BearerCheck {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digest);
  }

  /** Without tokens everybody is let in. */
  admits(authorization: string | undefined): boolean {
    if (this.#digests.length === 0) return true;
    const token = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return false;
    const given = digest(token);
    let known = false;
    // Every token is compared, also after one has matched.
    for (const expected of this.#digests) known = timingSafeEqual(expected, given) || known;
    return known;
  }
}

/** Of one length, as timingSafeEqual wants it. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
