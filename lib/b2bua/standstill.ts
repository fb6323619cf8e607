import { isBeingTransferred } from '../call/call.ts';
import type { CallStore, Clock } from '../ports.ts';

/** `bye`: no call is left. `keep`: both parties of each call are connected, and stay so. */
export type StopMode = 'bye' | 'keep';

/** Nothing is under way any more that a stop would have to wait for. */
export class Standstill {
  readonly #store: CallStore;
  readonly #clock: Clock;
  #whenLooked: (() => void) | undefined;

  constructor({ store, clock }: { readonly store: CallStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Settles when it is reached, or after `withinMs`. */
  async reached({ mode, withinMs }: { readonly mode: StopMode; readonly withinMs: number }): Promise<void> {
    if (this.#isReached(mode)) return;
    await new Promise<void>(resolve => {
      const cancelTimeout = this.#clock.after(withinMs, resolve);
      this.#whenLooked = () => {
        if (!this.#isReached(mode)) return;
        cancelTimeout();
        resolve();
      };
    });
    this.#whenLooked = undefined;
  }

  /** Something has changed. */
  look(): void {
    this.#whenLooked?.();
  }

  #isReached(mode: StopMode): boolean {
    if (mode === 'bye') return this.#store.size === 0;
    for (const call of this.#store.list())
      if (call.state !== 'established' || isBeingTransferred(call)) return false;
    return true;
  }
}
