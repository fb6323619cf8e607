import { performance } from 'node:perf_hooks';
import { waitingBytes } from './receive-queue.ts';

export interface LoadWatchOptions {
  /** UDP ports that are listened on. */
  readonly ports: () => readonly number[];
  /** Messages received since the start. */
  readonly received: () => number;
  /** Told how long what waits will wait: about, milliseconds. */
  readonly observe: (waitingMs: number) => void;
}

const windowMs = 100;
/** An event loop that has nothing to do for more of its time than that lets nothing wait. */
const busyShare = 0.9;
/** What the kernel counts for a datagram with a SIP message, at most: 2 kB and its own record of it. */
const datagramBytes = 2_304;

/** Looks ten times a second at how far behind the process is. */
export class LoadWatch {
  readonly #options: LoadWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #utilization = performance.eventLoopUtilization();
  #receivedBefore = 0;
  #lookedMs = 0;
  #isReading = false;

  constructor(options: LoadWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookedMs = performance.now();
    this.#timer = setInterval(() => void this.#look(), windowMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const nowMs = performance.now();
    const tookMs = nowMs - this.#lookedMs;
    this.#lookedMs = nowMs;
    const { utilization } = performance.eventLoopUtilization(this.#utilization);
    this.#utilization = performance.eventLoopUtilization();
    const received = this.#options.received();
    const perMs = Math.max(received - this.#receivedBefore, 1) / tookMs;
    this.#receivedBefore = received;
    // The next comes in a tenth of a second; what was read meanwhile by a busy process would be told out of its order.
    if (this.#isReading) return;
    this.#isReading = true;
    const bytes = utilization < busyShare ? 0 : await waitingBytes(this.#options.ports());
    this.#isReading = false;
    this.#options.observe(bytes / datagramBytes / perMs);
  }
}
