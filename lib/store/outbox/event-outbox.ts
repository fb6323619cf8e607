import { encodeEvent } from '../../events/encode.ts';
import { BatonError } from '../../errors.ts';
import type { CallEvent } from '../../events/event.ts';
import type { EventJournal, Outbox, OutboxRecord, StreamTopic } from '../../ports.ts';
import { type Bound, Bounds, isOverBounds, type OutboxLimits } from './bounds.ts';
import { recordBytes } from './record-bytes.ts';
import type { Depth, Entry, ReadLimits, RecordStore, SetApart } from './record-store.ts';

export type AlarmReason = Bound | 'write';
/** By which bound, because it could not be written, or from among those set apart. */
export type DropReason = AlarmReason | 'dead-letters';

/** All are cheap and never throw. */
export interface OutboxMetrics {
  /** `read` gives what is true at that moment. To be called once. */
  readOutbox(read: () => OutboxReading): void;
  eventsDropped(reason: DropReason, count: number): void;
}

export interface OutboxReading {
  readonly depth: Depth;
  readonly oldestAgeMs: number;
  readonly deadLetters: number;
  readonly alarms: ReadonlySet<AlarmReason>;
}

export interface OutboxLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EventOutboxOptions {
  readonly records: RecordStore;
  /** Where an event goes; undefined: it is not published. */
  readonly recordOf: (event: CallEvent) => { topic: StreamTopic; key: string } | undefined;
  readonly limits: OutboxLimits;
  readonly nowMs: () => number;
  readonly log: OutboxLog;
  readonly metrics: OutboxMetrics;
}

/** Octets of events that are kept in memory while they cannot be written. */
const maxUnwrittenBytes = 16 * 1024 * 1024;
/** What an event takes in memory that has not been made JSON, roughly. */
const roughEventBytes = 1_000;
/** Entries that are written together. */
const entriesAtOnce = 32;
/** So often it is tried to write what could not be written. */
const retryMs = 1_000;

/**
 * What stands between the funnel, which keeps events, and the publisher, which takes them.
 *
 *     well ──a bound is reached──▶ full (block-new-calls: no new call; drop-oldest: the oldest go) ──under 90 %──▶ well
 *     well ──a write fails──▶ unwritten (events in memory, no new call) ──the next write succeeds──▶ well
 */
export class EventOutbox implements Outbox, EventJournal {
  onKept: (() => void) | undefined;
  readonly #options: EventOutboxOptions;
  readonly #bounds: Bounds;
  /** Could not be written, or not yet. */
  readonly #unwritten: Entry[] = [];
  #unwrittenBytes = 0;
  /** When it was last tried in vain to write; undefined: all is well. */
  #failedMs: number | undefined;
  #isTelling = false;

