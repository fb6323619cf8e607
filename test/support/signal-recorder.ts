import type { NewRequest, Signal } from '../../lib/call/signal.ts';
import type { SignallingUser, StandaloneAnswer } from '../../lib/ports.ts';

type SignalOf<Type extends Signal['type']> = Extract<Signal, { type: Type }>;

/** The user of the Signalling port in tests: keeps what it is told, and gives it out one by one. */
export class SignalRecorder implements SignallingUser {
  readonly standalone: NewRequest[] = [];
  readonly ups: boolean[] = [];
  standaloneAnswer: StandaloneAnswer = { status: 200, headers: [] };
  /** Called with each signal, before it is kept. */
  onSignal: ((signal: Signal) => void) | undefined;
  #signals: Signal[] = [];
  #waiting: (() => void)[] = [];

  receiveSignal(signal: Signal): void {
    this.onSignal?.(signal);
    this.#signals.push(signal);
    this.#wake();
  }

  receiveStandalone(request: NewRequest): StandaloneAnswer {
    this.standalone.push(request);
    this.#wake();
    return this.standaloneAnswer;
  }

  signallingChanged(up: boolean): void {
    this.ups.push(up);
    this.#wake();
  }

  /** Signals not taken yet. */
  get untaken(): readonly string[] {
    return this.#signals.map(signal => signal.type);
  }

  /** Waits for the next signal of that type (of that leg) and takes it. */
  async next<Type extends Signal['type']>(type: Type, leg?: string): Promise<SignalOf<Type>> {
    const isIt = (signal: Signal): signal is SignalOf<Type> =>
      signal.type === type && (leg === undefined || ('leg' in signal && signal.leg === leg));
    const deadline = Date.now() + 8000;
    for (;;) {
      const found = this.#signals.find(isIt);
      if (found !== undefined) {
        this.#signals = this.#signals.filter(signal => signal !== found);
        return found;
      }
      await this.#change(deadline, () => `no signal ${type}; told: ${this.untaken.join(', ') || 'nothing'}`);
    }
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + 8000;
    while (!condition()) await this.#change(deadline, () => what);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #change(deadline: number, what: () => string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(what())), Math.max(0, deadline - Date.now()));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
