import type { Config } from '../config.ts';

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
  /** Takes over what can change while it runs: `recording.flows`. Absent: nothing can. */
  reload?(config: Config): void;
}

/** What was started, stopped in reverse order; also when the start fails half-way. */
export class Started implements Running {
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #reloads: ((config: Config) => void)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  onReload(reload: (config: Config) => void): void {
    this.#reloads.push(reload);
  }

  reload(config: Config): void {
    for (const reload of this.#reloads) reload(config);
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0)) await stop().catch((error: unknown) => failures.push(error));
    // One that fails must not keep the others from being stopped.
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
}
