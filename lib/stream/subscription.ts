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
  /** All that is for it up to here has been handed over; what has come since it was last told anything was for others. */
  onPosition(number: number): boolean;
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
  /** After so many events for others the position is told. */
  readonly markEvery: number;
  /** Called once, when it is over for whatever reason. */
  readonly onOver: () => void;
}

/**
 * One reader of the stream: first what it missed, at its own pace out of the ring, then what is new out of a queue of its own.
 *
 *     catching up ──▶ live ──▶ over
 *          │            └───────▲  does not read, and its queue is over the limits: slow-subscriber
 *          └────────────────────┘  does not read, and the ring lets go of its next event: slow-subscriber
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  /** The next to be read of the past; beyond `joinedAt`: caught up. */
  #next: number;
  /** Events up to here come out of the ring; what is published while it catches up does too. */
  #joinedAt: number;
  #unknownGap: boolean;
  /** Number of the last event offered, whether it was for it or not. */
  #offeredTo: number;
  /** The last position that the subscriber knows of. */
  #toldTo: number;
  #queue: StoredEvent[] = [];
  #queueHead = 0;
  #queueBytes = 0;
  #ready = true;
  #over = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#unknownGap = options.from === undefined;
    this.#next = options.from ?? options.past.first;
    this.#joinedAt = options.joinedAt;
    this.#offeredTo = options.joinedAt;
    this.#toldTo = this.#next - 1;
  }

  /**
   * Up to here the subscriber has been handed all that is for it: from here on it may come back. Undefined while it has not heard that it
   * has missed nobody knows how much.
   */
  get seenTo(): number | undefined {
    if (this.#unknownGap) return undefined;
    if (this.#isCatchingUp) return this.#next - 1;
    const waiting = this.#queue[this.#queueHead];
    return waiting === undefined ? this.#offeredTo : waiting.number - 1;
  }

  /** A new event. It waits until `pump`; too many that wait for a subscriber who does not read end the subscription. */
  offer(event: StoredEvent): void {
    const { filter, past } = this.#options;
    if (this.#over || event.number <= this.#offeredTo) return;
    this.#offeredTo = event.number;
    if (this.#isCatchingUp) {
      this.#joinedAt = event.number;
      if (!this.#ready && this.#next < past.first) this.cut('slow-subscriber');
      return;
    }
    if (!passes(event.traits, filter)) return;
    this.#queue.push(event);
    this.#queueBytes += event.jsonBytes;
    if (!this.#ready && this.#isTooLong()) this.cut('slow-subscriber');
  }

  /** Hands over what there is until the subscriber has enough. */
  pump(): void {
    while (this.#ready && !this.#over && this.#handOver());
    this.#tellPosition(this.#options.markEvery);
  }

  /** For a subscriber who has not been told anything for a while. */
  tellPosition(): void {
    this.#tellPosition(1);
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

  get #isCatchingUp(): boolean {
    return this.#unknownGap || this.#next <= this.#joinedAt;
  }

  #tellPosition(afterEvents: number): void {
    const { seenTo } = this;
    if (!this.#ready || this.#over || seenTo === undefined || seenTo - this.#toldTo < afterEvents) return;
    this.#toldTo = seenTo;
    this.#ready = this.#options.subscriber.onPosition(seenTo);
  }

  /** One step; false when there is nothing to hand over. */
  #handOver(): boolean {
    return this.#isCatchingUp ? this.#handOverPast() : this.#handOverQueued();
  }

  #handOverPast(): boolean {
    const { past, subscriber, filter } = this.#options;
    if (this.#unknownGap || this.#next < past.first) {
      const missedFrom = this.#unknownGap ? undefined : this.#next;
      this.#unknownGap = false;
      // What was published since and not yet offered waits outside, even when the ring has let go of it.
      this.#next = Math.min(past.first, this.#joinedAt + 1);
      this.#toldTo = this.#next - 1;
      this.#ready = subscriber.onGap({ missedFrom, missedTo: this.#next - 1 });
      return true;
    }
    const event = past.at(this.#next);
    this.#next += 1;
    if (event !== undefined && passes(event.traits, filter)) this.#hand(event, subscriber);
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
    this.#hand(event, this.#options.subscriber);
    return true;
  }

  #hand(event: StoredEvent, subscriber: Subscriber): void {
    this.#toldTo = event.number;
    this.#ready = subscriber.onEvent(event);
  }

  /** One event alone may be larger than the limit. */
  #isTooLong(): boolean {
    const { maxEvents, maxBytes } = this.#options.limits;
    const waiting = this.#queue.length - this.#queueHead;
    return waiting > maxEvents || (this.#queueBytes > maxBytes && waiting > 1);
  }
}
