import { createSocket, type Socket } from 'node:dgram';
import type { ByteString } from '../message/bytes.ts';
import { familyOf } from '../message/ip-address.ts';
import { codeOf, failureOf, ListenError } from './failure.ts';
import type { OnNotice } from './notice.ts';
import type { Flow, Hop, OnSendFailure, SocketAddress } from './transport.ts';

export interface UdpListenerOptions {
  readonly listen: Hop;
  /** Asked for in both directions; the kernel's net.core.rmem_max and wmem_max limit it. Default 4 MB. */
  readonly bufferBytes?: number;
  readonly onDatagram: (bytes: ByteString, flow: Flow) => void;
  readonly onNotice: OnNotice;
}

/** A burst of 2,000 calls/s must survive a pause of the process of some hundred milliseconds. */
const DEFAULT_BUFFER_BYTES = 4 * 1024 * 1024;

/** One bound UDP socket. */
export class UdpListener {
  readonly #options: UdpListenerOptions;
  readonly #socket: Socket;
  #bound: Hop;
  #open = false;

  constructor(options: UdpListenerOptions) {
    this.#options = options;
    this.#bound = options.listen;
    const isIpv6 = familyOf(options.listen.address) === 'ipv6';
    this.#socket = createSocket({
      type: isIpv6 ? 'udp6' : 'udp4',
      // An IPv4 peer has its own listener: one address of it is never seen in two spellings.
      ipv6Only: isIpv6,
      // Hops are numeric: without a resolver in between a datagram leaves within `send`.
      lookup: (address, _options, done) => {
        done(null, address, isIpv6 ? 6 : 4);
      },
    });
  }

  /** As bound, with the port the kernel chose. */
  get bound(): Hop {
    return this.#bound;
  }

  /** Rejects with a ListenError. */
  async start(): Promise<void> {
    const { listen } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        this.#socket.close();
        reject(new ListenError(listen, error));
      };
      this.#socket.once('error', fail);
      this.#socket.bind({ address: listen.address, port: listen.port, exclusive: true }, () => {
        this.#socket.off('error', fail);
        resolve();
      });
    });
    const { address, port } = this.#socket.address();
    this.#bound = { protocol: 'udp', address, port };
    this.#open = true;
    this.#askForBuffers();
    this.#socket.on('message', (buffer, { address, port }) => {
      this.#receive(buffer, { address, port });
    });
    // Some systems report the ICMP answer to an earlier datagram here. It cannot be told whose it was; the
    // socket lives on.
    this.#socket.on('error', error => {
      this.#options.onNotice({ kind: 'socket-error', listener: this.#bound, code: codeOf(error) });
    });
  }

  send(bytes: ByteString, to: SocketAddress, onFailure: OnSendFailure): void {
    try {
      this.#socket.send(Buffer.from(bytes, 'latin1'), to.port, to.address, error => {
        if (error !== null) onFailure(failureOf(error));
      });
    } catch (error) {
      // Port 0, or a socket that is closed already: Node throws where the system would report.
      queueMicrotask(() => {
        onFailure(failureOf(error));
      });
    }
  }

  async stop(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await new Promise<void>(resolve => {
      this.#socket.close(resolve);
    });
  }

  #receive(buffer: Buffer, remote: SocketAddress): void {
    if (isKeepAlive(buffer)) return;
    this.#options.onDatagram(buffer.toString('latin1'), { protocol: 'udp', local: this.#bound, remote });
  }

  #askForBuffers(): void {
    const askedBytes = this.#options.bufferBytes ?? DEFAULT_BUFFER_BYTES;
    try {
      this.#socket.setRecvBufferSize(askedBytes);
      this.#socket.setSendBufferSize(askedBytes);
    } catch (error) {
      this.#options.onNotice({ kind: 'socket-error', listener: this.#bound, code: codeOf(error) });
    }
    // Linux grants double and says so, for its own bookkeeping (socket(7), SO_RCVBUF).
    const share = process.platform === 'linux' ? 2 : 1;
    this.#options.onNotice({
      kind: 'buffer-granted',
      listener: this.#bound,
      askedBytes,
      receiveBytes: this.#socket.getRecvBufferSize() / share,
      sendBytes: this.#socket.getSendBufferSize() / share,
    });
  }
}

/** NAT keep-alives: nothing, or a few CR, LF, NUL or blank octets. */
function isKeepAlive(buffer: Buffer): boolean {
  if (buffer.length > 4) return false;
  return buffer.every(octet => octet === 13 || octet === 10 || octet === 0 || octet === 32);
}
