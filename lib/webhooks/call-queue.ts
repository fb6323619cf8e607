import type { StoredEvent } from '../stream/stored-event.ts';
import type { QueueLimits } from '../stream/subscription.ts';

/**
 * What waits for one target, in rows: one for each call, one for each DN with an agent. `take` gives the first event of a row that is free and keeps the row
 * until `release`, so that events of one call keep their order and calls do not wait for each other.
 */
export class CallQueue {
  readonly #limits: QueueLimits;
  /** All that wait, oldest first. */
  readonly #waiting = new Set<StoredEvent>();
  readonly #rows = new Map<string, StoredEvent[]>();
  /** Rows with something to take, in the order in which they became so. */
  readonly #free = new Set<string>();
  readonly #taken = new Set<string>();
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Events that wait. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Events taken and not released. */
  get takenCount(): number {
    return this.#taken.size;
  }

  /** Gives back the oldest, as many as there is no room for. One event alone may be larger than the limit. */
  push(event: StoredEvent): StoredEvent[] {
    const name = event.traits.row;
    const row = this.#rows.get(name);
    if (row === undefined) this.#rows.set(name, [event]);
    else row.push(event);
    if (!this.#taken.has(name)) this.#free.add(name);
    this.#waiting.add(event);
    this.#bytes += event.jsonBytes;
    const dropped: StoredEvent[] = [];
    for (const oldest of this.#waiting) {
      if (!this.#isTooLong()) break;
      this.#takeFirstOf(oldest.traits.row);
      dropped.push(oldest);
    }
    return dropped;
  }

  take(): StoredEvent | undefined {
    for (const name of this.#free) {
      const event = this.#takeFirstOf(name);
      this.#free.delete(name);
      this.#taken.add(name);
      return event;
    }
    return undefined;
  }

  /** The event is delivered or given up. */
  release(event: StoredEvent): void {
    const name = event.traits.row;
    this.#taken.delete(name);
    if (this.#rows.has(name)) this.#free.add(name);
  }

  /** Forgets all that wait, and says how many. */
  clear(): number {
    const { length } = this;
    this.#waiting.clear();
    this.#rows.clear();
    this.#free.clear();
    this.#bytes = 0;
    return length;
  }

  #takeFirstOf(name: string): StoredEvent | undefined {
    const row = this.#rows.get(name);
    const event = row?.shift();
    if (row?.length === 0) {
      this.#rows.delete(name);
      this.#free.delete(name);
    }
    if (event === undefined) return undefined;
    this.#waiting.delete(event);
    this.#bytes -= event.jsonBytes;
    return event;
  }

  #isTooLong(): boolean {
    const { maxEvents, maxBytes } = this.#limits;
    return this.length > maxEvents || (this.#bytes > maxBytes && this.length > 1);
  }
}
