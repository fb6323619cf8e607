import type { NewRequest, Signal, SignalOf } from '../../lib/call/signal.ts';
import type { SignallingUser, StandaloneAnswer } from '../../lib/ports.ts';
import { Bell } from '../../support/bell.ts';

/** The user of the Signalling port in tests: keeps what it is told, and gives it out one by one. */
export class SignalRecorder implements SignallingUser {
  readonly standalone: NewRequest[] = [];
  readonly ups: boolean[] = [];
  standaloneAnswer: StandaloneAnswer = { status: 200, headers: [] };
  /** Called with each signal, before it is kept. */
  onSignal: ((signal: Signal) => void) | undefined;
  #signals: Signal[] = [];
  readonly #bell = new Bell();

  receiveSignal(signal: Signal): void {
    this.onSignal?.(signal);
    this.#signals.push(signal);
    this.#bell.ring();
  }

  receiveStandalone(request: NewRequest): StandaloneAnswer {
    this.standalone.push(request);
    this.#bell.ring();
    return this.standaloneAnswer;
  }

  signallingChanged(up: boolean): void {
    this.ups.push(up);
    this.#bell.ring();
  }

  /** Signals not taken yet. */
  get untaken(): readonly string[] {
    return this.#signals.map(signal => signal.type);
  }

  /** Waits for the next signal of that type (of that leg) and takes it. */
  async next<Type extends Signal['type']>(type: Type, leg?: string): Promise<SignalOf<Type>> {
    const isIt = (signal: Signal): signal is SignalOf<Type> =>
      signal.type === type && (leg === undefined || ('leg' in signal && signal.leg === leg));
    const found = await this.#bell.first(
      () => this.#signals.find(isIt),
      () => `no signal ${type}; told: ${this.untaken.join(', ') || 'nothing'}`,
    );
    this.#signals = this.#signals.filter(signal => signal !== found);
    return found;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    await this.#bell.first(
      () => condition() || undefined,
      () => what,
    );
  }
}
