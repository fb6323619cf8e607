import type { WebSocket } from '@fastify/websocket';
import type { StoredEvent } from '../../stream/stored-event.ts';
import type { CutCode, Gap, Subscriber, Subscription } from '../../stream/subscription.ts';
import type { Wanted } from './query.ts';
import { gapJson, type OpenStream, type StreamParts, terminateLater } from './stream.ts';

/** RFC 6455 §7.4.1; 4000 and up are ours (§7.4.2). */
export const closeCodes = { goingAway: 1001, policy: 1008, internal: 1011, slowSubscriber: 4408 } as const;

const closeCodeOf: Readonly<Record<CutCode, number>> = {
  'shutting-down': closeCodes.goingAway,
  internal: closeCodes.internal,
  'slow-subscriber': closeCodes.slowSubscriber,
};

/** Octets given to the socket and not taken by the network; over it the rest waits in the subscription. */
const highWaterBytes = 65_536;
/** Frames from the client: none means anything, and who keeps sending is mistaken. */
const ignoredFrames = 100;

/**
 * A stream over WebSocket (RFC 6455), text frames only: `{"position": …, "event": {…}}`, where something is missing
 * `{"position": …, "gap": {"missedFrom": …, "missedTo": …}}`, and `{"position": …}` alone, which tells where the stream is: at once, and
 * later with a heartbeat when events have passed that were for others. Heartbeats are pings; without a pong until the next the peer is gone.
 */
export class WebSocketStream implements Subscriber, OpenStream {
  readonly carrier = 'websocket';
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #parts: StreamParts;
  readonly #subscription: Subscription;
  #isFull = false;
  #isAlive = true;
  #frames = 0;
  #stopHeartbeat: () => void = () => undefined;

  constructor(socket: WebSocket, wanted: Wanted, parts: StreamParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.closed = new Promise(resolve => {
      socket.once('close', () => {
        this.#leave();
        resolve();
      });
    });
    socket.on('pong', () => (this.#isAlive = true));
    socket.on('message', () => this.#receiveFrame());
    this.#subscription = parts.ring.subscribe({ ...wanted, limits: parts.limits, subscriber: this });
    const { seenTo } = this.#subscription;
    if (seenTo !== undefined) this.onPosition(seenTo);
    parts.metrics.subscriberJoined(this.carrier);
    this.#beat();
  }

  onEvent({ number, json }: StoredEvent): boolean {
    this.#parts.metrics.eventStreamed(this.carrier);
    return this.#send(`{"position":"${this.#parts.ring.positionOf(number)}","event":${json}}`);
  }

  onGap(gap: Gap): boolean {
    const { ring } = this.#parts;
    return this.#send(`{"position":"${ring.positionOf(gap.missedTo)}","gap":${gapJson(ring, gap)}}`);
  }

  onPosition(number: number): boolean {
    return this.#send(`{"position":"${this.#parts.ring.positionOf(number)}"}`);
  }

  onCut(code: CutCode): void {
    this.#parts.metrics.subscriberCut(code);
    this.#close(closeCodeOf[code], code);
  }

  cut(code: CutCode): void {
    this.#subscription.cut(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #send(text: string): boolean {
    this.#socket.send(text, () => this.#sent());
    this.#isFull = this.#socket.bufferedAmount > highWaterBytes;
    return !this.#isFull;
  }

  /** A frame has left: there may be room again. */
  #sent(): void {
    if (!this.#isFull || this.#socket.bufferedAmount > highWaterBytes / 2) return;
    this.#isFull = false;
    this.#subscription.resume();
  }

  #receiveFrame(): void {
    this.#frames += 1;
    if (this.#frames !== ignoredFrames + 1) return;
    this.#subscription.end();
    this.#close(closeCodes.policy, 'nothing is expected from you');
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    terminateLater(this, this.#parts);
  }

  #beat(): void {
    this.#stopHeartbeat = this.#parts.after(this.#parts.heartbeatMs, () => {
      if (!this.#isAlive) return this.terminate();
      this.#isAlive = false;
      this.#socket.ping();
      this.#subscription.tellPosition();
      this.#beat();
    });
  }

  #leave(): void {
    this.#stopHeartbeat();
    this.#subscription.end();
    this.#parts.metrics.subscriberLeft(this.carrier);
  }
}
