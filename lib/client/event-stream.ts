import type { EventSourceMessage } from 'eventsource-parser';
import type { CallEvent, EventName } from '../events/event.ts';
import { lost, readBlocks } from './event-blocks.ts';
import { BatonClientError } from './failure.ts';
import type { Path } from './operations.ts';
import type { Requests } from './requests.ts';
import { backoffMs, waitFor } from './timing.ts';

/** Positions of the first and the last event that are gone, both included. */
export interface StreamGap {
  /** Null: since a position that this Baton never gave (it was started anew), so nobody knows how much. */
  readonly missedFrom: string | null;
  readonly missedTo: string;
}

/** One event, or the word that some are missing here. `position` is what `after` takes. */
export type StreamItem =
  | { readonly position: string; readonly event: CallEvent; readonly gap?: undefined }
  | { readonly position: string; readonly gap: StreamGap; readonly event?: undefined };

type OneOrMore<Value extends string> = Value | readonly Value[];

export interface EventsOptions {
  /** Only copies of these parties. */
  readonly dn?: OneOrMore<string> | undefined;
  /** Only these calls. */
  readonly connId?: OneOrMore<string> | undefined;
  /** Only events of these names. */
  readonly id?: OneOrMore<EventName> | undefined;
  /** The last position seen: what came since is told first. */
  readonly after?: string | undefined;
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** A stream of which nothing comes for so long, no heartbeat either, is opened anew. Default 60 s. */
  readonly silenceMs?: number;
  /** Longest wait before the next attempt. Default 30 s. */
  readonly longestBackoffMs?: number;
  /** Called each time the stream is lost; it is opened again after `retryMs`. */
  readonly onLost?: (error: BatonClientError, retryMs: number) => void;
}

const eventsPath = '/v1/events' satisfies Path;
const sseMediaType = 'text/event-stream';
const defaultSilenceMs = 60_000;
const defaultLongestBackoffMs = 30_000;
/** Until the server says how long. */
const firstBackoffMs = 1_000;

/**
 * One reader of the event stream, who comes back by itself to where it was.
 *
 *     opening ──▶ reading ──lost──▶ waiting ──▶ opening again ──▶ reading …
 *        │           └─ signal: over     ▲            │
 *        └─ any failure: thrown          └────────────┴─ refused for good (4xx but 429): thrown
 */
export class EventStream {
  readonly #requests: Requests;
  readonly #options: EventsOptions;
  #position: string | undefined;
  #failures = 0;
  #retryMs = firstBackoffMs;

  constructor(requests: Requests, options: EventsOptions) {
    this.#requests = requests;
    this.#options = options;
  }

  async *items(): AsyncGenerator<StreamItem, void, void> {
    const { signal } = this.#options;
    const leaving = new AbortController();
    const over = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    try {
      let response = await this.#open(over);
      for (;;) {
        const why = yield* this.#read(response);
        response = await this.#openAgain(why, over);
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    } finally {
      leaving.abort();
    }
  }

  async #open(signal: AbortSignal): Promise<Response> {
    const { dn, connId, id, after } = this.#options;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ dn, connId, id, after }))
      for (const each of typeof value === 'string' ? [value] : (value ?? [])) query.append(name, each);
    const question = query.size === 0 ? '' : `?${query.toString()}`;
    const headers = {
      accept: sseMediaType,
      ...(this.#position !== undefined && { 'last-event-id': this.#position }),
    };
    const response = await this.#requests.open(eventsPath + question, { headers, signal });
    if (response.headers.get('content-type')?.startsWith(sseMediaType) === true) return response;
    void response.body?.cancel();
    throw new BatonClientError('answered without an event stream: no Baton?', { code: 'not-baton' });
  }

  /** Gives why it is over; throws what cannot be mended by coming back. */
  async *#read(response: Response): AsyncGenerator<StreamItem, BatonClientError, void> {
    if (response.body === null) return lost('it has no body');
    const { silenceMs = defaultSilenceMs } = this.#options;
    const blocks = readBlocks({
      body: response.body,
      silenceMs,
      after: this.#requests.after,
      onPosition: position => (this.#position ??= position),
      onRetry: retryMs => (this.#retryMs = retryMs),
    });
    try {
      for await (const block of blocks) {
        this.#failures = 0;
        if (block.event === 'cut') return cutBy(block);
        const item = itemOf(block);
        this.#position = item.position;
        yield item;
      }
      return lost('the connection was closed');
    } catch (error) {
      return error instanceof BatonClientError ? error : lost('the connection broke', error);
    }
  }

  async #openAgain(why: BatonClientError, signal: AbortSignal): Promise<Response> {
    for (let reason = why; ; ) {
      await this.#pause(reason, signal);
      try {
        return await this.#open(signal);
      } catch (error) {
        if (!(error instanceof BatonClientError) || isFinal(error)) throw error;
        reason = error;
      }
    }
  }

  async #pause(reason: BatonClientError, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#failures += 1;
    const { longestBackoffMs: longestMs = defaultLongestBackoffMs, onLost } = this.#options;
    const { retryAfterMs = 0 } = reason;
    const timing = { firstMs: this.#retryMs, longestMs, failures: this.#failures, random: Math.random() };
    const waitMs = Math.min(longestMs, Math.max(retryAfterMs, backoffMs(timing)));
    onLost?.(reason, waitMs);
    await waitFor(this.#requests.after, waitMs, signal);
  }
}

/** A request that is wrong stays wrong. */
function isFinal({ status = 0 }: BatonClientError): boolean {
  return status >= 400 && status < 500 && status !== 429 && status !== 408;
}

function itemOf({ id, event, data }: EventSourceMessage): StreamItem {
  const told = JSON.parse(data) as unknown;
  const position = id ?? '';
  return event === 'gap' ? { position, gap: told as StreamGap } : { position, event: told as CallEvent };
}

function cutBy({ data }: EventSourceMessage): BatonClientError {
  const { code } = JSON.parse(data) as { readonly code: string };
  return new BatonClientError(`the event stream was cut: ${code}`, { code });
}
