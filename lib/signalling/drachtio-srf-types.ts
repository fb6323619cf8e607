import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/**
 * Just what this project uses of drachtio-srf 5.0.29, as its code does it (its own type file says otherwise in places).
 * Only drachtio-connection.ts and drachtio-srf-shapes.ts import this.
 */
export interface SrfConstructor {
  new (): Srf;
}

/** Emits a turn later what its app has emitted. */
export interface Srf extends EventEmitter {
  readonly app: SrfApp;
  /** Without a method: for every request, but registers none. With one: registers it with the server. */
  use(handler: SrfHandler): unknown;
  use(method: string, handler: SrfHandler): unknown;
  connect(options: SrfConnectOptions): unknown;
}

export type SrfHandler = (req: SrfRequest, res: SrfResponse, next: () => void) => void;

export interface SrfConnectOptions {
  host: string;
  port: number;
  secret: string;
  tags: string[];
  reconnect: { retryMaxDelay: number };
}

/** Passes the agent's events on in the same turn. */
export interface SrfApp extends EventEmitter {
  /** Set by connect. */
  readonly client?: SrfAgent;
}

export interface SrfAgent {
  /** One entry per connected socket, with what is outstanding on it. */
  readonly mapServer: Map<Socket, SrfSocketState>;
  readonly wp: SrfWireProtocol;
  request(options: SrfRequestOptions, sent: (error: SrfError | null, req?: SrfRequest) => void): void;
  sendResponse(res: SrfResponse, options: object, sent: (error: unknown) => void): void;
}

export interface SrfSocketState {
  readonly authenticated: boolean;
  readonly pendingRequests: Map<string, () => void>;
  readonly pendingSipRequests: Map<string, unknown>;
  readonly pendingNetworkInvites: Map<string, unknown>;
  readonly pendingAckOrPrack: Map<string, unknown>;
}

export interface SrfWireProtocol {
  closing?: boolean;
  socket?: Socket;
  reconnectVars: { retryTimer?: NodeJS.Timeout | null };
  /** Returns the id that the answer repeats. */
  send(socket: Socket, message: string): string;
}

export interface SrfError extends Error {
  code?: string;
}

export interface SrfRequestOptions {
  _socket: Socket;
  method: string;
  uri?: string;
  stackDialogId?: string;
  stackTxnId?: string;
  proxy?: string;
  headers: Record<string, string>;
  body?: string;
}

export interface SrfMessage {
  readonly raw: string;
  headers: Record<string, string>;
  body: string;
  status: number;
  reason: string;
}

export interface SrfRequest extends EventEmitter {
  readonly msg: SrfMessage;
  readonly method: string;
  readonly uri: string;
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly receivedOn?: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  socket: Socket;
  cancel(options: { headers: Record<string, string> }, sent: (error: unknown) => void): void;
}

export interface SrfResponse extends EventEmitter {
  readonly msg: SrfMessage;
  readonly status: number;
  readonly reason: string;
  /** On a response that was sent: filled in by the server's echo. */
  readonly stackDialogId?: string;
  socket: Socket;
}

export type SrfAcknowledge = (
  options: { headers: Record<string, string>; body?: string },
  sent: (error: unknown) => void,
) => void;
