import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { StoredEvent } from '../../stream/stored-event.ts';
import type { CutCode, Gap, Subscriber, Subscription } from '../../stream/subscription.ts';
import type { Wanted } from './query.ts';
import { gapJson, type OpenStream, type StreamParts } from './stream.ts';

export const sseMediaType = 'text/event-stream';

/** How long a client waits before it comes back. */
const retryMs = 2_000;

/**
 * A stream of server-sent events (WHATWG HTML §9.2): `id:` the position, `event:` the name, `data:` the bare event on one line.
 * Three more kinds of block: a first one with `retry:` and the position of now, so that also a client who saw no event comes back to
 * where it was; `event: gap`; and, as the last, `event: cut` with a code. Heartbeats are comments.
 */
export class SseStream implements Subscriber, OpenStream {
  readonly carrier = 'sse';
  readonly closed: Promise<void>;
  readonly #response: ServerResponse;
  readonly #parts: StreamParts;
  readonly #subscription: Subscription;
  #stopHeartbeat: () => void = () => undefined;

  constructor(response: ServerResponse, headers: OutgoingHttpHeaders, wanted: Wanted, parts: StreamParts) {
    this.#response = response;
    this.#parts = parts;
    this.closed = new Promise(resolve => {
      response.once('close', () => {
        this.#leave();
        resolve();
      });
    });
    response.on('error', () => response.destroy());
    response.writeHead(200, {
      ...headers,
      'content-type': sseMediaType,
      'cache-control': 'no-store',
      // nginx gathers answers unless told not to.
      'x-accel-buffering': 'no',
    });
    const start = wanted.after === undefined ? `id: ${parts.ring.position}\n` : '';
    // A first block, so that the headers leave at once.
    response.write(`retry: ${retryMs}\n${start}\n`);
    this.#subscription = parts.ring.subscribe({ ...wanted, limits: parts.limits, subscriber: this });
    response.on('drain', () => this.#subscription.resume());
    parts.metrics.subscriberJoined(this.carrier);
    this.#beat();
  }

  onEvent({ number, traits, json }: StoredEvent): boolean {
    this.#parts.metrics.eventStreamed(this.carrier);
    const position = this.#parts.ring.positionOf(number);
    return this.#response.write(`id: ${position}\nevent: ${traits.id}\ndata: ${json}\n\n`);
  }

  onGap(gap: Gap): boolean {
    const { ring } = this.#parts;
    const position = ring.positionOf(gap.missedTo);
    return this.#response.write(`id: ${position}\nevent: gap\ndata: ${gapJson(ring, gap)}\n\n`);
  }

  onCut(code: CutCode): void {
    this.#parts.metrics.subscriberCut(code);
    this.#stopHeartbeat();
    this.#response.end(`event: cut\ndata: ${JSON.stringify({ code })}\n\n`);
    // Who does not read does not read this either.
    const cancel = this.#parts.after(this.#parts.closeGraceMs, () => this.terminate());
    void this.closed.then(cancel);
  }

  terminate(): void {
    this.#response.destroy();
  }

  #beat(): void {
    this.#stopHeartbeat = this.#parts.after(this.#parts.heartbeatMs, () => {
      // What waits will show that we live.
      if (!this.#response.writableNeedDrain) this.#response.write(': heartbeat\n\n');
      this.#beat();
    });
  }

  #leave(): void {
    this.#stopHeartbeat();
    this.#subscription.end();
    this.#parts.metrics.subscriberLeft(this.carrier);
  }
}
