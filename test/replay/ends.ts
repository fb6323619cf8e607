import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { Inbox } from './inbox.ts';

/** UAC or UAS: a UDP socket that says what it is told to say. */
export class SipEnd {
  readonly inbox = new Inbox();
  readonly #socket: UdpSocket;
  readonly port: number;
  #isOpen = true;

  private constructor(socket: UdpSocket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', bytes => {
      this.inbox.push(bytes.toString('latin1'));
    });
  }

  static async open(): Promise<SipEnd> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new SipEnd(socket);
  }

  async send(octets: string, port: number): Promise<void> {
    await new Promise<void>(resolve => {
      this.#socket.send(Buffer.from(octets, 'latin1'), port, '127.0.0.1', () => {
        resolve();
      });
    });
  }

  /** Once more does nothing. */
  close(): void {
    if (this.#isOpen) this.#socket.close();
    this.#isOpen = false;
  }
}

/** An application's control connection. Its inbox holds payloads, without their lengths. */
export class AppEnd {
  readonly inbox = new Inbox();
  readonly closed: Promise<unknown>;
  readonly #socket: TcpSocket;
  #buffer = '';

  private constructor(socket: TcpSocket) {
    this.#socket = socket;
    this.closed = once(socket, 'close');
    socket.setEncoding('latin1').on('data', (octets: string) => {
      this.#receive(octets);
    });
    socket.on('error', () => {
      // A reset is one way to be refused; whoever waits for a frame says what is missing.
    });
  }

  static async open(port: number): Promise<AppEnd> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new AppEnd(socket);
  }

  send(payload: string): void {
    this.sendOctets(`${payload.length}#${payload}`);
  }

  sendOctets(octets: string): void {
    this.#socket.write(octets, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(octets: string): void {
    this.#buffer += octets;
    for (;;) {
      const mark = this.#buffer.indexOf('#');
      const size = Number.parseInt(this.#buffer.slice(0, mark), 10);
      if (mark < 0 || this.#buffer.length < mark + 1 + size) return;
      this.inbox.push(this.#buffer.slice(mark + 1, mark + 1 + size));
      this.#buffer = this.#buffer.slice(mark + 1 + size);
    }
  }
}
