import { type Call, retainedUntilMs } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type { Clock } from '../ports.ts';
import type { B2buaParts } from './options.ts';

export interface RetentionOptions {
  /** After its release; 0: calls are gone with their last leg. */
  readonly retainMs: number;
  /** Calls kept at one time; beyond it the one that is kept longest goes. */
  readonly maxCalls: number;
  readonly clock: Clock;
  /** How many there are now. */
  readonly onCount: (count: number) => void;
  /** One had to go before its time. */
  readonly onPushedOut: () => void;
}

interface Kept {
  readonly call: Call;
  readonly stopTimer: () => void;
}

/** Released calls without a leg left, whose data may still be read and changed. They hold no leg and no timer but their own. */
export class RetainedCalls {
  readonly #options: RetentionOptions;
  readonly #kept = new Map<ConnId, Kept>();
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  get(connId: ConnId): Call | undefined {
    return this.#kept.get(connId)?.call;
  }

  /** It is released, and its time is not up; also while it waits for the last word of a leg. */
  mayBeAsked(call: Call): boolean {
    const { retainMs, clock } = this.#options;
    return !this.#closed && retainedUntilMs(call, retainMs) > clock.nowMs();
  }

  /** Keeps it, or the next of one that is kept; one whose time is up is not kept. */
  keep(call: Call): void {
    if (!this.mayBeAsked(call)) return;
    const { connId } = call;
    const before = this.#kept.get(connId);
    this.#kept.set(connId, { call, stopTimer: before?.stopTimer ?? this.#startTimer(call) });
    if (before !== undefined) return;
    if (this.#kept.size > this.#options.maxCalls) this.#pushOut();
    this.#options.onCount(this.#kept.size);
  }

  /** Nothing is kept any more: a stop does not wait for it. */
  close(): void {
    this.#closed = true;
    for (const { stopTimer } of this.#kept.values()) stopTimer();
    this.#kept.clear();
    this.#options.onCount(0);
  }

  #startTimer(call: Call): () => void {
    const { clock, retainMs, onCount } = this.#options;
    return clock.after(retainedUntilMs(call, retainMs) - clock.nowMs(), () => {
      this.#kept.delete(call.connId);
      onCount(this.#kept.size);
    });
  }

  #pushOut(): void {
    const [oldest] = this.#kept;
    if (oldest === undefined) return;
    oldest[1].stopTimer();
    this.#kept.delete(oldest[0]);
    this.#options.onPushedOut();
  }
}

export function retainedCallsOf({ options, clock, metrics }: B2buaParts): RetainedCalls {
  return new RetainedCalls({
    retainMs: options.retainAfterReleaseMs ?? 0,
    maxCalls: options.maxRetainedCalls ?? 10_000,
    clock,
    onCount: count => metrics.callsRetained(count),
    onPushedOut: () => metrics.retainedCallPushedOut(),
  });
}