  constructor(options: EventOutboxOptions) {
    this.#options = options;
    this.#bounds = new Bounds(options.limits);
    options.metrics.readOutbox(() => this.#reading());
  }

  get id(): string {
    return this.#options.records.id;
  }

  get depth(): Depth {
    return this.#options.records.depth;
  }

  keep(events: readonly CallEvent[]): void {
    for (const event of events) {
      const entry = this.#entryOf(event);
      this.#unwritten.push(entry);
      this.#unwrittenBytes += bytesOf(entry);
    }
    this.#write();
  }

  get obstacle(): 'outbox-full' | undefined {
    const { limits, nowMs } = this.#options;
    if (limits.onFull !== 'block-new-calls') return undefined;
    // Where no call may begin nothing else would ever try again.
    if (this.#failedMs !== undefined && nowMs() - this.#failedMs >= retryMs) this.#write();
    this.#look();
    return this.#failedMs !== undefined || this.#bounds.reached.size > 0 ? 'outbox-full' : undefined;
  }

  read(after: number, limits: ReadLimits): OutboxRecord[] {
    // What is broken is set apart on the way.
    return this.#must(() => this.#options.records.read(after, limits));
  }

  published(position: number): void {
    if (this.#try(() => this.#options.records.forget(position))) this.#look();
  }

  setApart(record: OutboxRecord, why: SetApart): void {
    const dropped = this.#must(() => this.#options.records.setApart(record, why));
    if (dropped > 0) this.#options.metrics.eventsDropped('dead-letters', dropped);
  }

  close(): Promise<void> {
    this.onKept = undefined;
    return this.#options.records.close();
  }

  #entryOf(event: CallEvent): Entry {
    const place = this.#options.recordOf(event);
    if (place === undefined) return { event, record: undefined };
    const { topic, key } = place;
    const timeMs = event.time;
    const bytes = recordBytes({ topic, key, event: event.id, timeMs, json: encodeEvent(event) });
    return { event, record: { topic, key, timeMs, bytes } };
  }

  #write(): void {
    if (!this.#try(() => this.#appendAll())) {
      this.#boundUnwritten();
      return;
    }
    this.#look();
    this.#dropOldest();
    this.#tellKept();
  }

  #appendAll(): void {
    do {
      const some = this.#unwritten.slice(0, entriesAtOnce);
      this.#options.records.append(some);
      this.#unwritten.splice(0, some.length);
      for (const entry of some) this.#unwrittenBytes -= bytesOf(entry);
    } while (this.#unwritten.length > 0);
  }

  /** False: it has failed, which has been told. */
  #try(write: () => void): boolean {
    try {
      write();
    } catch (error) {
      this.#failed(error);
      return false;
    }
    if (this.#failedMs !== undefined) this.#options.log.info({}, 'the outbox can be written again');
    this.#failedMs = undefined;
    return true;
  }

  /** Throws `outbox-failing`: what was to be done is still to be done. */
  #must<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      this.#failed(error);
      const reason = error instanceof Error ? error.message : String(error);
      throw new BatonError('outbox-failing', reason, { cause: error });
    }
  }

  #failed(error: unknown): void {
    const { log, nowMs } = this.#options;
    if (this.#failedMs === undefined) log.error({ err: error }, 'the outbox cannot be written');
    this.#failedMs = nowMs();
  }

  #boundUnwritten(): void {
    let dropped = 0;
    while (this.#unwrittenBytes > maxUnwrittenBytes) {
      const oldest = this.#unwritten.shift();
      if (oldest === undefined) break;
      this.#unwrittenBytes -= bytesOf(oldest);
      if (oldest.record !== undefined) dropped += 1;
    }
    if (dropped > 0) this.#options.metrics.eventsDropped('write', dropped);
  }

  #look(): void {
    const { limits, log, nowMs } = this.#options;
    const { depth } = this;
    for (const bound of this.#bounds.look(depth, nowMs())) {
      const fields = { bound, ...depth, onFull: limits.onFull };
      if (this.#bounds.reached.has(bound)) log.error(fields, 'the outbox is full');
      else log.info(fields, 'the outbox is no longer full');
    }
  }

  #dropOldest(): void {
    const { limits, metrics, nowMs, records } = this.#options;
    if (limits.onFull !== 'drop-oldest' || this.#bounds.reached.size === 0) return;
    const now = nowMs();
    const bound = records.depth.bytes > limits.maxBytes ? 'size' : 'age';
    this.#try(() => {
      const dropped = records.dropWhile(depth => isOverBounds(depth, limits, now));
      if (dropped > 0) metrics.eventsDropped(bound, dropped);
    });
  }

  /** The publisher is never called from within a decision. */
  #tellKept(): void {
    if (this.#isTelling || this.onKept === undefined) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      this.onKept?.();
    });
  }

  #reading(): OutboxReading {
    const { depth } = this;
    const oldestAgeMs =
      depth.oldestMs === undefined ? 0 : Math.max(0, this.#options.nowMs() - depth.oldestMs);
    const alarms = new Set<AlarmReason>(this.#bounds.reached);
    if (this.#failedMs !== undefined) alarms.add('write');
    return { depth, oldestAgeMs, deadLetters: this.#options.records.deadLetters, alarms };
  }
}

function bytesOf({ record }: Entry): number {
  return record?.bytes.length ?? roughEventBytes;
}
