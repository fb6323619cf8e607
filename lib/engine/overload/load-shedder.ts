/** Also under the heaviest load some calls come through: nothing else tells that it is over. */
const leastShare = 0.05;
const fewerBy = 0.7;
const moreBy = 0.05;

/**
 * Which share of new calls is taken (RFC 7339 §7.2 calls it loss-based): fewer, at once, when messages wait too long, and longer and longer; more
 * again, little by little, when they do not. Of a share of a half every second call is taken, not each with a chance of a
 * half. Knows no clock: who observes does so at regular intervals.
 */
export class LoadShedder {
  readonly #maxDelayMs: number;
  #share = 1;
  #credit = 1;
  #lastDelayMs = 0;

  /** `maxDelayMs`: 0 takes everything, whatever the load. */
  constructor({ maxDelayMs }: { readonly maxDelayMs: number }) {
    this.#maxDelayMs = maxDelayMs;
  }

  get share(): number {
    return this.#share;
  }

  /** How long what has been received, and not read yet, will wait: about, milliseconds. */
  observe(delayMs: number): void {
    if (this.#maxDelayMs === 0) return;
    const isGrowing = delayMs >= this.#lastDelayMs;
    this.#lastDelayMs = delayMs;
    if (delayMs > this.#maxDelayMs) {
      // What waits already is worked off in its own time: while it becomes less, fewer calls are not the answer.
      if (isGrowing) this.#share = Math.max(leastShare, this.#share * fewerBy);
    } else if (delayMs <= this.#maxDelayMs / 2) this.#share = Math.min(1, this.#share + moreBy);
  }

  /** Whether the call that has just come is taken. */
  admits(): boolean {
    if (this.#share === 1) return true;
    this.#credit = Math.min(this.#credit + this.#share, 1 + this.#share);
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
