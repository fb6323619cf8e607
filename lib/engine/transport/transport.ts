import type { ByteString } from '../message/bytes.ts';

/** TLS and WebSocket come later: they are further members here. */
export type Protocol = 'udp' | 'tcp';

/** An IP address literal without brackets and a port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Where a message is sent: protocol and numeric address (names are resolved before). */
export interface Hop extends SocketAddress {
  readonly protocol: Protocol;
}

/**
 * The way a message came: listener, peer, and for streams the connection it must be answered on (RFC 3261
 * §18.2.2).
 */
export interface Flow {
  readonly protocol: Protocol;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Set on streams; unique within the process. */
  readonly connectionId?: number;
}

export type SendFailure = 'refused' | 'unreachable' | 'closed' | 'too-large' | 'no-listener' | 'timeout';

/** Told at most once and never before `send` has returned. */
export type OnSendFailure = (failure: SendFailure) => void;

/** Why a stream cannot be read on (RFC 3261 §18.3), in the words of a response. */
export interface StreamFault {
  readonly status: number;
  readonly reason: string;
  /** Start line and header lines of the message as far as they came: to make the answer from. */
  readonly headerPart: ByteString;
}

export interface TransportUser {
  /** One datagram, or one message cut out of a stream. `bytes` is not yet known to be SIP. */
  receiveMessage(bytes: ByteString, flow: Flow): void;
  /**
   * A stream cannot be cut into messages any further; it is closed after this returns, when what was sent has
   * gone out.
   */
  streamBroken?(fault: StreamFault, flow: Flow): void;
  /** A stream ended; nothing can be sent on it any more. */
  flowClosed(flow: Flow): void;
}

export interface Transport {
  /** The bound addresses, in the order configured; complete after start. */
  readonly listeners: readonly Hop[];
  start(user: TransportUser): Promise<void>;
  stop(): Promise<void>;
  /**
   * The listener that would be used towards this hop: the one `flow` came to if it can, so that a dialog stays on its side of a
   * machine with several. Undefined when none has the hop's protocol and family.
   */
  listenerFor(hop: Hop, flow?: Flow): Hop | undefined;
  /** A stream that stands and can be sent on; never a datagram's way. */
  isOpen(flow: Flow): boolean;
  /**
   * Sends one message. On streams an open connection is reused: `flow` when given and alive, else any to the
   * same remote address and port, else a new one is opened (and the bytes wait for it).
   */
  send(bytes: ByteString, hop: Hop, onFailure: OnSendFailure, flow?: Flow): void;
}
