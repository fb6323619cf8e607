import type { ErrorCode } from '../errors.ts';
import type { Answer } from './endpoint.ts';

/** What one attempt came to; a label of the metrics. */
export type AttemptOutcome = 'delivered' | 'refused' | 'failing' | 'timeout' | 'network';

/** Bounds of the wait between attempts. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** RFC 9110 §15: these say that the same request may succeed later; so does every 5xx. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the answer means for the event: delivered, to be tried again, or given up. */
export function outcomeOf(answer: Answer): AttemptOutcome {
  if (answer.kind === 'failed') return answer.why;
  const { status } = answer;
  if (status >= 200 && status < 300) return 'delivered';
  // A redirect is not followed: who signed for one host does not hand it to another.
  return status >= 500 || passing.has(status) ? 'failing' : 'refused';
}

/** Why an event is given up after an attempt that was the last. */
export const lastWord = {
  refused: 'webhook-refused',
  failing: 'webhook-failing',
  timeout: 'webhook-unreachable',
  network: 'webhook-unreachable',
} as const satisfies Record<Exclude<AttemptOutcome, 'delivered'>, ErrorCode>;

/**
 * The wait after attempt 1, 2, 3 …: exponential with full jitter, so that many events that failed together do not come back
 * together. Retry-After is the least, and `maxMs` the most.
 */
export function waitMs(attempt: number, answer: Answer, backoff: Backoff, random: () => number): number {
  const { firstMs, maxMs } = backoff;
  const jittered = random() * Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  const asked = answer.kind === 'answered' ? (answer.retryAfterMs ?? 0) : 0;
  return Math.max(jittered, Math.min(asked, maxMs));
}
