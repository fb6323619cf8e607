import type { SendFailure } from './wire.ts';

export type OnFailure = (failure: SendFailure) => void;

/** Outcomes that are still due. drachtio-srf forgets those of a lost socket (control protocol §16.1); here each is told once. */
export class Outcomes {
  readonly #due = new Set<Outcome>();
  readonly #guard: (tell: () => void) => void;
  #writing = false;

  /** `guard` runs what tells an outcome and lets nothing thrown through. */
  constructor(guard: (tell: () => void) => void) {
    this.#guard = guard;
  }

  get size(): number {
    return this.#due.size;
  }

  expect(onFailure: OnFailure): Outcome {
    const outcome = new Outcome(
      (failure, settled) => {
        // Who asked for it is not done yet: told in a turn of its own.
        if (this.#writing) queueMicrotask(() => settled.fail(failure));
        else if (this.#settle(settled)) this.#guard(() => onFailure(failure));
      },
      settled => this.#settle(settled),
    );
    this.#due.add(outcome);
    return outcome;
  }

  /** Runs `write`; what fails in it, or is thrown by it, is told later. */
  write(outcome: Outcome, write: () => void, failureOf: (error: unknown) => SendFailure): void {
    this.#writing = true;
    try {
      write();
    } catch (error) {
      outcome.fail(failureOf(error));
    } finally {
      this.#writing = false;
    }
  }

  failAll(failure: SendFailure): void {
    for (const outcome of [...this.#due]) outcome.fail(failure);
  }

  #settle(outcome: Outcome): boolean {
    if (!this.#due.delete(outcome)) return false;
    outcome.stopWatch?.();
    outcome.stopWatch = undefined;
    return true;
  }
}

/** One outcome: the first of `fail` and `take` counts. */
export class Outcome {
  /** Stops what watches over it; called when it is settled. */
  stopWatch: (() => void) | undefined;
  readonly #onFail: (failure: SendFailure, outcome: Outcome) => void;
  readonly #onTake: (outcome: Outcome) => boolean;

  constructor(
    onFail: (failure: SendFailure, outcome: Outcome) => void,
    onTake: (outcome: Outcome) => boolean,
  ) {
    this.#onFail = onFail;
    this.#onTake = onTake;
  }

  fail(failure: SendFailure): void {
    this.#onFail(failure, this);
  }

  /** It came; false when it was settled before. */
  take(): boolean {
    return this.#onTake(this);
  }
}
