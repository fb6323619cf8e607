export interface BucketOptions {
  /** What one key may take at once. */
  readonly burst: number;
  /** What comes back to it each second, up to the burst. */
  readonly perSecond: number;
  /** Keys remembered; over it the longest unseen is forgotten, and has a full bucket again. */
  readonly maxKeys: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each key. Knows no clock: the time comes with each question. */
export class Buckets {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #maxKeys: number;
  /** In order of last refill, oldest first. */
  readonly #byKey = new Map<string, Bucket>();

  constructor({ burst, perSecond, maxKeys }: BucketOptions) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Takes one token; false when there is none. */
  take(key: string, nowMs: number): boolean {
    const known = this.#byKey.get(key);
    const bucket = known ?? { tokens: this.#burst, filledAtMs: nowMs };
    const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + elapsedMs * this.#perMs);
    bucket.filledAtMs = nowMs;
    if (known !== undefined) this.#byKey.delete(key);
    else if (this.#byKey.size >= this.#maxKeys) this.#forgetOldest();
    this.#byKey.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #forgetOldest(): void {
    const oldest = this.#byKey.keys().next();
    if (oldest.done !== true) this.#byKey.delete(oldest.value);
  }
}
