import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Bell } from '../../support/bell.ts';

/** One frame of the application, read. */
export interface ReceivedFrame {
  readonly id: string;
  readonly verb: string;
  readonly fields: readonly string[];
  /** SIP text, empty when there is none. */
  readonly text: string;
}

/**
 * A SIP engine's control port that does what a test tells it. It authenticates and accepts routes by itself; `sip` frames are
 * kept for the test, which answers them.
 */
export class FakeControlServer {
  version = 'v0.9.10-baton';
  secret = 'hunter2';
  /** Frames other than authenticate, route and ping, not yet taken by `next`. */
  readonly #frames: ReceivedFrame[] = [];
  readonly routes: string[] = [];
  readonly tags: string[] = [];
  connections = 0;
  readonly #server: Server;
  /** The latest connection: what the test writes goes there. */
  #socket: Socket | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #bell = new Bell();

  constructor() {
    this.#server = createServer(socket => this.#accept(socket));
  }

  /** Resolves with the port. */
  async start(port = 0): Promise<number> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  /** Cuts the connection as a dying engine does. */
  cut(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** The next frame whose SIP text begins with `start`. */
  async next(start: string): Promise<ReceivedFrame> {
    const found = await this.#bell.first(
      () => this.#frames.find(frame => frame.text.startsWith(start)),
      () => `no ${start} among: ${this.untaken.join(', ')}`,
    );
    this.#frames.splice(this.#frames.indexOf(found), 1);
    return found;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    await this.#bell.first(
      () => condition() || undefined,
      () => what,
    );
  }

  /** What came and was not taken. */
  get untaken(): readonly string[] {
    return this.#frames.map(frame => frame.text.split('\r\n')[0] ?? '');
  }

  write(payload: string): void {
    this.#socket?.write(`${Buffer.byteLength(payload)}#${payload}`);
  }

  /** A request from the network. */
  request(text: string, ids: { transactionId: string; dialogId?: string }): void {
    const meta = `network|${text.length}|udp|198.51.100.9|5062|10:00:00.000000`;
    const tail = ids.dialogId === undefined ? '|203.0.113.5|5060|' : `${ids.dialogId}|`;
    this.write(`${randomUUID()}|sip|${meta}|${ids.transactionId}|${tail}\r\n${text}`);
  }

  response(text: string, ids: { transactionId: string; dialogId: string }): void {
    const meta = `network|${text.length}|udp|192.0.2.7|5060|10:00:00.000000`;
    this.write(`${randomUUID()}|sip|${meta}|${ids.transactionId}|${ids.dialogId}|\r\n${text}`);
  }

  /** The engine's own BYE. */
  notice(text: string, dialogId: string): void {
    const meta = `application|${text.length}|udp|192.0.2.7|5060|10:00:00.000000`;
    this.write(`${randomUUID()}|sip|${meta}|unsolicited|${dialogId}|\r\n${text}`);
  }

  /** The echo of a request that was sent. */
  echoRequest(frame: ReceivedFrame, transactionId: string): void {
    const meta = 'application|1|udp|192.0.2.7|5060|10:00:00.000000';
    const text = `${frame.text.slice(0, frame.text.indexOf('\r\n'))}\r\nCall-ID: ${transactionId}\r\nCSeq: 1 X\r\n\r\n`;
    this.write(`${randomUUID()}|response|${frame.id}|OK|${meta}|${transactionId}|Msg sent:|\r\n${text}`);
  }

  /** The echo of a response that was sent. */
  echoResponse(frame: ReceivedFrame, dialogId: string): void {
    const meta = `application|1|udp|192.0.2.7|5060|10:00:00.000000|${frame.fields[0] ?? ''}`;
    this.write(`${randomUUID()}|response|${frame.id}|OK|${meta}|${dialogId}||Msg sent:|\r\n${frame.text}`);
  }

  refuse(frame: ReceivedFrame, reason: string): void {
    this.write(`${randomUUID()}|response|${frame.id}|NOK|${reason}`);
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#socket = socket;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    let buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', chunk => {
      buffer = Buffer.concat([buffer, chunk]);
      for (let hash = buffer.indexOf('#'); hash > 0; hash = buffer.indexOf('#')) {
        const end = hash + 1 + Number(buffer.subarray(0, hash).toString());
        if (buffer.length < end) break;
        const payload = buffer.subarray(hash + 1, end).toString();
        buffer = buffer.subarray(end);
        this.#receive(socket, payload);
      }
    });
  }

  #receive(socket: Socket, payload: string): void {
    const lineEnd = payload.indexOf('\r\n');
    const line = lineEnd < 0 ? payload : payload.slice(0, lineEnd);
    const [id = '', verb = '', ...fields] = line.split('|');
    if (verb === 'authenticate') this.#authenticate(socket, id, fields);
    else if (verb === 'route') this.#route(id, fields[0] ?? '');
    else if (verb === 'ping') this.write(`${randomUUID()}|response|${id}|OK|pong`);
    else this.#frames.push({ id, verb, fields, text: lineEnd < 0 ? '' : payload.slice(lineEnd + 2) });
    this.#bell.ring();
  }

  #authenticate(socket: Socket, id: string, fields: readonly string[]): void {
    this.tags.push(fields[1] ?? '');
    if (fields[0] !== this.secret) {
      this.write(`${randomUUID()}|response|${id}|NO|incorrect secret`);
      socket.end();
      return;
    }
    this.write(
      `${randomUUID()}|response|${id}|OK|udp/203.0.113.5:5060,tcp/203.0.113.5:5060|${this.version}|udp/10.0.0.5:5060`,
    );
  }

  #route(id: string, method: string): void {
    this.routes.push(method);
    this.write(`${randomUUID()}|response|${id}|OK`);
  }
}
