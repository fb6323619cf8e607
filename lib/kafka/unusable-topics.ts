import type { Failure } from './failures.ts';

export interface TopicPatience {
  /** So long a topic may fail before it counts as unusable: one that is just being created, or a broker that starts. */
  readonly patienceMs: number;
  /** After this time an unusable one is tried again. */
  readonly retryMs: number;
}

interface Trouble {
  readonly sinceMs: number;
  readonly failure: Failure;
  /** Of an unusable one: from then on it may be tried. */
  readonly tryAgainMs: number | undefined;
}

/**
 * Topics that take nothing.
 *
 *     usable --failed--> doubtful --failed after patienceMs--> unusable --retryMs--> tried
 *       ^                   |                                      ^                   |
 *       +------worked-------+                                      +------failed-------+--worked--> usable
 */
export class UnusableTopics {
  readonly #patience: TopicPatience;
  readonly #troubles = new Map<string, Trouble>();

  constructor(patience: TopicPatience) {
    this.#patience = patience;
  }

  /** No topic fails. */
  get isEmpty(): boolean {
    return this.#troubles.size === 0;
  }

  /** Why the topic is not to be tried now. */
  refusal(topic: string, nowMs: number): Failure | undefined {
    const trouble = this.#troubles.get(topic);
    if (trouble?.tryAgainMs === undefined || nowMs >= trouble.tryAgainMs) return undefined;
    return trouble.failure;
  }

  /** Gives what has become of it. */
  failed(topic: string, failure: Failure, nowMs: number): 'doubtful' | 'just unusable' | 'still unusable' {
    const { patienceMs, retryMs } = this.#patience;
    const before = this.#troubles.get(topic);
    const sinceMs = before?.sinceMs ?? nowMs;
    const wasUnusable = before?.tryAgainMs !== undefined;
    const isUnusable = wasUnusable || nowMs - sinceMs >= patienceMs;
    this.#troubles.set(topic, { sinceMs, failure, tryAgainMs: isUnusable ? nowMs + retryMs : undefined });
    if (wasUnusable) return 'still unusable';
    return isUnusable ? 'just unusable' : 'doubtful';
  }

  /** Gives whether it was unusable before. */
  worked(topic: string): boolean {
    const trouble = this.#troubles.get(topic);
    this.#troubles.delete(topic);
    return trouble?.tryAgainMs !== undefined;
  }

  /** The one that has been unusable for longest, and since when. */
  get worst(): { readonly failure: Failure; readonly sinceMs: number } | undefined {
    const unusable = [...this.#troubles.values()].filter(({ tryAgainMs }) => tryAgainMs !== undefined);
    return unusable.sort((one, other) => one.sinceMs - other.sinceMs)[0];
  }
}
