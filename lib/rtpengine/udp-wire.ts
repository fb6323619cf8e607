import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { HostPort } from '../config/host-port.ts';
import type { NgWire } from './ng-client.ts';

/**
 * A UDP socket that is connected, so that the kernel says when nobody listens at the other end. It is made when something is to
 * be sent, and anew after a failure: then the name is looked up again.
 */
export class UdpWire implements NgWire {
  onDatagram: (datagram: string) => void = () => {};
  onUnreachable: (reason: string) => void = () => {};
  readonly #to: HostPort;
  #socket: Socket | undefined;
  /** Until it is connected. */
  #waiting: string[] = [];
  #connected = false;
  #closed = false;

  constructor(to: HostPort) {
    this.#to = to;
  }

  send(datagram: string): void {
    if (this.#closed) return;
    if (this.#socket !== undefined && this.#connected) this.#put(this.#socket, datagram);
    else {
      this.#waiting.push(datagram);
      if (this.#waiting.length === 1) this.#open();
    }
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #open(): void {
    const { host } = this.#to;
    if (isIP(host) !== 0) this.#connect(host);
    else
      lookup(host, (error, address) => {
        if (error === null) this.#connect(address);
        else this.#fail(error);
      });
  }

  #connect(address: string): void {
    if (this.#closed) return;
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('message', bytes => this.onDatagram(bytes.toString()));
    socket.on('error', error => this.#fail(error, socket));
    socket.connect(this.#to.port, address, () => {
      if (this.#socket !== socket) return;
      this.#connected = true;
      for (const datagram of this.#waiting.splice(0)) this.#put(socket, datagram);
    });
  }

  #put(socket: Socket, datagram: string): void {
    socket.send(datagram, error => {
      if (error !== null) this.#fail(error, socket);
    });
  }

  #fail(error: Error, socket = this.#socket): void {
    if (this.#closed || socket !== this.#socket) return;
    this.#drop();
    this.onUnreachable(error.message);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connected = false;
    this.#waiting = [];
    // What comes of its last datagrams is no news.
    socket?.removeAllListeners().on('error', () => {});
    socket?.close();
  }
}
