import { createHash } from 'node:crypto';

/** An answer as it was given, to be given again. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

export interface IdempotencyLimits {
  /** An answer is forgotten after this time. */
  readonly keepMs: number;
  /** Answers kept; beyond it the oldest are forgotten. */
  readonly maxAnswers: number;
  /** Characters of all answers together. */
  readonly maxChars: number;
}

export const usualLimits: IdempotencyLimits = { keepMs: 600_000, maxAnswers: 10_000, maxChars: 16_777_216 };

interface Kept extends Answer {
  readonly fingerprint: string;
  readonly untilMs: number;
}

/** What was answered to writes with an Idempotency-Key. Bounded in number, size and time. */
export class AnswersGiven {
  readonly #limits: IdempotencyLimits;
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, Kept>();
  #chars = 0;

  constructor(limits: IdempotencyLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** The answer given before, or that of `give`; `conflict` when the key stood for another request. */
  once(key: string, request: string, give: () => Answer): Answer | 'conflict' {
    this.#forgetOld();
    const fingerprint = createHash('sha256').update(request).digest('base64');
    const before = this.#kept.get(key);
    if (before !== undefined) return before.fingerprint === fingerprint ? before : 'conflict';
    const answer = give();
    this.#kept.set(key, { ...answer, fingerprint, untilMs: this.#nowMs() + this.#limits.keepMs });
    this.#chars += answer.text.length;
    this.#forgetBeyondLimits();
    return answer;
  }

  /** They stand in the order of their time. */
  #forgetOld(): void {
    const nowMs = this.#nowMs();
    for (const [key, { untilMs }] of this.#kept) {
      if (untilMs > nowMs) return;
      this.#forget(key);
    }
  }

  #forgetBeyondLimits(): void {
    const { maxAnswers, maxChars } = this.#limits;
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= maxAnswers && this.#chars <= maxChars) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#chars -= this.#kept.get(key)?.text.length ?? 0;
    this.#kept.delete(key);
  }
}
