import type { Logger } from '../log.ts';
import type { Failure } from './failures.ts';

/** Waits between attempts: the first, doubled each time up to the last. */
export interface RetryWaits {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface HealthOptions {
  readonly retry: RetryWaits;
  readonly nowMs: () => number;
  /** `host:port`, as configured; named in the log. */
  readonly brokers: readonly string[];
  readonly log: Logger;
  readonly metrics: { streamUp(up: boolean): void };
}

/** A failure that lasts, and since when (since the epoch). */
export interface Trouble {
  readonly failure: Failure;
  readonly sinceMs: number;
}

/** A failure that is over sooner is no news. */
const tellAfterMs = 1_000;
/** Fenced again within this time is no accident: somebody else goes by our name. */
const fencedAgainMs = 60_000;
/** Two that take each other's name away shall not do it all the time. */
const fencedWaitMs = 5_000;

/** How it goes with the brokers: each change is logged once, and says how long to wait before the next attempt. */
export class StreamHealth {
  readonly #options: HealthOptions;
  #up = false;
  #trouble: Trouble | undefined;
  /** What was logged since it was up. */
  #told: Failure['code'] | undefined;
  /** In a row. */
  #failures = 0;
  #fencedMs = -Infinity;

  constructor(options: HealthOptions) {
    this.#options = options;
    const failure = { kind: 'retry', code: 'kafka-unreachable', reason: 'not connected yet' } as const;
    this.#trouble = { failure, sinceMs: options.nowMs() };
    options.metrics.streamUp(false);
  }

  /** What keeps it from being up. A failure that is over soon is none. */
  get trouble(): Trouble | undefined {
    return this.#up ? undefined : this.#trouble;
  }

  /** Gives how long to wait; `error` is what the failure was read from. */
  failed(failure: Failure, error?: unknown): number {
    const { retry, nowMs } = this.#options;
    const now = nowMs();
    // A broker that answers again is asked again soon: what it still waits for seldom takes long.
    const isBack =
      this.#trouble?.failure.code === 'kafka-unreachable' && failure.code !== 'kafka-unreachable';
    this.#failures = isBack ? 1 : this.#failures + 1;
    const isFencedAgain = failure.kind === 'fenced' && now - this.#fencedMs < fencedAgainMs;
    if (failure.kind === 'fenced') this.#fencedMs = now;
    this.#trouble = { failure, sinceMs: this.#trouble?.sinceMs ?? now };
    if (this.#isNews(failure, isFencedAgain, now - this.#trouble.sinceMs)) this.#tell(failure, error);
    return isFencedAgain ? fencedWaitMs : Math.min(retry.firstMs * 2 ** (this.#failures - 1), retry.maxMs);
  }

  /** Something was published, or there is nothing to publish and the brokers have let us in. */
  worked(): void {
    this.#failures = 0;
    const { nowMs, brokers, log, metrics } = this.#options;
    // Who has our name comes again.
    if (this.#told === 'kafka-name-taken' && nowMs() - this.#fencedMs < fencedAgainMs) return;
    this.#trouble = undefined;
    this.#told = undefined;
    if (this.#up) return;
    this.#up = true;
    metrics.streamUp(true);
    log.info({ brokers }, 'stream up');
  }

  #isNews({ kind, code }: Failure, isFencedAgain: boolean, lastingMs: number): boolean {
    switch (kind) {
      case 'retry':
        if (code === 'internal') return this.#told !== code;
        return this.#told === undefined && this.#failures > 1 && lastingMs >= tellAfterMs;
      case 'refused':
        return this.#told !== code;
      case 'fenced':
        return this.#told !== code && isFencedAgain;
      case 'topic':
      case 'record':
        return false;
      default:
        return kind satisfies never;
    }
  }

  #tell({ kind, code, reason }: Failure, error: unknown): void {
    const { brokers, log, metrics } = this.#options;
    this.#told = code;
    this.#up = false;
    metrics.streamUp(false);
    const line = { code, reason, brokers, ...(code === 'internal' && { err: error }) };
    // Time alone does not heal it.
    if (kind === 'retry' && code !== 'internal') log.warn(line, 'stream down');
    else log.error(line, 'stream down');
  }
}
