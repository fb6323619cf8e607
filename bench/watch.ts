import { percentile } from './report.ts';

export interface WatchFigures {
  readonly observer: string;
  readonly missing: number;
  readonly doubled: number;
  /** From the sending of the HTTP request to the observer's having the event, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

/** What one observer sees of numbered changes. */
export class Watch {
  readonly observer: string;
  readonly #sentAtMs: readonly number[];
  readonly #tookMs: number[] = [];
  readonly #seen = new Set<number>();
  #doubled = 0;

  /** `sentAtMs` has the time of each change (performance.now) before anybody sees it. */
  constructor(observer: string, sentAtMs: readonly number[]) {
    this.observer = observer;
    this.#sentAtMs = sentAtMs;
  }

  /** An event has come: its change is the value of its first pair. */
  see(event: unknown): void {
    const atMs = performance.now();
    const { UserData } = event as { readonly UserData: readonly { readonly value: unknown }[] };
    const number = Number(UserData[0]?.value);
    if (this.#seen.has(number)) this.#doubled += 1;
    this.#seen.add(number);
    this.#tookMs.push(atMs - (this.#sentAtMs[number] ?? Number.NaN));
  }

  get count(): number {
    return this.#seen.size;
  }

  figures(changes: number): WatchFigures {
    return {
      observer: this.observer,
      missing: changes - this.count,
      doubled: this.#doubled,
      p50Ms: percentile(this.#tookMs, 0.5),
      p99Ms: percentile(this.#tookMs, 0.99),
      worstMs: percentile(this.#tookMs, 1),
    };
  }
}
