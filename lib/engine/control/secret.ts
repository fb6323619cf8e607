import { createHash, timingSafeEqual } from 'node:crypto';
import type { ByteString } from '../message/bytes.ts';

/** The secret of the control port, kept as a digest so that it can neither be logged nor guessed by timing. */
export class Secret {
  readonly #digest: Buffer;

  /** Throws a RangeError for a secret that no client could send (control protocol §1: no `|`, CR or LF in a field). */
  constructor(secret: string) {
    if (secret === '' || /[|\r\n]/.test(secret)) {
      throw new RangeError('the secret of the control port must not be empty nor contain "|", CR or LF');
    }
    this.#digest = digestOf(Buffer.from(secret, 'utf8'));
  }

  matches(presented: ByteString): boolean {
    // Digests have one length, so that the comparison takes the same time whatever was presented.
    return timingSafeEqual(this.#digest, digestOf(Buffer.from(presented, 'latin1')));
  }
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
