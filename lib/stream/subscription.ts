import { type EventFilter, passes } from './filter.ts';
import type { StoredEvent } from './stored-event.ts';

/** What is no longer there for a subscriber who asked for it. Numbers of positions, both included. */
export interface Gap {
  /** Undefined: from a position that this process never gave, so nobody knows how much. */
  readonly missedFrom: number | undefined;
  readonly missedTo: number;
}

/** What carries a stream to its subscriber. */
export type Carrier = 'sse' | 'websocket';

/** Why a subscription ends that its subscriber did not end. */
export type CutCode = 'slow-subscriber' | 'shutting-down' | 'internal';

/** Who reads a stream. None of these may throw; `false` says: no more until `resume()` is called. */
export interface Subscriber {
  onEvent(event: StoredEvent): boolean;
  onGap(gap: Gap): boolean;
  /** The last call. */
  onCut(code: CutCode): void;
}

/** What may wait for one subscriber who reads more slowly than events come. */
export interface QueueLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** What a subscription reads of the ring while it catches up. */
export interface Past {
  /** Number of the oldest event that is still there. */
  readonly first: number;
  at(number: number): StoredEvent | undefined;
}

export interface SubscriptionOptions {
  readonly past: Past;
  readonly filter: EventFilter;
  readonly limits: QueueLimits;
  readonly subscriber: Subscriber;
  /** Events up to here come from the past, later ones are offered. */
  readonly joinedAt: number;
  /** Number of the first event wanted; undefined: whatever is there, after a gap of unknown size. */
  readonly from: number | undefined;
  /** Called once, when it is over for whatever reason. */
  readonly onOver: () => void;
}

/**
 * One reader of the stream: first what it missed, at its own pace out of the ring, then what is new out of a queue of its own.
 *
 *     catching up ──▶ live ──▶ over        (a subscriber who does not read makes its queue grow, in both)
 *          └────────────────────▲  queue over its limits: slow-subscriber
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  /** The next to be read of the past; beyond `joinedAt`: caught up. */
  #next: number;
  #unknownGap: boolean;
  #queue: StoredEvent[] = [];
  #queueHead = 0;
  #queueBytes = 0;
  #ready = true;
  #over = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#unknownGap = options.from === undefined;
    this.#next = options.from ?? options.past.first;
  }

  /** A new event. It waits until `pump`; too many that wait for a subscriber who does not read end the subscription. */
  offer(event: StoredEvent): void {
    const { filter, joinedAt } = this.#options;
    if (this.#over || event.number <= joinedAt || !passes(event.traits, filter)) return;
    this.#queue.push(event);
    this.#queueBytes += event.jsonBytes;
    if (!this.#ready && this.#isTooLong()) this.cut('slow-subscriber');
  }

  /** Hands over what there is until the subscriber has enough. */
  pump(): void {
    while (this.#ready && !this.#over && this.#handOver());
  }

  resume(): void {
    if (this.#over) return;
    this.#ready = true;
    this.pump();
  }

  /** Ends it without a word to the subscriber. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue = [];
    this.#options.onOver();
  }

  cut(code: CutCode): void {
    if (this.#over) return;
    this.end();
    this.#options.subscriber.onCut(code);
  }

  /** One step; false when there is nothing to hand over. */
  #handOver(): boolean {
    const { joinedAt } = this.#options;
    return this.#next <= joinedAt || this.#unknownGap ? this.#handOverPast() : this.#handOverQueued();
  }

  #handOverPast(): boolean {
    const { past, subscriber, filter } = this.#options;
    if (this.#unknownGap || this.#next < past.first) {
      const missedFrom = this.#unknownGap ? undefined : this.#next;
      this.#unknownGap = false;
      // What was published since it joined waits in the queue, even when the ring has let go of it.
      this.#next = Math.min(past.first, this.#options.joinedAt + 1);
      this.#ready = subscriber.onGap({ missedFrom, missedTo: this.#next - 1 });
      return true;
    }
    const event = past.at(this.#next);
    this.#next += 1;
    if (event !== undefined && passes(event.traits, filter)) this.#ready = subscriber.onEvent(event);
    return true;
  }

  #handOverQueued(): boolean {
    const event = this.#queue[this.#queueHead];
    if (event === undefined) return false;
    this.#queueHead += 1;
    this.#queueBytes -= event.jsonBytes;
    // Shifting one by one would move all the others each time.
    if (this.#queueHead === this.#queue.length || this.#queueHead > this.#options.limits.maxEvents) {
      this.#queue = this.#queue.slice(this.#queueHead);
      this.#queueHead = 0;
    }
    this.#ready = this.#options.subscriber.onEvent(event);
    return true;
  }

  /** One event alone may be larger than the limit. */
  #isTooLong(): boolean {
    const { maxEvents, maxBytes } = this.#options.limits;
    const waiting = this.#queue.length - this.#queueHead;
    return waiting > maxEvents || (this.#queueBytes > maxBytes && waiting > 1);
  }
}
