import type { Members } from './request.ts';

export interface RecognitionLimits {
  /** A result is forgotten after this time. */
  readonly keepMs: number;
  /** Beyond it the oldest go. */
  readonly maxResults: number;
}

/** What was recognised for whom, until somebody asks. A newer result takes the place of an older one. */
export class RecognitionResults {
  readonly #limits: RecognitionLimits;
  readonly #nowMs: () => number;
  /** In the order of their time. */
  readonly #kept = new Map<string, { readonly result: Members; readonly untilMs: number }>();

  constructor(limits: RecognitionLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  put(userid: string, result: Members): void {
    this.#forgetOld();
    this.#kept.delete(userid);
    this.#kept.set(userid, { result, untilMs: this.#nowMs() + this.#limits.keepMs });
    if (this.#kept.size <= this.#limits.maxResults) return;
    for (const oldest of this.#kept.keys()) return void this.#kept.delete(oldest);
  }

  get(userid: string): Members | undefined {
    this.#forgetOld();
    return this.#kept.get(userid)?.result;
  }

  #forgetOld(): void {
    const nowMs = this.#nowMs();
    for (const [userid, { untilMs }] of this.#kept) {
      if (untilMs > nowMs) return;
      this.#kept.delete(userid);
    }
  }
}
