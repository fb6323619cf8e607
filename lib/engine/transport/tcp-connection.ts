import type { Socket } from 'node:net';
import type { ByteString } from '../message/bytes.ts';
import type { MessageLimits } from '../message/limits.ts';
import { StreamFramer } from '../message/stream-framer.ts';
import { failureOf } from './failure.ts';
import type { ConnectionEnd } from './notice.ts';
import type { Flow, OnSendFailure, SendFailure, StreamFault } from './transport.ts';

export interface StreamSettings {
  readonly limits: MessageLimits;
  /** How long opening a connection may take; default 5000. */
  readonly connectTimeoutMs: number;
  /**
   * A connection without any octet for so long is closed; default one hour, since calls are silent while they
   * last.
   */
  readonly idleTimeoutMs: number;
  /** An incoming connection has to bring its first message within this time; default 32000 (64*T1). */
  readonly firstMessageTimeoutMs: number;
  /** Connections in both directions together; default 10000. */
  readonly maxConnections: number;
  /** Octets a peer may leave unread before its connection is closed; default 1 MB. */
  readonly maxPendingBytes: number;
}

export interface TcpConnectionOptions {
  readonly socket: Socket;
  readonly flow: Flow;
  readonly settings: StreamSettings;
  readonly onMessage: (bytes: ByteString, flow: Flow) => void;
  readonly onBroken: (fault: StreamFault, flow: Flow) => void;
  /** Told once, as soon as nothing can be sent any more. */
  readonly onEnd: (connection: TcpConnection, reason: ConnectionEnd) => void;
}

/**
 * One stream.
 *
 *     connecting ──connect──▶ open ──peer's FIN, error, limit, idle──▶ ended ──▶ socket closed
 *         └──────── refused, timeout ─────────────────────────────────▶
 *
 * Ended means: not offered for reuse any more; what was written before still drains.
 */
export class TcpConnection {
  readonly flow: Flow;
  readonly #socket: Socket;
  readonly #options: TcpConnectionOptions;
  readonly #framer: StreamFramer;
  readonly #undelivered: OnSendFailure[] = [];
  #end: ConnectionEnd | undefined;
  #socketClosed = false;
  /** Runs until an incoming connection brings its first message: octets that never become one do not prolong it. */
  #firstMessageDeadline: NodeJS.Timeout | undefined;

  constructor(options: TcpConnectionOptions) {
    this.#options = options;
    this.flow = options.flow;
    this.#socket = options.socket;
    this.#framer = new StreamFramer(options.settings.limits);
    this.#watch();
  }

  send(bytes: ByteString, onFailure: OnSendFailure): void {
    if (this.#socket.writableLength + bytes.length > this.#options.settings.maxPendingBytes) {
      this.close('too-much-pending');
    }
    this.#socket.write(bytes, 'latin1', error => {
      if (error !== null && error !== undefined) this.#fail(onFailure);
    });
  }

  /** Closes at once; what has not been taken by the kernel is lost, and its senders are told. */
  close(reason: ConnectionEnd): void {
    this.#finish(reason);
    this.#socket.destroy();
  }

  /** Closes after what was written has been taken by the kernel. */
  closeGently(reason: ConnectionEnd): void {
    this.#finish(reason);
    this.#socket.destroySoon();
  }

  #watch(): void {
    const { settings } = this.#options;
    const socket = this.#socket;
    const isOutgoing = socket.connecting;
    socket.setTimeout(isOutgoing ? settings.connectTimeoutMs : settings.idleTimeoutMs);
    if (!isOutgoing) {
      const tooLate = (): void => {
        this.close('idle');
      };
      this.#firstMessageDeadline = setTimeout(tooLate, settings.firstMessageTimeoutMs);
    }
    socket.on('connect', () => socket.setTimeout(settings.idleTimeoutMs));
    socket.on('timeout', () => {
      this.close(socket.connecting ? 'timeout' : 'idle');
    });
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    // A peer that has sent FIN reads what is on its way, but whether it reads anything later is not known:
    // RFC 3261 §18.2.2 then opens a new connection for a response.
    socket.on('end', () => {
      this.#finish('ended-by-peer');
    });
    socket.on('error', error => {
      this.#finish(failureOf(error));
    });
    socket.on('close', () => {
      this.#socketClosed = true;
      this.#finish('closed');
      for (const onFailure of this.#undelivered.splice(0)) this.#fail(onFailure);
    });
  }

  #receive(chunk: Buffer): void {
    this.#framer.push(chunk.toString('latin1'));
    while (this.#end === undefined) {
      const found = this.#framer.next();
      if (found === undefined) return;
      // RFC 5626 §3.5.1: a double CRLF between messages is a ping, answered by a single CRLF.
      if (found.kind === 'keepalive-ping') this.#answerPing();
      else if (found.kind === 'message') this.#deliver(found.bytes);
      else if (found.kind === 'broken') this.#breakOff(found);
    }
  }

  /** A peer that asks and asks and never reads the answers fills our memory like any other that does not read. */
  #answerPing(): void {
    const { maxPendingBytes } = this.#options.settings;
    if (this.#socket.writableLength >= maxPendingBytes) this.close('too-much-pending');
    else this.#socket.write('\r\n', 'latin1');
  }

  #deliver(bytes: ByteString): void {
    this.#stopDeadline();
    this.#options.onMessage(bytes, this.flow);
  }

  /**
   * RFC 3261 §18.3: without a Content-Length that can be believed nothing tells where the next message
   * begins.
   */
  #breakOff(fault: StreamFault): void {
    this.#options.onBroken(fault, this.flow);
    this.closeGently('broken-framing');
  }

  #stopDeadline(): void {
    if (this.#firstMessageDeadline === undefined) return;
    clearTimeout(this.#firstMessageDeadline);
    this.#firstMessageDeadline = undefined;
  }

  #finish(reason: ConnectionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#stopDeadline();
    this.#options.onEnd(this, reason);
  }

  /** The reason of a failed write is known for certain only when the socket has closed. */
  #fail(onFailure: OnSendFailure): void {
    if (this.#socketClosed) onFailure(sendFailureOf(this.#end ?? 'closed'));
    else this.#undelivered.push(onFailure);
  }
}

function sendFailureOf(reason: ConnectionEnd): SendFailure {
  switch (reason) {
    case 'ended-by-peer':
    case 'idle':
    case 'broken-framing':
    case 'too-much-pending':
    case 'stopped':
      return 'closed';
    default:
      return reason;
  }
}
