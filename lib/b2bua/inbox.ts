import type { B2buaLog } from './options.ts';

/** What is to be done, one thing at a time and in order: doing one may bring the next at once. */
export class Inbox {
  readonly #log: B2buaLog;
  readonly #whenEmpty: () => void;
  readonly #waiting: (() => void)[] = [];
  #busy = false;

  constructor(log: B2buaLog, whenEmpty: () => void) {
    this.#log = log;
    this.#whenEmpty = whenEmpty;
  }

  /** Something is being done just now. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Done at once, or when what is being done is done. What is thrown gets no further than the log. */
  add(work: () => void): void {
    this.#waiting.push(work);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        next();
      } catch (error) {
        this.#log.error({ err: error }, 'a signal could not be handled');
      }
    }
    this.#busy = false;
    this.#whenEmpty();
  }
}
