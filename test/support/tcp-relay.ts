import { connect, createServer, type Server, type Socket } from 'node:net';

/** A loopback relay in front of a TCP port: a test cuts the connections through it and says whether new ones get through. */
export class TcpRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  /** Connections that got through. */
  passed = 0;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer(near => {
      if (this.#open) this.#pair(near, connect(target.port, target.host));
      else near.destroy();
    });
  }

  async start(): Promise<{ readonly host: string; readonly port: number }> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  /** Ends every connection; new ones get through at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends every connection and lets none through until `unblock`. */
  block(): void {
    this.#open = false;
    this.cut();
  }

  unblock(): void {
    this.#open = true;
  }

  #pair(near: Socket, far: Socket): void {
    this.passed += 1;
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on('data', bytes => other.write(bytes));
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
