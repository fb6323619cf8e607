import type { After } from '../engine/control/after.ts';
import type { ErrorCode } from '../errors.ts';
import type { StoredEvent } from '../stream/stored-event.ts';
import type { CutCode, QueueLimits, Subscriber } from '../stream/subscription.ts';
import { type AttemptOutcome, type Backoff, lastWord, outcomeOf, waitMs } from './attempt.ts';
import { CallQueue } from './call-queue.ts';
import { cloudEventJson } from './cloud-event.ts';
import type { Endpoint } from './endpoint.ts';

/** What is counted of deliveries; `target` is the name of the receiver. */
export interface WebhookMetrics {
  webhookAttempted(target: string, outcome: AttemptOutcome): void;
  /** `seconds` from the event to its delivery, waits and attempts included. */
  webhookDelivered(target: string, seconds: number): void;
  webhookGaveUp(target: string, code: ErrorCode, count: number): void;
  /** Events that wait or are under way. */
  webhookQueued(target: string, depth: number): void;
}

export interface WebhookLog {
  warn(fields: object, message: string): void;
}

export interface TargetOptions {
  readonly name: string;
  readonly endpoint: Pick<Endpoint, 'post' | 'close'>;
  /** CloudEvents attribute of all its events. */
  readonly source: string;
  readonly positionOf: (number: number) => string;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly queue: QueueLimits;
  /** Calls whose events are under way at one time, waits between attempts included. */
  readonly maxInFlight: number;
  readonly metrics: WebhookMetrics;
  readonly log: WebhookLog;
  readonly after: After;
  readonly nowMs: () => number;
  /** 0 up to 1. */
  readonly random: () => number;
}

/** How often a queue that overflows is spoken of. */
const overflowLogMs = 60_000;

/**
 * Delivers events to one receiver, at least once, those of one call in order: the next goes out when the one before it has
 * been delivered or given up. Takes every event at once and keeps its own queue, so that it never delays the stream.
 *
 *     waiting ──▶ under way ──▶ delivered
 *        │         ▲   └─ wait ─┐ └──▶ given up: refused, or attempts used up, or stopped
 *        │         └────────────┘
 *        └─ dropped: the queue is full and this is the oldest
 */
export class WebhookTarget implements Subscriber {
  readonly #options: TargetOptions;
  readonly #queue: CallQueue;
  /** Ends each wait between attempts. */
  readonly #waits = new Set<() => void>();
  #stopping = false;
  #whenSent: (() => void) | undefined;
  #dropped = 0;
  #droppedLoggedMs = -Infinity;

  constructor(options: TargetOptions) {
    this.#options = options;
    this.#queue = new CallQueue(options.queue);
  }

  onEvent(event: StoredEvent): boolean {
    const dropped = this.#queue.push(event);
    if (dropped.length > 0) this.#countDropped(dropped.length);
    this.#sendNext();
    return true;
  }

  /** It never asks for the past. */
  onGap(): boolean {
    return true;
  }

  /** Nor does it come back to a position. */
  onPosition(): boolean {
    return true;
  }

  onCut(code: CutCode): void {
    if (code !== 'shutting-down') this.#options.log.warn({ ...this.#fields, code }, 'webhook hears no more');
  }

  /** Delivers what it has, for `withinMs` and without waiting between attempts; then gives up the rest. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    for (const end of this.#waits) end();
    await this.#untilIdle(withinMs);
    const left = this.#queue.clear();
    if (left > 0) {
      this.#count('shutting-down', left);
      this.#options.log.warn(
        { ...this.#fields, code: 'shutting-down', count: left },
        'webhook gave up events',
      );
    }
    await this.#options.endpoint.close();
    // What was under way has failed by that, and says so.
    await this.#untilIdle(withinMs);
    this.#logDropped();
  }

  get #fields(): { readonly webhook: string } {
    return { webhook: this.#options.name };
  }

  async #untilIdle(withinMs: number): Promise<void> {
    const isIdle = (): boolean => this.#queue.length + this.#queue.takenCount === 0;
    if (isIdle()) return;
    await new Promise<void>(resolve => {
      const cancel = this.#options.after(withinMs, resolve);
      this.#whenSent = () => {
        if (!isIdle()) return;
        cancel();
        resolve();
      };
    });
    this.#whenSent = undefined;
  }

  #sendNext(): void {
    while (this.#queue.takenCount < this.#options.maxInFlight) {
      const event = this.#queue.take();
      if (event === undefined) break;
      void this.#send(event);
    }
    this.#options.metrics.webhookQueued(this.#options.name, this.#queue.length + this.#queue.takenCount);
  }

  /** Never rejects. */
  async #send(event: StoredEvent): Promise<void> {
    try {
      await this.#deliver(event);
    } catch (error) {
      this.#giveUp(event, 'internal', { err: error });
    }
    this.#queue.release(event);
    this.#sendNext();
    this.#whenSent?.();
  }

  async #deliver(event: StoredEvent): Promise<void> {
    const { name, endpoint, metrics, maxAttempts, backoff, random, nowMs } = this.#options;
    const letter = this.#letterOf(event);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await endpoint.post(letter);
      const outcome = outcomeOf(answer);
      metrics.webhookAttempted(name, outcome);
      if (outcome === 'delivered') {
        metrics.webhookDelivered(name, Math.max(0, nowMs() - event.timeMs) / 1000);
        return;
      }
      const status = answer.kind === 'answered' ? { status: answer.status } : {};
      const isLast = outcome === 'refused' || attempt >= maxAttempts;
      if (!isLast) await this.#wait(waitMs(attempt, answer, backoff, random));
      // Also when the stop came during the wait.
      if (isLast || this.#stopping) {
        this.#giveUp(event, isLast ? lastWord[outcome] : 'shutting-down', { attempts: attempt, ...status });
        return;
      }
    }
  }

  #letterOf({ number, traits, timeMs, json }: StoredEvent): { id: string; body: string } {
    const id = this.#options.positionOf(number);
    const type = `baton.${traits.id}`;
    const { source } = this.#options;
    const body = cloudEventJson({
      id,
      source,
      type,
      subject: traits.connId ?? traits.dn,
      timeMs,
      dataJson: json,
    });
    return { id, body };
  }

  async #wait(delayMs: number): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>(resolve => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = this.#options.after(delayMs, end);
      this.#waits.add(end);
    });
  }

  /** A dead letter: counted, and one line that says where it stood. */
  #giveUp({ number, traits }: StoredEvent, code: ErrorCode, fields: object): void {
    this.#count(code, 1);
    const { log, positionOf } = this.#options;
    const { id, connId } = traits;
    log.warn(
      { ...this.#fields, code, event: id, position: positionOf(number), connId, ...fields },
      'webhook gave up',
    );
  }

  #count(code: ErrorCode, events: number): void {
    this.#options.metrics.webhookGaveUp(this.#options.name, code, events);
  }

  /** Of each period the first is spoken of at once, the others with the next. */
  #countDropped(count: number): void {
    this.#dropped += count;
    this.#count('webhook-queue-full', count);
    if (this.#options.nowMs() - this.#droppedLoggedMs >= overflowLogMs) this.#logDropped();
  }

  #logDropped(): void {
    if (this.#dropped === 0) return;
    const code: ErrorCode = 'webhook-queue-full';
    this.#options.log.warn(
      { ...this.#fields, code, count: this.#dropped },
      'webhook dropped the oldest events',
    );
    this.#dropped = 0;
    this.#droppedLoggedMs = this.#options.nowMs();
  }
}
