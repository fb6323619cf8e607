import type { Clock } from '../../lib/ports.ts';

/** Time that passes when told to. */
export class FakeClock implements Clock {
  #nowMs = 1_700_000_000_000;
  #timers = new Map<number, { dueMs: number; fire: () => void }>();
  #count = 0;

  nowMs = () => this.#nowMs;

  after = (delayMs: number, fire: () => void): (() => void) => {
    this.#count += 1;
    const id = this.#count;
    this.#timers.set(id, { dueMs: this.#nowMs + delayMs, fire });
    return () => {
      this.#timers.delete(id);
    };
  };

  get running(): number {
    return this.#timers.size;
  }

  /** How long until the next timer is due; undefined: none runs. */
  get nextMs(): number | undefined {
    const dues = [...this.#timers.values()].map(({ dueMs }) => dueMs - this.#nowMs);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const [id, { dueMs, fire }] of [...this.#timers]) {
      if (dueMs > this.#nowMs || !this.#timers.delete(id)) continue;
      fire();
    }
  }
}
