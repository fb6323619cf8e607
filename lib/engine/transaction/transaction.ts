import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import type { Flow, Hop } from '../transport/transport.ts';

/** Why a client transaction ended without a final response. */
export type ClientFailure = 'timeout' | 'transport';

/** What the transaction user is told of one client transaction. */
export interface ClientTransactionUser {
  /**
   * Every response that matters: each 1xx except 100, the first final, and for INVITE each further 2xx while in
   * state Accepted (RFC 6026 §8.4): retransmitted or forked, it is for the user to tell them apart by To tag.
   * A non-2xx final to INVITE has been acknowledged by the transaction already (RFC 3261 §17.1.1.3).
   */
  receiveResponse(response: SipMessage, flow: Flow): void;
  /** No final response will come: timer B or F fired, no final within 64*T1 of a CANCEL, timer C gave up, or nothing could be sent. */
  clientFailed(failure: ClientFailure): void;
  /** The machine reached Terminated; called exactly once, last. */
  clientEnded(): void;
}

export interface ClientTransaction {
  readonly request: SipMessage;
  readonly hop: Hop;
  /** No final response yet. */
  readonly pending: boolean;
  /**
   * INVITE only (RFC 3261 §9.1): sends CANCEL at once, or keeps it until the first 1xx arrives. `extra` are header
   * fields the application wants on it (Reason). Returns the CANCEL as built, or undefined when a final response is in
   * already or a CANCEL was asked for before.
   */
  cancel(extra: readonly (readonly [string, ByteString])[]): SipMessage | undefined;
}

/** What the transaction user is told of one server transaction. */
export interface ServerTransactionUser {
  /**
   * INVITE only: a CANCEL arrived and was answered 200 by the layer; the user answers the INVITE with 487. `localTag` is what
   * stood on To of that 200 and belongs on the 487 too (RFC 3261 §9.2).
   */
  receiveCancel(cancel: SipMessage, localTag: string): void;
  /** The response cannot be delivered (RFC 3261 §17.2.4), or no ACK to a non-2xx arrived (timer H). */
  serverFailed(failure: 'transport' | 'no-ack'): void;
  /** The machine reached Terminated; called exactly once, last. */
  serverEnded(): void;
}

export interface ServerTransaction {
  readonly request: SipMessage;
  readonly flow: Flow;
  /** No final response sent yet. */
  readonly pending: boolean;
  /** Status of the last response sent, 0 before. */
  readonly lastStatus: number;
  /** Set by the user as soon as it takes the request. */
  user: ServerTransactionUser | undefined;
  /**
   * Sends a response (complete: Via, From, To, Call-ID, CSeq are the caller's work). False when a final one was sent
   * before. For INVITE a 2xx moves the machine to Accepted (RFC 6026 §7.1): it absorbs retransmitted INVITEs; repeating
   * the 2xx until the ACK is the user's work (`repeat`).
   */
  respond(response: SipMessage): boolean;
  /** INVITE in state Accepted: sends the 2xx once more. */
  repeat(): void;
  /**
   * After the final response: the user needs no more of it and hears no more, and the machine, which lingers for half a minute to
   * absorb what comes again, keeps only what it needs for that. `request` is then an empty one.
   */
  letGo(): void;
}

/** The transaction user: RFC 3261 §17's TU. */
export interface TransactionUser {
  /** A new request, already past syntax checks, merged-request and retransmission absorption. ACK and CANCEL never come here. */
  receiveRequest(transaction: ServerTransaction): void;
  /** An ACK that belongs to no transaction's non-2xx: the ACK to a 2xx. */
  receiveAck(ack: SipMessage, flow: Flow): void;
  /** A response that matches no transaction: a 2xx to INVITE may need its ACK again, all else is dropped. */
  receiveStrayResponse(response: SipMessage, flow: Flow): void;
  /** Whether a request with a To tag is of a dialog that stands: such a one is served wherever it comes from. */
  knowsDialogOf(request: SipMessage): boolean;
}

export interface TransactionLayer {
  /** Sends `request` (complete, Via with the branch from `newBranch` on top) and watches over it. */
  startClient(request: SipMessage, hop: Hop, user: ClientTransactionUser, flow?: Flow): ClientTransaction;
  /** Sends without a transaction: stateless responses. */
  sendStateless(message: SipMessage, hop: Hop, flow?: Flow): void;
  /** The same of what is written already: the ACK to a 2xx, again and again. */
  sendBytes(bytes: ByteString, hop: Hop, flow?: Flow): void;
  /** Open machines, for metrics and drain. */
  readonly clientCount: number;
  readonly serverCount: number;
}
