import { Gauge, type Registry } from 'prom-client';

/** What survives a restart. */
export class StateMeters {
  readonly #kept: Gauge;

  constructor(registry: Registry) {
    this.#kept = new Gauge({
      name: 'baton_state_kept',
      help: '0: what is registered would not survive a restart (state.directory)',
      registers: [registry],
    });
    this.#kept.set(1);
  }

  isKept(kept: boolean): void {
    this.#kept.set(kept ? 1 : 0);
  }
}
