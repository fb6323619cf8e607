import { type SourceTable, whoIs } from './who-is.ts';

/** `accept`: serve it. `refuse`: one 403. `drop`: not even that. */
export type Admittance = 'accept' | 'refuse' | 'drop';

export interface AdmissionOptions {
  readonly sources: SourceTable;
  /** 403s that one stranger gets at once before silence. */
  readonly burst?: number;
  /** Further 403s a second for one stranger. */
  readonly perSecond?: number;
  /** Strangers remembered; over it the longest unseen is forgotten. */
  readonly maxStrangers?: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * Who may speak to us, by source address. Strangers get a few 403s and then silence, so that a scanner learns
 * little and a forged source cannot use us to flood its owner. Knows no clock: the time comes with each
 * question.
 */
export class Admission {
  readonly #sources: SourceTable;
  readonly #burst: number;
  readonly #perMs: number;
  readonly #maxStrangers: number;
  /** In order of last refill, oldest first. */
  readonly #strangers = new Map<string, Bucket>();
  /** Addresses found welcome; the sources do not change while we run. */
  readonly #welcome = new Set<string>();

  constructor(options: AdmissionOptions) {
    this.#sources = options.sources;
    this.#burst = options.burst ?? 5;
    this.#perMs = (options.perSecond ?? 0.2) / 1000;
    this.#maxStrangers = options.maxStrangers ?? 10_000;
  }

  judge(address: string, nowMs: number): Admittance {
    if (this.#welcome.has(address)) return 'accept';
    if (whoIs(address, this.#sources).kind === 'untrusted') return this.#judgeStranger(address, nowMs);
    if (this.#welcome.size >= this.#maxStrangers) this.#welcome.clear();
    this.#welcome.add(address);
    return 'accept';
  }

  /** For tests and metrics. */
  get strangersRemembered(): number {
    return this.#strangers.size;
  }

  #judgeStranger(address: string, nowMs: number): Admittance {
    const known = this.#strangers.get(address);
    const bucket = known ?? { tokens: this.#burst, filledAtMs: nowMs };
    const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + elapsedMs * this.#perMs);
    bucket.filledAtMs = nowMs;
    if (known !== undefined) this.#strangers.delete(address);
    else if (this.#strangers.size >= this.#maxStrangers) this.#forgetOldest();
    this.#strangers.set(address, bucket);
    if (bucket.tokens < 1) return 'drop';
    bucket.tokens -= 1;
    return 'refuse';
  }

  #forgetOldest(): void {
    const oldest = this.#strangers.keys().next();
    if (oldest.done !== true) this.#strangers.delete(oldest.value);
  }
}
