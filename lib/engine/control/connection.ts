import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { EngineCounters } from '../counters.ts';
import type { ByteString } from '../message/bytes.ts';
import type { After } from './after.ts';
import { type Cut, encodeFrame, FrameCutter } from './frame.ts';
import type { EngineLog } from '../log.ts';
import { type Order, parseOrder, requestIdOf } from './order.ts';
import { type ReplyStatus, statusPayload } from './reply.ts';

/** Who uses connections: the control server. */
export interface ConnectionUser {
  /** One frame, read. Called for `authenticate` until `admit()`, for every verb afterwards. */
  receiveOrder(connection: ClientConnection, order: Order): void;
  /** Nothing can be received or sent any more. Told once. */
  connectionClosed(connection: ClientConnection): void;
}

export interface ConnectionOptions {
  readonly maxFrameBytes: number;
  readonly highWaterBytes: number;
  readonly authenticationTimeoutMs: number;
  readonly after: After;
  readonly counters: EngineCounters;
  readonly log: EngineLog;
}

/** Before it has authenticated a client has nothing long to say. */
const maxStrangerFrameBytes = 4_096;
/** How long a closing connection may take to hand over its last bytes. */
const lingerMs = 1_000;

/**
 * One client on one socket.
 *
 *     stranger ──admit()──→ admitted ──┬─ the client leaves ──┐
 *        └─ wrong secret, other verb, ─┴─ garbage, slow ──────┴─→ closed
 *           silence
 */
export class ClientConnection {
  /** For logs. */
  readonly name: string;
  /** What this client registered for. */
  readonly routes = new Set<string>();
  readonly #socket: Socket;
  readonly #user: ConnectionUser;
  readonly #options: ConnectionOptions;
  readonly #cutter = new FrameCutter(maxStrangerFrameBytes);
  #cancelTimer: () => void;
  #admitted = false;
  #open = true;
  #outgoing: ByteString = '';
  #flushing = false;

  constructor(socket: Socket, user: ConnectionUser, options: ConnectionOptions) {
    this.name = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    this.#socket = socket;
    this.#user = user;
    this.#options = options;
    this.#cancelTimer = options.after(options.authenticationTimeoutMs, () => {
      this.#refuseStranger('no authentication in time');
    });
    socket.on('data', chunk => {
      this.#receiveBytes(chunk);
    });
    socket.on('end', () => {
      this.close('the client left');
    });
    socket.on('error', error => {
      options.log.debug({ client: this.name, err: error }, 'control socket error');
    });
    socket.on('close', () => {
      this.#cancelTimer();
      this.#leave('the socket closed');
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The client has authenticated: all verbs are open to it. */
  admit(): void {
    this.#admitted = true;
    this.#cutter.limitBytes = this.#options.maxFrameBytes;
    this.#cancelTimer();
  }

  /** Answers a request of the client. */
  reply(requestId: string, status: ReplyStatus, fields: readonly string[] = []): void {
    if (status !== 'OK') this.#options.counters.framesRefused += 1;
    this.write(statusPayload(randomUUID(), requestId, status, fields));
  }

  /**
   * Puts one frame into the outgoing queue, in the order of the calls. False when the connection is closed.
   *
   * What one turn of the event loop writes goes out as one write: a call makes several frames, and a system call each
   * would cost more than the frames.
   */
  write(payload: ByteString): boolean {
    if (!this.#open) return false;
    this.#options.counters.framesSent += 1;
    this.#outgoing += encodeFrame(payload);
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(this.#flush);
    }
    return true;
  }

  /** Sends what is queued, then ends the connection. */
  close(why: string): void {
    if (!this.#open) return;
    const rest = this.#outgoing;
    this.#outgoing = '';
    // Incoming bytes are still read, and dropped: closing a socket with unread bytes resets it, and the reset can
    // destroy the last reply on its way.
    if (rest === '') this.#socket.end();
    else this.#socket.end(rest, 'latin1');
    this.#cancelTimer();
    this.#cancelTimer = this.#options.after(lingerMs, () => {
      this.#socket.destroy();
    });
    this.#leave(why);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    if (!this.#open || this.#outgoing === '') return;
    const queuedBytes = this.#socket.writableLength + this.#outgoing.length;
    if (queuedBytes > this.#options.highWaterBytes) {
      this.#dropSlowReader(queuedBytes);
      return;
    }
    this.#socket.write(this.#outgoing, 'latin1');
    this.#outgoing = '';
  };

  // A client that does not read would otherwise hold all messages to it in memory. Calls behind it are stuck anyway;
  // closing gives them to another client, or to this one when it comes back.
  #dropSlowReader(queuedBytes: number): void {
    const { counters, log } = this.#options;
    counters.slowClientsClosed += 1;
    log.warn({ client: this.name, queuedBytes }, 'control client does not read, closed');
    this.#outgoing = '';
    this.#socket.destroy();
    this.#leave('the client does not read');
  }

  #receiveBytes(chunk: Buffer): void {
    if (this.#open) this.#cutter.push(chunk);
    // An order can close the connection; what follows it in the stream is nobody's any more.
    while (this.#open) {
      const cut = this.#cutter.next();
      if (cut === undefined) return;
      this.#receiveCut(cut);
    }
  }

  #receiveCut(cut: Cut): void {
    this.#options.counters.framesReceived += 1;
    switch (cut.kind) {
      case 'frame':
        this.#receiveOrder(parseOrder(cut.payload));
        return;
      case 'too-large':
        this.#refuseTooLarge(cut.head, cut.sizeBytes);
        return;
      case 'garbage':
        this.#refuseGarbage(cut.reason);
    }
  }

  #receiveOrder(order: Order): void {
    if (order.verb === 'unreadable') {
      this.#refuseGarbage('a frame must begin with a request id');
    } else if (this.#admitted || order.verb === 'authenticate') {
      this.#user.receiveOrder(this, order);
    } else {
      // §2.3: drachtio-server serves such clients (server#259); that would make the secret worthless.
      this.reply(order.id, 'NO', ['not authenticated']);
      this.#refuseStranger('a verb before authentication');
    }
  }

  #refuseStranger(why: string): void {
    this.#options.counters.authenticationFailures += 1;
    this.#options.log.warn({ client: this.name, why }, 'control client refused');
    this.close(why);
  }

  #refuseTooLarge(head: ByteString, sizeBytes: number): void {
    const id = requestIdOf(head);
    if (id === undefined) {
      this.#refuseGarbage('an over-long frame without a request id');
      return;
    }
    this.#options.log.warn({ client: this.name, sizeBytes }, 'control frame too large');
    const reason = `a frame must not have more than ${this.#cutter.limitBytes} bytes`;
    this.reply(id, this.#admitted ? 'NOK' : 'NO', [reason]);
    if (!this.#admitted) this.#refuseStranger(reason);
  }

  #refuseGarbage(why: string): void {
    this.#options.counters.framesRefused += 1;
    this.#options.log.warn({ client: this.name, why }, 'not the control protocol, closed');
    this.close(why);
  }

  #leave(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#options.log.debug({ client: this.name, why }, 'control connection closed');
    this.#user.connectionClosed(this);
  }
}
