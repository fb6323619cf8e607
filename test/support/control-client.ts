import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { FrameCutter } from '../../lib/engine/control/frame.ts';

/** One frame of the server. */
export interface ControlFrame {
  /** The fields of its first line. */
  readonly tokens: readonly string[];
  /** What follows the first line, decoded from UTF-8; empty when there is nothing. */
  readonly sip: string;
  /** The payload, one character an octet. */
  readonly octets: string;
}

export interface SipOrder {
  readonly transactionId?: string;
  readonly dialogId?: string;
  readonly routeUrl?: string;
  /** Start line, headers, blank line, body. */
  readonly sip: string;
}

interface Wait {
  readonly wants: (frame: ControlFrame) => boolean;
  readonly settle: (frame: ControlFrame | Error) => void;
}

const maxFrameBytes = 64 * 1024 * 1024;

/** The reply to the request with this id. */
export const replyTo =
  (id: string) =>
  (frame: ControlFrame): boolean =>
    frame.tokens[1] === 'response' && frame.tokens[2] === id;

/** A SIP message whose text begins with `start`. */
export const sipStarting =
  (start: string) =>
  (frame: ControlFrame): boolean =>
    frame.tokens[1] === 'sip' && frame.sip.startsWith(start);

/**
 * A bare client of the drachtio control protocol, inbound model, for any server that speaks it. It knows framing and
 * correlation and nothing of SIP.
 */
export class ControlClient {
  /** Everything received, in order. */
  readonly received: ControlFrame[] = [];
  /** Settles when the server has closed the connection, or this client has. */
  readonly closed: Promise<void>;
  readonly socket: Socket;
  readonly #deadlineMs: number;
  readonly #cutter = new FrameCutter(maxFrameBytes);
  /** Received, and not yet taken by anyone. */
  readonly #untaken: ControlFrame[] = [];
  readonly #waits = new Set<Wait>();
  #failure: Error | undefined;

  private constructor(socket: Socket, deadlineMs: number) {
    this.socket = socket;
    this.#deadlineMs = deadlineMs;
    socket.on('data', chunk => {
      this.#receiveBytes(chunk);
    });
    socket.on('error', () => {
      // What a test waits for tells; the reset of a refused client is part of some.
    });
    this.closed = new Promise(resolve => {
      socket.once('close', () => {
        this.#fail(new Error('the control connection closed'));
        resolve();
      });
    });
  }

  /** `deadlineMs`: how long anything may take that is waited for. */
  static async connect(options: { host: string; port: number; deadlineMs?: number }): Promise<ControlClient> {
    const socket = connect({ host: options.host, port: options.port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new ControlClient(socket, options.deadlineMs ?? 5_000);
  }

  /** Resolves with the reply, whatever it says. */
  authenticate(secret: string, tags: readonly string[] = []): Promise<ControlFrame> {
    return this.ask(`authenticate|${secret}|${tags.join(',')}`);
  }

  route(method: string): Promise<ControlFrame> {
    return this.ask(`route|${method}`);
  }

  /** Sends a SIP message and resolves with the reply, `OK` or not. */
  sendSip(order: SipOrder): Promise<ControlFrame> {
    const { transactionId = '', dialogId = '', routeUrl } = order;
    const route = routeUrl === undefined ? '' : `|${routeUrl}`;
    return this.ask(`sip|${transactionId}|${dialogId}${route}\r\n${order.sip}`);
  }

  /** Sends `verb|field…` under a fresh id and resolves with the reply to it. */
  ask(payload: string): Promise<ControlFrame> {
    return this.next(replyTo(this.send(payload)), `the reply to ${payload.slice(0, 60)}`);
  }

  /** Sends `verb|field…` under a fresh id, which is returned. */
  send(payload: string): string {
    const id = randomUUID();
    this.sendFrame(`${id}|${payload}`);
    return id;
  }

  sendFrame(payload: string): void {
    this.socket.write(`${Buffer.byteLength(payload, 'utf8')}#${payload}`, 'utf8');
  }

  sendBytes(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  /**
   * The first frame that fits and that no earlier call has taken; waits for it until the deadline. `what` says in a
   * failure what was missed.
   */
  next(
    wants: (frame: ControlFrame) => boolean,
    what = 'a frame',
    deadlineMs = this.#deadlineMs,
  ): Promise<ControlFrame> {
    const at = this.#untaken.findIndex(wants);
    const [frame] = at < 0 ? [] : this.#untaken.splice(at, 1);
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.#failure !== undefined)
      return Promise.reject(new Error(`${this.#failure.message} before ${what} came`));
    return this.#wait(wants, what, deadlineMs);
  }

  /** Ends the connection as a client does that leaves. */
  async close(): Promise<void> {
    this.socket.end();
    await this.closed;
  }

  /** Ends the connection as a client does that dies. */
  async kill(): Promise<void> {
    this.socket.resetAndDestroy();
    await this.closed;
  }

  #wait(wants: (frame: ControlFrame) => boolean, what: string, deadlineMs: number): Promise<ControlFrame> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: ControlFrame | Error): void => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        if (outcome instanceof Error) reject(new Error(`${outcome.message} before ${what} came`));
        else resolve(outcome);
      };
      const timer = setTimeout(() => {
        settle(new Error(`${deadlineMs} ms passed`));
      }, deadlineMs);
      const wait: Wait = { wants, settle };
      this.#waits.add(wait);
    });
  }

  #receiveBytes(chunk: Buffer): void {
    this.#cutter.push(chunk);
    for (let cut = this.#cutter.next(); cut !== undefined; cut = this.#cutter.next()) {
      if (cut.kind === 'frame') this.#receiveFrame(readFrame(cut.payload));
      else this.#fail(new Error(`the server sent ${cut.kind}`));
    }
  }

  #receiveFrame(frame: ControlFrame): void {
    this.received.push(frame);
    for (const wait of this.#waits) {
      if (wait.wants(frame)) {
        wait.settle(frame);
        return;
      }
    }
    this.#untaken.push(frame);
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const wait of [...this.#waits]) wait.settle(failure);
  }
}

function readFrame(octets: string): ControlFrame {
  const payload = Buffer.from(octets, 'latin1').toString('utf8');
  const end = payload.indexOf('\r\n');
  const line = end < 0 ? payload : payload.slice(0, end);
  return { tokens: line.split('|'), sip: end < 0 ? '' : payload.slice(end + 2), octets };
}
