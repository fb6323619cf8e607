/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** What was started, stopped in reverse order; also when the start fails half-way. */
export class Started implements Running {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0)) await stop().catch((error: unknown) => failures.push(error));
    // One that fails must not keep the others from being stopped.
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
}
