import type { ConnId } from '../call/ids.ts';
import type { Body, LegId } from '../call/signal.ts';
import { withOrigin } from '../call/media/sdp.ts';

interface KnownLeg<Pair> {
  /** By the other leg. */
  readonly pairs: Map<LegId, Pair>;
  readonly calls: Set<ConnId>;
  /** What went out to its peer: the very first, and the last. */
  first: Body | undefined;
  last: Body | undefined;
}

/** Which legs have which pairs, and what their peers were shown. Everything of a leg goes with `end`. */
export class AnchoredLegs<Pair> {
  readonly #legs = new Map<LegId, KnownLeg<Pair>>();
  /** How many pairs a call has had, and its legs. */
  readonly #calls = new Map<ConnId, { pairs: number; readonly legs: Set<LegId> }>();

  pairOf(one: LegId, other: LegId): Pair | undefined {
    return this.#legs.get(one)?.pairs.get(other);
  }

  pairsOf(leg: LegId): readonly Pair[] {
    return [...(this.#legs.get(leg)?.pairs.values() ?? [])];
  }

  add(pair: Pair, call: ConnId, [one, other]: readonly [LegId, LegId]): void {
    this.#know(one, call).pairs.set(other, pair);
    this.#know(other, call).pairs.set(one, pair);
  }

  drop([one, other]: readonly [LegId, LegId]): void {
    this.#legs.get(one)?.pairs.delete(other);
    this.#legs.get(other)?.pairs.delete(one);
  }

  has(leg: LegId): boolean {
    return this.#legs.has(leg);
  }

  /** An id for the next call of an rtpengine: the connId, then `<connId>.2`, … */
  newNgCallId(call: ConnId): string {
    const entry = this.#calls.get(call);
    if (entry === undefined) return call;
    entry.pairs += 1;
    return entry.pairs === 1 ? call : `${call}.${entry.pairs}`;
  }

  /**
   * RFC 3264 §8: whatever stands between its media, towards one peer the o= line goes on, and its version grows when all else
   * changes.
   */
  continued(leg: LegId, call: ConnId, body: Body): Body {
    const known = this.#know(leg, call);
    const next =
      known.first === undefined || known.last === undefined
        ? body
        : withOrigin(body, known.first, known.last);
    known.first ??= next;
    known.last = next;
    return next;
  }

  end(leg: LegId): void {
    for (const call of this.#legs.get(leg)?.calls ?? []) {
      const entry = this.#calls.get(call);
      entry?.legs.delete(leg);
      if (entry?.legs.size === 0) this.#calls.delete(call);
    }
    this.#legs.delete(leg);
  }

  /** Both are 0 when no call stands. */
  get counts(): { readonly legs: number; readonly calls: number } {
    return { legs: this.#legs.size, calls: this.#calls.size };
  }

  #know(leg: LegId, call: ConnId): KnownLeg<Pair> {
    const known = this.#legs.get(leg) ?? {
      pairs: new Map(),
      calls: new Set(),
      first: undefined,
      last: undefined,
    };
    this.#legs.set(leg, known);
    known.calls.add(call);
    const entry = this.#calls.get(call) ?? { pairs: 0, legs: new Set() };
    this.#calls.set(call, entry);
    entry.legs.add(leg);
    return known;
  }
}
