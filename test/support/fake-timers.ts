import type { Timer, TimerService } from '../../lib/engine/transaction/clock.ts';

/**
 * A timer service whose time stands still until a test moves it.
 *
 * Timers fire in the order they are due; those due at the same millisecond in the order they were started. A timer
 * started while another one fires runs within the same `advance` when it is due by then.
 */
export class FakeTimers implements TimerService {
  #nowMs = 0;
  /** A set keeps the order of insertion; `dueTick` holds the millisecond a timer is due. */
  readonly #running = new Set<Timer>();

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many timers run. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** The names of the running timers in the order they are due. */
  get runningNames(): string[] {
    return [...this.#running].sort((a, b) => a.dueTick - b.dueTick).map(timer => timer.name);
  }

  start(timer: Timer, delayMs: number): void {
    this.#running.delete(timer);
    timer.dueTick = this.#nowMs + Math.max(0, delayMs);
    this.#running.add(timer);
  }

  stop(timer: Timer): void {
    this.#running.delete(timer);
    timer.dueTick = -1;
  }

  /** Moves the time and fires what is due, with `nowMs` as each timer was due. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let timer = this.#nextDue(untilMs); timer !== undefined; timer = this.#nextDue(untilMs)) {
      this.#nowMs = timer.dueTick;
      this.stop(timer);
      timer.target.onTimer(timer.name);
    }
    this.#nowMs = untilMs;
  }

  #nextDue(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#running) {
      if (timer.dueTick <= untilMs && (first === undefined || timer.dueTick < first.dueTick)) first = timer;
    }
    return first;
  }
}
