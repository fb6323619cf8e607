import { Buckets } from './buckets.ts';
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

/**
 * Who may speak to us, by source address. Strangers get a few 403s and then silence, so that a scanner learns
 * little and a forged source cannot use us to flood its owner. Knows no clock: the time comes with each
 * question.
 */
export class Admission {
  readonly #sources: SourceTable;
  readonly #maxStrangers: number;
  readonly #strangers: Buckets;
  /** Addresses found welcome; the sources do not change while we run. */
  readonly #welcome = new Set<string>();

  constructor(options: AdmissionOptions) {
    this.#sources = options.sources;
    const { burst = 5, perSecond = 0.2, maxStrangers = 10_000 } = options;
    this.#maxStrangers = maxStrangers;
    this.#strangers = new Buckets({ burst, perSecond, maxKeys: maxStrangers });
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
    return this.#strangers.take(address, nowMs) ? 'refuse' : 'drop';
  }
}
