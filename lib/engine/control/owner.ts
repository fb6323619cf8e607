import type { ByteString } from '../message/bytes.ts';
import type { HeaderList } from '../message/header-list.ts';
import type { SipMessage, StartLine } from '../message/message.ts';
import type { Protocol, SocketAddress } from '../transport/transport.ts';

/** A SIP message that was received or sent. */
interface Carried {
  readonly message: SipMessage;
  /** Octets on the wire. */
  readonly sizeBytes: number;
  readonly protocol: Protocol;
  /** The peer. */
  readonly address: string;
  readonly port: number;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Opaque id under which the application answers; the word `unsolicited` for engine-originated notices (§4.4). */
  readonly transactionId: string;
}

/** A SIP message on its way to an application (control protocol §4). */
export interface Delivery extends Carried {
  readonly source: 'network' | 'application';
  /** `<Call-ID>;from-tag=<tag>`, empty outside a dialog. */
  readonly dialogId: string;
  /** Only on new requests: the listener it came in on. */
  readonly receivedOn?: SocketAddress;
}

/** The answer to one `sip` frame (control protocol §5). */
export type SendReply =
  /** `message` as sent, with final values: the client builds its dialog from it. `dialogId`: set when a response was sent. */
  | (Carried & { readonly ok: true; readonly dialogId?: string })
  | { readonly ok: false; readonly reason: string };

/** What an order is about (control protocol §7, §8). */
export interface OrderTarget {
  readonly transactionId: string;
  readonly dialogId: string;
  /** Next hop only (§7). */
  readonly routeUrl?: string;
}

/** What is to be sent. */
export interface OrderText {
  readonly start: StartLine;
  /** As the application spelled them; a response's lower-cased names are given their usual spelling when sent. */
  readonly headers: HeaderList;
  readonly body: ByteString;
}

/** One `sip` frame of an application. */
export interface SendOrder extends OrderTarget {
  /** Start line, header lines, blank line, body. */
  readonly text: ByteString;
}

/**
 * An application as the engine's core sees it. It outlives its connection: a client that authenticates again with the
 * same `instance:<uuid>` tag within the grace time is the same owner.
 */
export interface Owner {
  /** For logs. */
  readonly name: string;
  /** Its connection is up. */
  readonly present: boolean;
  /** False when the connection is gone: the caller decides what that means for the message. */
  deliver(delivery: Delivery): boolean;
}

/** What the control side offers the core. */
export interface Applications {
  /** Round robin over connected applications that registered the method (§3.3). */
  choose(method: string): Owner | undefined;
  /** Whether any connected application registered the method; nobody's turn moves. */
  serves(method: string): boolean;
}

/** What the core offers the control side. */
export interface SipCore {
  /** `reply` is called exactly once, and before any delivery that results from the order. */
  send(owner: Owner, order: SendOrder, reply: (reply: SendReply) => void): void;
  /** The connection is gone: pending requests are answered 503 now, dialogs wait for the grace time. */
  ownerLost(owner: Owner): void;
  /** The same application is back: notices kept meanwhile are delivered. */
  ownerReturned(owner: Owner): void;
  /** The grace time is over: both ends of what is left get BYE. */
  ownerExpired(owner: Owner): void;
  /** `proto/host:port,…` as advertised and as bound (§2.3). */
  readonly advertisedHostports: string;
  readonly localHostports: string;
}

/** What it offers an application in this process. */
export interface InProcessCore extends SipCore {
  /** As `send`, of what needs no reading. */
  carryOut(owner: Owner, order: OrderTarget, text: OrderText, reply: (reply: SendReply) => void): void;
}
