import { createHash } from 'node:crypto';

/** An answer as it was given, to be given again. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly text: string;
  /** Of what was made. */
  readonly location?: string;
}

/** Of each owner by itself: a busy one does not push out what another may ask for again. */
export interface IdempotencyLimits {
  /** An answer is forgotten after this time. */
  readonly keepMs: number;
  /** Answers kept; beyond it the oldest are forgotten. */
  readonly maxAnswers: number;
  /** Characters of all answers together. */
  readonly maxChars: number;
}

export const usualLimits: IdempotencyLimits = { keepMs: 600_000, maxAnswers: 10_000, maxChars: 8_388_608 };

/** A request with an Idempotency-Key. */
export interface KeyedRequest {
  /** Who asks: keys of others are other keys. */
  readonly owner: string;
  readonly key: string;
  /** All that makes it the same request again. */
  readonly request: string;
}

interface Kept extends Answer {
  readonly fingerprint: string;
  readonly untilMs: number;
}

/** What was answered to writes with an Idempotency-Key. Bounded in number, size and time for each owner. */
export class AnswersGiven {
  readonly #limits: IdempotencyLimits;
  readonly #nowMs: () => number;
  readonly #owners = new Map<string, OwnAnswers>();

  constructor(limits: IdempotencyLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /**
   * The answer given before, or that of `give`. `conflict`: the key stands for another request; `under-way`: the first request with it
   * has no answer yet. A failure of ours (5xx, or `give` rejects) is not kept, so that the next try can succeed.
   */
  async once(
    { owner, key, request }: KeyedRequest,
    give: () => Answer | Promise<Answer>,
  ): Promise<Answer | 'conflict' | 'under-way'> {
    this.#forgetOld();
    const fingerprint = createHash('sha256').update(request).digest('base64');
    const own = this.#owners.get(owner) ?? new OwnAnswers(this.#limits);
    this.#owners.set(owner, own);
    const before = own.kept.get(key);
    if (before !== undefined) return before.fingerprint === fingerprint ? before : 'conflict';
    const pending = own.pending.get(key);
    if (pending !== undefined) return pending === fingerprint ? 'under-way' : 'conflict';
    own.pending.set(key, fingerprint);
    try {
      const answer = await give();
      if (answer.status < 500)
        own.keep(key, { ...answer, fingerprint, untilMs: this.#nowMs() + this.#limits.keepMs });
      return answer;
    } finally {
      own.pending.delete(key);
    }
  }

  #forgetOld(): void {
    const nowMs = this.#nowMs();
    for (const [owner, own] of this.#owners) {
      own.forgetOld(nowMs);
      if (own.kept.size + own.pending.size === 0) this.#owners.delete(owner);
    }
  }
}

class OwnAnswers {
  /** In the order of their time. */
  readonly kept = new Map<string, Kept>();
  /** Fingerprints of what is being carried out. */
  readonly pending = new Map<string, string>();
  readonly #limits: IdempotencyLimits;
  #chars = 0;

  constructor(limits: IdempotencyLimits) {
    this.#limits = limits;
  }

  keep(key: string, answer: Kept): void {
    this.kept.set(key, answer);
    this.#chars += answer.text.length;
    const { maxAnswers, maxChars } = this.#limits;
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= maxAnswers && this.#chars <= maxChars) return;
      this.#forget(oldest);
    }
  }

  forgetOld(nowMs: number): void {
    for (const [key, { untilMs }] of this.kept) {
      if (untilMs > nowMs) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#chars -= this.kept.get(key)?.text.length ?? 0;
    this.kept.delete(key);
  }
}
