import type { ByteString } from '../message/bytes.ts';
import { DEFAULT_LIMITS, type MessageLimits } from '../message/limits.ts';
import { familyOf, isLoopback, isWildcard } from '../message/ip-address.ts';
import { type Interfaces, LocalAddresses } from './local-address.ts';
import type { OnNotice, TransportNotice } from './notice.ts';
import { TcpConnections, TcpListener } from './tcp.ts';
import type { StreamSettings } from './tcp-connection.ts';
import type { Flow, Hop, OnSendFailure, StreamFault, Transport, TransportUser } from './transport.ts';
import { UdpListener } from './udp.ts';

export interface TransportsOptions extends Partial<StreamSettings> {
  /** What to bind, in the order of preference; port 0 lets the kernel choose. */
  readonly listen: readonly Hop[];
  /** UDP socket buffers asked for, default 4 MB; `onNotice` tells what the kernel granted. */
  readonly udpBufferBytes?: number;
  readonly limits?: MessageLimits;
  readonly onNotice?: OnNotice;
  /** The machine's interfaces; default those of the system. */
  readonly interfaces?: Interfaces;
}

type Listener = UdpListener | TcpListener;

/** All listeners of the engine as one transport. */
export class Transports implements Transport {
  readonly #options: TransportsOptions;
  readonly #localAddresses: LocalAddresses;
  readonly #connections: TcpConnections;
  #started: Listener[] = [];
  #listeners: readonly Hop[] = [];
  #user: TransportUser | undefined;

  constructor(options: TransportsOptions) {
    this.#options = options;
    this.#localAddresses = new LocalAddresses(
      options.interfaces === undefined ? {} : { interfaces: options.interfaces },
    );
    this.#connections = new TcpConnections({
      settings: streamSettings(options),
      onMessage: this.#receive,
      onBroken: this.#receiveBroken,
      onFlowClosed: flow => this.#user?.flowClosed(flow),
      onNotice: this.#notice,
    });
  }

  get listeners(): readonly Hop[] {
    return this.#listeners;
  }

  /** Open streams in both directions. */
  get connectionCount(): number {
    return this.#connections.count;
  }

  /** Binds every address or none: rejects with the ListenError of the first that cannot be bound. */
  async start(user: TransportUser): Promise<void> {
    this.#user = user;
    try {
      for (const listen of this.#options.listen) {
        const listener = this.#create(listen);
        await listener.start();
        this.#started.push(listener);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#listeners = this.#started.map(({ bound }) => bound);
  }

  async stop(): Promise<void> {
    const started = this.#started;
    this.#started = [];
    this.#listeners = [];
    await Promise.all([...started.map(listener => listener.stop()), this.#connections.stop()]);
  }

  listenerFor(hop: Hop, flow?: Flow): Hop | undefined {
    return this.#choose(hop, flow)?.bound;
  }

  isOpen(flow: Flow): boolean {
    return this.#connections.isOpen(flow);
  }

  /** Whether an address literal is one of this machine's. */
  isOfMachine(address: string): boolean {
    return this.#localAddresses.has(address);
  }

  /**
   * The address a peer at `hop` can answer to, without brackets: for Via and Contact when the listener is
   * bound to every interface. Loopback when no listener could reach the peer.
   */
  localAddressTowards(hop: Hop, flow?: Flow): string {
    const listener = this.listenerFor(hop, flow);
    if (listener === undefined) return familyOf(hop.address) === 'ipv6' ? '::1' : '127.0.0.1';
    return this.#localAddresses.towards(listener, hop.address);
  }

  send(bytes: ByteString, hop: Hop, onFailure: OnSendFailure, flow?: Flow): void {
    // RFC 3581 §4: a response leaves from the address and port its request came to.
    const listener = this.#choose(hop, flow);
    if (hop.protocol === 'tcp') {
      this.#connections.send(bytes, hop, onFailure, { flow, listener: listener?.bound });
    } else if (listener instanceof UdpListener) {
      listener.send(bytes, hop, onFailure);
    } else {
      queueMicrotask(() => {
        onFailure('no-listener');
      });
    }
  }

  /**
   * Of the listeners with that protocol and family that of the flow, else the first; one on loopback only when nothing else
   * reaches further, and first for peers there.
   */
  #choose(hop: Hop, flow?: Flow): Listener | undefined {
    const family = familyOf(hop.address);
    const wantsLoopback = isLoopback(hop.address);
    let reaching: Listener | undefined;
    let other: Listener | undefined;
    for (const listener of this.#started) {
      const { bound } = listener;
      if (bound.protocol !== hop.protocol || familyOf(bound.address) !== family) continue;
      if (!isWildcard(bound.address) && isLoopback(bound.address) !== wantsLoopback) {
        other ??= listener;
      } else {
        if (flow === undefined || isListenerOf(flow, bound)) return listener;
        reaching ??= listener;
      }
    }
    return reaching ?? other;
  }

  #create(listen: Hop): Listener {
    if (listen.protocol === 'tcp') {
      return new TcpListener({ listen, connections: this.#connections, onNotice: this.#notice });
    }
    const { udpBufferBytes } = this.#options;
    return new UdpListener({
      listen,
      onDatagram: this.#receive,
      onNotice: this.#notice,
      ...(udpBufferBytes === undefined ? {} : { bufferBytes: udpBufferBytes }),
    });
  }

  /** The border of the engine: a defect met by one message must not end every call. */
  readonly #receive = (bytes: ByteString, flow: Flow): void => {
    try {
      this.#user?.receiveMessage(bytes, flow);
    } catch (error) {
      this.#notice({ kind: 'receive-failed', flow, error });
    }
  };

  readonly #receiveBroken = (fault: StreamFault, flow: Flow): void => {
    try {
      this.#user?.streamBroken?.(fault, flow);
    } catch (error) {
      this.#notice({ kind: 'receive-failed', flow, error });
    }
  };

  readonly #notice = (notice: TransportNotice): void => {
    const { onNotice } = this.#options;
    if (onNotice !== undefined) onNotice(notice);
    else if (notice.kind === 'receive-failed') {
      queueMicrotask(() => {
        throw notice.error;
      });
    }
  };
}

function isListenerOf({ protocol, local }: Flow, bound: Hop): boolean {
  return protocol === bound.protocol && local.port === bound.port && local.address === bound.address;
}

function streamSettings(options: TransportsOptions): StreamSettings {
  return {
    limits: options.limits ?? DEFAULT_LIMITS,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 3_600_000,
    firstMessageTimeoutMs: options.firstMessageTimeoutMs ?? 32_000,
    maxConnections: options.maxConnections ?? 10_000,
    maxPendingBytes: options.maxPendingBytes ?? 1024 * 1024,
  };
}
