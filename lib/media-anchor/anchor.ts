import type { LegId } from '../call/signal.ts';
import type { NgClient } from '../rtpengine/ng-client.ts';

/** Two legs whose media goes through an rtpengine, as one call of it. */
export interface AnchoredPair {
  readonly ngCallId: string;
  /** The rtpengine that has it. Its tags are the ids of the legs. */
  readonly engine: NgClient;
  readonly legs: readonly [LegId, LegId];
}

/** What stands between the legs' media. */
export interface MediaAnchor {
  /** Undefined: nothing anchors what goes between the two, or not yet. In any order. */
  pairOf(one: LegId, other: LegId): AnchoredPair | undefined;
  /**
   * Told before the rtpengine is to forget a pair, which waits for that, at most a second. Also of a pair whose rtpengine is gone.
   */
  onEnding(listener: (pair: AnchoredPair) => Promise<void>): void;
  /** Told when a pair has an offer and its answer; once for each pair. */
  onReady(listener: (pair: AnchoredPair) => void): void;
}
