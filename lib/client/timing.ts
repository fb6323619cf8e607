/** Runs `fire` once after `delayMs`; the result cancels it. */
export type After = (delayMs: number, fire: () => void) => () => void;

/** Real time. A client that waits keeps its process alive. */
export const afterRealTime: After = (delayMs, fire) => {
  const timer = setTimeout(fire, delayMs);
  return () => {
    clearTimeout(timer);
  };
};

/** Waits, or rejects with the reason of the signal. */
export function waitFor(after: After, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = after(delayMs, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

export interface BackoffOptions {
  /** After the first failure; doubled with each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** 1 for the first failure in a row. */
  readonly failures: number;
  /** 0 to 1: spreads those who lost the same server. */
  readonly random: number;
}

/** How long to wait before the next attempt: between half of the doubled time and all of it. */
export function backoffMs({ firstMs, longestMs, failures, random }: BackoffOptions): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return Math.round(fullMs * (0.5 + random / 2));
}
