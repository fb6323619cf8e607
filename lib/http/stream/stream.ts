import type { After } from '../../engine/control/after.ts';
import type { EventRing } from '../../stream/event-ring.ts';
import type { Carrier, CutCode, Gap, QueueLimits } from '../../stream/subscription.ts';

/** What is counted of the streams. */
export interface StreamMetrics {
  subscriberJoined(carrier: Carrier): void;
  /** Once for each `subscriberJoined`. */
  subscriberLeft(carrier: Carrier): void;
  /** There were too many already. */
  subscriberRefused(): void;
  subscriberCut(code: CutCode): void;
  eventStreamed(carrier: Carrier): void;
}

/** What is streamed, and within which bounds. */
export interface EventStreamOptions {
  readonly ring: EventRing;
  /** What may wait for one subscriber. */
  readonly limits: QueueLimits;
  /** Subscribers at one time. */
  readonly maxSubscribers: number;
  readonly heartbeatMs: number;
  /** How long a subscriber that was cut may take to hear of it. Default 5 s. */
  readonly closeGraceMs?: number;
}

/** What a stream works with. */
export interface StreamParts extends EventStreamOptions {
  readonly closeGraceMs: number;
  readonly metrics: StreamMetrics;
  readonly after: After;
}

/** A stream that is open. */
export interface OpenStream {
  readonly carrier: Carrier;
  /** Settles when nothing of it is left. */
  readonly closed: Promise<void>;
  /** Ends it with a word to the peer. */
  cut(code: CutCode): void;
  /** Ends it without waiting for the peer. */
  terminate(): void;
}

/** For a stream that is being ended: who does not read does not read its last words either. */
export function terminateLater(stream: OpenStream, { after, closeGraceMs }: StreamParts): void {
  const cancel = after(closeGraceMs, () => stream.terminate());
  void stream.closed.then(cancel);
}

/** A gap as it is told: both positions included; null: from a position that this process never gave. */
export function gapJson(ring: EventRing, { missedFrom, missedTo }: Gap): string {
  return JSON.stringify({
    missedFrom: missedFrom === undefined ? null : ring.positionOf(missedFrom),
    missedTo: ring.positionOf(missedTo),
  });
}
