import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Somebody who must not be called: it answers nothing and remembers what it heard. */
export class SilentTarget {
  /** Start lines. */
  readonly heard: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', bytes => this.heard.push(bytes.toString('latin1').split('\r\n')[0] ?? ''));
  }

  static async start(address: string): Promise<SilentTarget> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new SilentTarget(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  stop(): void {
    this.#socket.close();
  }
}
