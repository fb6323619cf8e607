import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ByteString } from '../message/bytes.ts';
import { familyOf, isLoopback, isWildcard } from '../message/ip-address.ts';
import { formatSocketAddress } from './address.ts';
import { codeOf, failureOf, ListenError } from './failure.ts';
import type { OnNotice } from './notice.ts';
import { type StreamSettings, TcpConnection } from './tcp-connection.ts';
import type { Flow, Hop, OnSendFailure, SocketAddress, StreamFault } from './transport.ts';

export interface TcpConnectionsOptions {
  readonly settings: StreamSettings;
  readonly onMessage: (bytes: ByteString, flow: Flow) => void;
  readonly onBroken: (fault: StreamFault, flow: Flow) => void;
  readonly onFlowClosed: (flow: Flow) => void;
  readonly onNotice: OnNotice;
}

/** Detects peers that went away without a word, long before the idle timeout. */
const KEEP_ALIVE_MS = 60_000;
/** What a peer does not read within this time after `stop` is lost. */
const STOP_GRACE_MS = 500;

let lastConnectionId = 0;

/**
 * All streams, incoming and outgoing: a response finds its flow, a request any connection to where it goes.
 */
export class TcpConnections {
  readonly #options: TcpConnectionsOptions;
  readonly #byId = new Map<number, TcpConnection>();
  /** The newest connection to a remote address and port. */
  readonly #byRemote = new Map<string, TcpConnection>();
  readonly #openSockets = new Set<Socket>();

  constructor(options: TcpConnectionsOptions) {
    this.#options = options;
  }

  /** Connections that can be sent on. */
  get count(): number {
    return this.#byId.size;
  }

  isOpen(flow: Flow): boolean {
    return flow.connectionId !== undefined && this.#byId.has(flow.connectionId);
  }

  accept(socket: Socket, listener: Hop): void {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    const remote = { address, port };
    if (this.#isFull(remote)) socket.destroy();
    else this.#add(socket, listener, remote, true);
  }

  /**
   * Reuses `flow` if alive, else a connection to the same remote address and port, else opens one (RFC 3261
   * §18.1.1, §18.2.2).
   */
  send(
    bytes: ByteString,
    hop: Hop,
    onFailure: OnSendFailure,
    way: { flow?: Flow | undefined; listener: Hop | undefined },
  ): void {
    const connection =
      this.#byId.get(way.flow?.connectionId ?? -1) ??
      this.#byRemote.get(formatSocketAddress(hop)) ??
      this.#open(hop, way.listener, onFailure);
    connection?.send(bytes, onFailure);
  }

  async stop(): Promise<void> {
    for (const connection of this.#byId.values()) connection.closeGently('stopped');
    const sockets = [...this.#openSockets];
    const grace = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, STOP_GRACE_MS);
    await Promise.all(sockets.map(socket => new Promise(resolve => socket.once('close', resolve))));
    clearTimeout(grace);
  }

  #open(hop: Hop, listener: Hop | undefined, onFailure: OnSendFailure): TcpConnection | undefined {
    if (listener === undefined) {
      queueMicrotask(() => {
        onFailure('no-listener');
      });
      return undefined;
    }
    if (this.#isFull(hop)) {
      queueMicrotask(() => {
        onFailure('refused');
      });
      return undefined;
    }
    try {
      const localAddress = sourceAddress(listener, hop);
      const socket = connect({
        host: hop.address,
        port: hop.port,
        family: familyOf(hop.address) === 'ipv6' ? 6 : 4,
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      return this.#add(socket, listener, { address: hop.address, port: hop.port }, false);
    } catch (error) {
      // A port that is none: Node throws where the system would report.
      queueMicrotask(() => {
        onFailure(failureOf(error));
      });
      return undefined;
    }
  }

  #add(socket: Socket, listener: Hop, remote: SocketAddress, incoming: boolean): TcpConnection {
    lastConnectionId += 1;
    const connectionId = lastConnectionId;
    const flow: Flow = { protocol: 'tcp', local: listener, remote, connectionId };
    const { settings, onMessage, onBroken, onFlowClosed, onNotice } = this.#options;
    const remoteKey = formatSocketAddress(remote);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#openSockets.add(socket);
    socket.once('close', () => this.#openSockets.delete(socket));
    const connection = new TcpConnection({
      socket,
      flow,
      settings,
      onMessage,
      onBroken,
      onEnd: (ended, reason) => {
        this.#byId.delete(connectionId);
        if (this.#byRemote.get(remoteKey) === ended) this.#byRemote.delete(remoteKey);
        onNotice({ kind: 'connection-closed', flow, reason });
        onFlowClosed(flow);
      },
    });
    this.#byId.set(connectionId, connection);
    this.#byRemote.set(remoteKey, connection);
    if (incoming) onNotice({ kind: 'connection-opened', flow, incoming });
    else
      socket.once('connect', () => {
        onNotice({ kind: 'connection-opened', flow, incoming });
      });
    return connection;
  }

  #isFull(remote: SocketAddress): boolean {
    // Sockets count until they are closed: a peer that never reads holds one.
    if (this.#openSockets.size < this.#options.settings.maxConnections) return false;
    this.#options.onNotice({ kind: 'connection-limit', remote: formatSocketAddress(remote) });
    return true;
  }
}

/**
 * A listener on one address also calls from it; one on all addresses, or on loopback for a call elsewhere,
 * lets the kernel choose.
 */
function sourceAddress(listener: Hop, hop: Hop): string | undefined {
  if (isWildcard(listener.address)) return undefined;
  return isLoopback(listener.address) && !isLoopback(hop.address) ? undefined : listener.address;
}

export interface TcpListenerOptions {
  readonly listen: Hop;
  readonly connections: TcpConnections;
  readonly onNotice: OnNotice;
}

/** One listening TCP socket. */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  readonly #server: Server;
  #bound: Hop;

  constructor(options: TcpListenerOptions) {
    this.#options = options;
    this.#bound = options.listen;
    this.#server = createServer(socket => {
      options.connections.accept(socket, this.#bound);
    });
  }

  /** As bound, with the port the kernel chose. */
  get bound(): Hop {
    return this.#bound;
  }

  /** Rejects with a ListenError. */
  async start(): Promise<void> {
    const { listen, onNotice } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(new ListenError(listen, error));
      };
      this.#server.once('error', fail);
      const ipv6Only = familyOf(listen.address) === 'ipv6';
      this.#server.listen({ host: listen.address, port: listen.port, ipv6Only, exclusive: true }, () => {
        this.#server.off('error', fail);
        resolve();
      });
    });
    const bound = this.#server.address();
    if (bound !== null && typeof bound !== 'string') {
      this.#bound = { protocol: 'tcp', address: bound.address, port: bound.port };
    }
    this.#server.on('error', error => {
      onNotice({ kind: 'socket-error', listener: this.#bound, code: codeOf(error) });
    });
  }

  /** Takes no new connections; those that are open are closed by `TcpConnections.stop`. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>(resolve => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}
