import type { Depth } from './record-store.ts';

export interface OutboxLimits {
  readonly maxBytes: number;
  /** Of the oldest event. */
  readonly maxAgeMs: number;
  readonly onFull: 'block-new-calls' | 'drop-oldest';
}

export type Bound = 'size' | 'age';

/** What was reached stays reached until this share of the bound, so that one record more or less is no news. */
const releasedAt = 0.9;

/** Which bounds of an outbox are reached. */
export class Bounds {
  readonly #limits: OutboxLimits;
  readonly #reached = new Set<Bound>();

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get reached(): ReadonlySet<Bound> {
    return this.#reached;
  }

  /** Gives which bounds have just been reached or left. */
  look(depth: Depth, nowMs: number): Bound[] {
    const { maxBytes, maxAgeMs } = this.#limits;
    const ageMs = depth.oldestMs === undefined ? 0 : nowMs - depth.oldestMs;
    return [...this.#turn('size', depth.bytes / maxBytes), ...this.#turn('age', ageMs / maxAgeMs)];
  }

  #turn(bound: Bound, share: number): Bound[] {
    const isReached = share >= (this.#reached.has(bound) ? releasedAt : 1);
    if (isReached === this.#reached.has(bound)) return [];
    if (isReached) this.#reached.add(bound);
    else this.#reached.delete(bound);
    return [bound];
  }
}

/** More than the bounds allow. */
export function isOverBounds({ bytes, oldestMs }: Depth, limits: OutboxLimits, nowMs: number): boolean {
  return bytes > limits.maxBytes || (oldestMs !== undefined && nowMs - oldestMs > limits.maxAgeMs);
}
