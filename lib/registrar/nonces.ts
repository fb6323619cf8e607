import { isSameText } from './same-text.ts';

export interface NonceOptions {
  /** A nonce is good for this long after it was given. */
  readonly lifetimeMs: number;
  /** Nonces in use that are remembered. */
  readonly maxNonces: number;
  /** A keyed hash, in hex. */
  readonly sign: (text: string) => string;
  /** That many random hex digits. */
  readonly randomHex: (digits: number) => string;
}

/**
 * Nonces of RFC 7616 §3.3: time, chance and our signature over both. Giving one costs no memory; one that has been used is
 * remembered until it is too old, so that nothing said with it can be said again (§5.4).
 */
export class Nonces {
  readonly #options: NonceOptions;
  /** The highest nc used with each, the longest in use first. */
  readonly #used = new Map<string, number>();
  /** Nonces given up to here are not taken any more: what was used with one of them has been forgotten. */
  #forgottenToMs = -1;

  constructor(options: NonceOptions) {
    this.#options = options;
  }

  newNonce(nowMs: number): string {
    const text = `${nowMs.toString(36)}.${this.#options.randomHex(16)}`;
    return `${text}.${this.#options.sign(text)}`;
  }

  /** Takes a nonce with this count once. False: not ours, too old, or used with it or a higher one before. */
  use(nonce: string, count: number, nowMs: number): boolean {
    const givenAtMs = this.#givenAt(nonce);
    const { lifetimeMs, maxNonces } = this.#options;
    if (givenAtMs === undefined || givenAtMs + lifetimeMs <= nowMs || givenAtMs <= this.#forgottenToMs)
      return false;
    const highest = this.#used.get(nonce);
    if (highest !== undefined && count <= highest) return false;
    if (highest === undefined && this.#used.size >= maxNonces) this.#forgetOldest();
    this.#used.set(nonce, count);
    return true;
  }

  /** Undefined for one that we never gave. */
  #givenAt(nonce: string): number | undefined {
    const end = nonce.lastIndexOf('.');
    const text = nonce.slice(0, Math.max(end, 0));
    if (text === '' || !isSameText(nonce.slice(end + 1), this.#options.sign(text))) return undefined;
    return Number.parseInt(text.slice(0, text.indexOf('.')), 36);
  }

  #forgetOldest(): void {
    const oldest = this.#used.keys().next();
    if (oldest.done === true) return;
    this.#used.delete(oldest.value);
    this.#forgottenToMs = Math.max(this.#forgottenToMs, this.#givenAt(oldest.value) ?? 0);
  }
}
