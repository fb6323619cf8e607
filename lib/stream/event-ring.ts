import type { CallEvent } from '../events/event.ts';
import type { Publisher } from '../ports.ts';
import type { EventFilter } from './filter.ts';
import { formatPosition, type Position } from './position.ts';
import { StoredEvent } from './stored-event.ts';
import { type CutCode, type Past, type QueueLimits, type Subscriber, Subscription } from './subscription.ts';

export interface EventRingOptions {
  /** 8 hex digits, others at each start. */
  readonly run: string;
  /** What is kept for subscribers who come back; the newest event is always kept. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Runs `work` soon, never at once. Default: after the events of this turn of the event loop. */
  readonly soon?: (work: () => void) => void;
  /** A subscriber threw: it has been cut. */
  readonly onFailure?: (error: unknown) => void;
}

export interface SubscribeOptions {
  readonly filter: EventFilter;
  /** The last position seen. Absent: only what is published from now on. */
  readonly after?: Position;
  readonly limits: QueueLimits;
  readonly subscriber: Subscriber;
}

/**
 * The stream of all events of this process, and the last of them for those who come back.
 * Publishing only stores: events are encoded and handed over later, and one subscriber cannot delay another or a call.
 */
export class EventRing implements Publisher, Past {
  readonly #options: EventRingOptions;
  /** Event n stands at n modulo the length. */
  readonly #slots: (StoredEvent | undefined)[] = [];
  readonly #subscriptions = new Set<Subscription>();
  #first = 1;
  #last = 0;
  #bytes = 0;
  /** Published and not yet offered to the subscriptions. */
  #fresh: StoredEvent[] = [];
  #isFlushDue = false;

  constructor(options: EventRingOptions) {
    this.#options = options;
  }

  publish(event: CallEvent): void {
    const stored = new StoredEvent(this.#last + 1, event);
    this.#store(stored);
    if (this.#subscriptions.size === 0) return;
    this.#fresh.push(stored);
    this.#flushSoon();
  }

  /** Nothing is handed over before this has returned. */
  subscribe({ filter, after, limits, subscriber }: SubscribeOptions): Subscription {
    const from = after === undefined ? this.#last + 1 : this.#following(after);
    const subscription: Subscription = new Subscription({
      past: this,
      filter,
      limits,
      subscriber,
      joinedAt: this.#last,
      from,
      // Well before the ring has let go of the last position told.
      markEvery: Math.ceil(this.#options.maxEvents / 4),
      onOver: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    this.#flushSoon();
    return subscription;
  }

  /** Hands over what is there, and ends all subscriptions. */
  cutAll(code: CutCode): void {
    this.handOver();
    for (const subscription of this.#subscriptions) subscription.cut(code);
  }

  /** Offers now what would be offered soon: for who is about to leave. */
  handOver(): void {
    this.#isFlushDue = false;
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const subscription of this.#subscriptions) this.#feed(subscription, fresh);
  }

  get first(): number {
    return this.#first;
  }

  at(number: number): StoredEvent | undefined {
    if (number < this.#first || number > this.#last) return undefined;
    return this.#slots[number % this.#options.maxEvents];
  }

  positionOf(number: number): string {
    return formatPosition({ run: this.#options.run, number });
  }

  /** Undefined: this process never gave that position. */
  #following({ run, number }: Position): number | undefined {
    return run === this.#options.run && number <= this.#last ? number + 1 : undefined;
  }

  #store(event: StoredEvent): void {
    const { maxEvents, maxBytes } = this.#options;
    if (this.#last - this.#first + 1 >= maxEvents) this.#dropFirst();
    this.#last = event.number;
    this.#slots[event.number % maxEvents] = event;
    this.#bytes += event.roughBytes;
    while (this.#bytes > maxBytes && this.#first < this.#last) this.#dropFirst();
  }

  #dropFirst(): void {
    const at = this.#first % this.#options.maxEvents;
    this.#bytes -= this.#slots[at]?.roughBytes ?? 0;
    this.#slots[at] = undefined;
    this.#first += 1;
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    (this.#options.soon ?? setImmediate)(() => this.handOver());
  }

  #feed(subscription: Subscription, fresh: readonly StoredEvent[]): void {
    try {
      for (const event of fresh) subscription.offer(event);
      subscription.pump();
    } catch (error) {
      subscription.cut('internal');
      this.#options.onFailure?.(error);
    }
  }
}
