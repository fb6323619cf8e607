import type { HeaderLine } from '../call/signal.ts';
import type { ReceivedMessage } from './message-from-raw.ts';

/** The words between the adapter and what carries its orders to a SIP engine: drachtio-srf, or nothing at all. */

/** A request that reached us. `handle` belongs to the connection. */
export interface ReceivedRequest {
  readonly method: string;
  readonly requestUri: string;
  /** `application`: the engine ended a dialog by itself and tells us (control protocol §4.4). It wants no answer. */
  readonly origin: 'network' | 'application';
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** `host:port` of the listener; empty within a dialog. */
  readonly receivedOn: string;
  /** Empty outside a dialog. */
  readonly dialogId: string;
  readonly handle: unknown;
  /** What is in it; read when it is asked for. */
  message(): ReceivedMessage;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly reason: string;
  readonly dialogId: string;
  readonly handle: unknown;
  message(): ReceivedMessage;
}

/** A request that is on its way; what comes of it is told to its ClientUser. */
export interface SentRequest {
  readonly handle: unknown;
}

/** Header lines, each of which can be sent, and the body. */
export interface Content {
  readonly lines: readonly HeaderLine[];
  /** Text, or with `octets` one character for each octet. */
  readonly body?: string | undefined;
  readonly octets?: true;
}

export interface RequestToSend extends Content {
  readonly method: string;
  /** Within a dialog the engine knows the target. */
  readonly requestUri?: string;
  readonly dialogId?: string;
  /** Next hop. */
  readonly via?: string | undefined;
}

export interface ResponseToSend extends Content {
  readonly status: number;
  readonly reason: string;
}

/** Why something could not be sent. */
export interface SendFailure {
  /**
   * `connection`: the way to the engine is down or went down. `dialog`: the engine does not know the dialog. `timeout`: no
   * final response was ever told.
   */
  readonly kind: 'connection' | 'dialog' | 'refused' | 'timeout';
  readonly reason: string;
}

/** Told what becomes of one request: `sent` then responses up to the first final one, or `failed` once at any time. */
export interface ClientUser {
  sent(request: SentRequest): void;
  responded(response: ReceivedResponse): void;
  failed(failure: SendFailure): void;
}

export type ResponseOutcome = { readonly dialogId: string } | { readonly failure: SendFailure };

export interface ConnectionUser {
  /** Every request but CANCEL. UPDATE within an unanswered INVITE has that INVITE's dialog id or none. */
  receiveRequest(request: ReceivedRequest, during?: ReceivedRequest): void;
  /** `invite` was cancelled and answered 487 by the engine. */
  receiveCancel(invite: ReceivedRequest, cancel: ReceivedMessage): void;
  /** The way is open. `hostports` as advertised, `version` as the server says. */
  connected(server: { readonly hostports: string; readonly version: string }): void;
  /** It closed. What was outstanding has been told to have failed. */
  disconnected(): void;
  /** The server did not accept the secret. */
  refused(): void;
}

/**
 * The way to one SIP engine. Each outcome is told exactly once, failures in a turn of their own; what the user throws goes
 * nowhere but to the log.
 */
export interface EngineConnection {
  readonly up: boolean;
  /** How many operations wait for an outcome. */
  readonly outstandingCount: number;
  /** How many entries are kept elsewhere for what is under way. */
  readonly libraryCount: number;
  /** Connects and stays connected. Call once. */
  connect(): void;
  /** Closes and stays closed. */
  close(): Promise<void>;
  respond(request: ReceivedRequest, response: ResponseToSend, done: (outcome: ResponseOutcome) => void): void;
  send(request: RequestToSend, user: ClientUser): void;
  /** Takes back an INVITE that was sent; what comes of it is the INVITE's own final response. */
  cancel(sent: SentRequest, content: Content): void;
  /** Sends the ACK to a 2xx. `failed` is told when it could not be sent. */
  acknowledge(answer: ReceivedResponse, content: Content, failed: (failure: SendFailure) => void): void;
}

/** What the adapter logs with; a pino logger fits. */
export interface SignallingLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
