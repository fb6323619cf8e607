import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { StoredEvent } from '../../stream/stored-event.ts';
import type { CutCode, Gap, Subscriber, Subscription } from '../../stream/subscription.ts';
import type { Wanted } from './query.ts';
import { gapJson, type OpenStream, type StreamParts, terminateLater } from './stream.ts';

export const sseMediaType = 'text/event-stream';

/** How long a client waits before it comes back. */
const retryMs = 2_000;

/**
 * A stream of server-sent events (WHATWG HTML §9.2): `id:` the position, `event:` the name, `data:` the bare event on one line.
 * Three more kinds of block: `event: gap`; as the last, `event: cut` with a code; and `id:` alone, which tells where the stream is and is no
 * event (§9.2.6: a block sets the last event ID before it is found to have no data). One of these comes first, with `retry:`, others with
 * heartbeats, which are comments: so who sees few events, or none, comes back to where it was and not to where the ring has been.
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
    this.#subscription = parts.ring.subscribe({ ...wanted, limits: parts.limits, subscriber: this });
    const { seenTo } = this.#subscription;
    const start = seenTo === undefined ? '' : `id: ${parts.ring.positionOf(seenTo)}\n`;
    // A first block, so that the headers leave at once.
    response.write(`retry: ${retryMs}\n${start}\n`);
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

  onPosition(number: number): boolean {
    return this.#response.write(`id: ${this.#parts.ring.positionOf(number)}\n\n`);
  }

  onCut(code: CutCode): void {
    this.#parts.metrics.subscriberCut(code);
    this.#stopHeartbeat();
    this.#response.end(`event: cut\ndata: ${JSON.stringify({ code })}\n\n`);
    terminateLater(this, this.#parts);
  }

  cut(code: CutCode): void {
    this.#subscription.cut(code);
  }

  terminate(): void {
    this.#response.destroy();
  }

  #beat(): void {
    this.#stopHeartbeat = this.#parts.after(this.#parts.heartbeatMs, () => {
      // What waits will show that we live.
      if (!this.#response.writableNeedDrain) {
        this.#response.write(': heartbeat\n\n');
        this.#subscription.tellPosition();
      }
      this.#beat();
    });
  }

  #leave(): void {
    this.#stopHeartbeat();
    this.#subscription.end();
    this.#parts.metrics.subscriberLeft(this.carrier);
  }
}
