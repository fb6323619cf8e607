import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import methods from 'sip-methods';
import type {
  Srf,
  SrfAcknowledge,
  SrfApp,
  SrfConstructor,
  SrfError,
  SrfRequest,
  SrfResponse,
} from './drachtio-srf-types.ts';
import type { ServerAddress } from './signalling-url.ts';
import type {
  ClientUser,
  ConnectionUser,
  Content,
  ReceivedRequest,
  ReceivedResponse,
  RequestToSend,
  ResponseOutcome,
  ResponseToSend,
  SendFailure,
  SentRequest,
  SignallingLog,
} from './wire.ts';

// CommonJS, and its own types do not say what it does: drachtio-srf-types.ts does.
const DrachtioSrf = createRequire(import.meta.url)('drachtio-srf') as SrfConstructor;

export interface DrachtioConnectionOptions {
  readonly server: ServerAddress;
  readonly tags: readonly string[];
  readonly user: ConnectionUser;
  readonly log: SignallingLog;
}

const retryMaxDelayMs = 5000;
const closeWithinMs = 1000;
const connectionLost: SendFailure = { kind: 'connection', reason: 'connection to the SIP engine lost' };

type OnFailure = (failure: SendFailure) => void;

/**
 * One control connection through drachtio-srf; the only file that touches it. What it makes good (control protocol §16.1):
 *
 * - every outcome is told exactly once: what is outstanding when the socket closes fails there and then;
 * - a dialog survives its socket: everything is sent on the socket that is open now;
 * - nothing thrown by our own code reaches drachtio-srf, which would deliver the same frame again (poison loop, §1);
 * - UPDATE that drachtio-srf hands to any pending request of the same Call-ID is received from there;
 * - an ACK is never sent for anything but a 2xx;
 * - statuses and reason phrases outside drachtio-srf's table can be sent.
 */
export class DrachtioConnection {
  readonly #server: ServerAddress;
  readonly #tags: readonly string[];
  readonly #user: ConnectionUser;
  readonly #log: SignallingLog;
  readonly #srf: Srf = new DrachtioSrf();
  /** What waits for an outcome. */
  readonly #outstanding = new Set<OnFailure>();
  #current: Socket | undefined;
  #closing = false;
  #onClosed: (() => void) | undefined;

  constructor(options: DrachtioConnectionOptions) {
    this.#server = options.server;
    this.#tags = options.tags;
    this.#user = options.user;
    this.#log = options.log;
  }

  get up(): boolean {
    return this.#current !== undefined;
  }

  /** How many operations wait for an outcome. */
  get outstandingCount(): number {
    return this.#outstanding.size;
  }

  /** Connects and stays connected. Call once. */
  connect(): void {
    this.#srf.use((req, res) => this.#guard(() => this.#onRequest(req, res)));
    // All before connecting: each later registration sends all routes again (§3.1). The handler above never calls next.
    for (const method of methods) this.#srf.use(method.toLowerCase(), () => undefined);
    const { host, port, secret } = this.#server;
    // Tags by this way are not held to 32 characters: `instance:` and a UUID are 45.
    this.#srf.connect({
      host,
      port,
      secret,
      tags: [...this.#tags],
      reconnect: { retryMaxDelay: retryMaxDelayMs },
    });
    const { app } = this.#srf;
    this.#listen(app);
  }

  /** Closes and stays closed; settles when the socket is gone. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const { client } = this.#srf.app;
    client.wp.closing = true;
    clearTimeout(client.wp.reconnectVars.retryTimer ?? undefined);
    if (client.wp.socket?.connecting === true) client.wp.socket.destroy();
    const sockets = [...client.mapServer.keys()].filter(socket => !socket.destroyed);
    for (const socket of sockets) socket.end();
    if (sockets.length === 0) return;
    await this.#allClosed(sockets);
  }

  respond(
    request: ReceivedRequest,
    response: ResponseToSend,
    done: (outcome: ResponseOutcome) => void,
  ): void {
    const { res } = request.handle as RequestHandle;
    const settle = this.#expect(failure => done({ failure }));
    const socket = this.#current;
    if (socket === undefined) return settle.later(connectionLost);
    this.#send(settle.fail, () => {
      res.socket = socket;
      // Assigned rather than given as options: those are appended, with their names lowered (§13.2).
      res.msg.headers = { ...dialogHeaders(res.msg.headers), ...response.headers };
      res.msg.body = response.body ?? '';
      res.msg.status = response.status;
      res.msg.reason = response.reason;
      this.#srf.app.client.sendResponse(res, {}, error => {
        if (error !== null && error !== undefined) settle.fail(failureOf(error));
        else if (settle.take()) this.#guard(() => done({ dialogId: res.stackDialogId ?? '' }));
      });
    });
  }

  send(request: RequestToSend, user: ClientUser): void {
    const settle = this.#expect(failure => user.failed(failure));
    const socket = this.#current;
    if (socket === undefined) return settle.later(connectionLost);
    this.#send(settle.fail, () => {
      const { method, requestUri, dialogId, via, headers, body } = request;
      const options = {
        _socket: socket,
        method,
        headers: { ...headers },
        ...(requestUri === undefined ? {} : { uri: requestUri }),
        ...(dialogId === undefined ? {} : { stackDialogId: dialogId }),
        ...(via === undefined ? {} : { proxy: via }),
        ...(body === undefined ? {} : { body }),
      };
      this.#srf.app.client.request(options, (error, req) => {
        if (error !== null || req === undefined) return settle.fail(failureOf(error));
        req.on('response', (res: SrfResponse, ack: SrfAcknowledge) => {
          if (res.status >= 200 && !settle.take()) return;
          this.#guard(() => user.responded(receivedResponse(res, ack)));
        });
        this.#onUpdateWithin(req, undefined);
        this.#guard(() => user.sent({ handle: req }));
      });
    });
  }

  /** Takes back an INVITE that was sent; what comes of it is the INVITE's own final response. */
  cancel(sent: SentRequest, content: Content): void {
    const socket = this.#current;
    if (socket === undefined) return;
    const req = sent.handle as SrfRequest;
    const log = (failure: SendFailure) => this.#log.debug({ reason: failure.reason }, 'CANCEL was not sent');
    this.#send(log, () => {
      req.socket = socket;
      req.cancel({ headers: { ...content.headers } }, error => {
        if (error !== null && error !== undefined) log(failureOf(error));
      });
    });
  }

  /** Sends the ACK to a 2xx. `failed` is told when it could not be sent. */
  acknowledge(answer: ReceivedResponse, content: Content, failed: OnFailure): void {
    // RFC 3261 §17.1.1.3: the ACK to any other final response is the transaction's.
    if (answer.status < 200 || answer.status > 299) return;
    const { res, ack } = answer.handle as ResponseHandle;
    const settle = this.#expect(failed);
    const socket = this.#current;
    if (socket === undefined) return settle.later(connectionLost);
    this.#send(settle.fail, () => {
      res.socket = socket;
      ack(
        content.body === undefined
          ? { headers: content.headers }
          : { headers: content.headers, body: content.body },
        error => {
          if (error !== null && error !== undefined) settle.fail(failureOf(error));
          else settle.take();
        },
      );
    });
  }

  #listen(app: SrfApp): void {
    app.on('connect', (error: Error | null | undefined, hostports: string, version: string) =>
      this.#guard(() => this.#onConnect(error, hostports, version)),
    );
    app.on('close', (socket: Socket) => this.#guard(() => this.#onClose(socket)));
    // Without a listener an error ends the process; the close that follows says the rest.
    app.on('error', (error: Error) =>
      this.#log.debug({ reason: error.message }, 'control connection failed'),
    );
    app.on('reconnecting', (retry: { delay: number; attempt: number }) => {
      const { host, port } = this.#server;
      const fields = { host, port, delayMs: retry.delay, attempt: retry.attempt };
      this.#log.warn(fields, 'no connection to the SIP engine: trying again');
    });
  }

  #onConnect(error: Error | null | undefined, hostports: string, version: string): void {
    if (error !== null && error !== undefined) return this.#user.refused();
    const socket = this.#openSocket();
    if (socket === undefined) return;
    if (this.#closing) {
      socket.end();
      return;
    }
    // drachtio-srf does this for its first socket only (control protocol §1).
    socket.setNoDelay(true);
    this.#current = socket;
    this.#user.connected({ hostports, version });
  }

  #onClose(socket: Socket): void {
    if (socket === this.#current) {
      this.#current = undefined;
      for (const fail of [...this.#outstanding]) fail(connectionLost);
      this.#user.disconnected();
    }
    this.#onClosed?.();
  }

  /** The socket that is authenticated and open; the closed one is in the table still while its close is told. */
  #openSocket(): Socket | undefined {
    for (const [socket, { authenticated }] of this.#srf.app.client.mapServer) {
      if (authenticated && !socket.destroyed) return socket;
    }
    return undefined;
  }

  async #allClosed(sockets: readonly Socket[]): Promise<void> {
    await new Promise<void>(resolve => {
      const giveUp = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, closeWithinMs);
      this.#onClosed = () => {
        if (sockets.some(socket => !socket.destroyed)) return;
        clearTimeout(giveUp);
        resolve();
      };
    });
  }

  #onRequest(req: SrfRequest, res: SrfResponse, during?: ReceivedRequest): void {
    // Frames of a server that has just accepted us may be read before `connect` is told.
    this.#current ??= this.#openSocket();
    const request = receivedRequest(req, res);
    if (req.method === 'INVITE') {
      req.on('cancel', (cancel: { raw: string }) =>
        this.#guard(() => this.#user.receiveCancel(request, cancel.raw)),
      );
      this.#onUpdateWithin(req, request);
    }
    this.#user.receiveRequest(request, during);
  }

  /** drachtio-srf hands UPDATE to whatever request of its Call-ID is pending, and loses it when no one listens there. */
  #onUpdateWithin(pending: SrfRequest, invite: ReceivedRequest | undefined): void {
    pending.on('update', (req: SrfRequest, res: SrfResponse) =>
      this.#guard(() => this.#onRequest(req, res, invite)),
    );
  }

  /** An outcome that is still due; the first of `fail` and `take` counts. */
  #expect(onFailure: OnFailure): { fail: OnFailure; later: OnFailure; take: () => boolean } {
    const fail: OnFailure = failure => {
      if (this.#outstanding.delete(fail)) this.#guard(() => onFailure(failure));
    };
    this.#outstanding.add(fail);
    // What fails while being sent is told in a turn of its own: who asked is not done yet.
    const later: OnFailure = failure => queueMicrotask(() => fail(failure));
    return { fail, later, take: () => this.#outstanding.delete(fail) };
  }

  #send(fail: OnFailure, write: () => void): void {
    try {
      write();
    } catch (error) {
      queueMicrotask(() => fail(failureOf(error)));
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log.error({ err: error }, 'a signal could not be handled');
    }
  }
}

interface RequestHandle {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
}

interface ResponseHandle {
  readonly res: SrfResponse;
  readonly ack: SrfAcknowledge;
}

function receivedRequest(req: SrfRequest, res: SrfResponse): ReceivedRequest {
  const handle: RequestHandle = { req, res };
  return {
    method: req.method,
    requestUri: req.uri,
    origin: req.source,
    protocol: req.protocol,
    address: req.source_address,
    port: req.source_port,
    receivedOn: req.receivedOn ?? '',
    dialogId: req.stackDialogId,
    raw: req.msg.raw,
    handle,
  };
}

function receivedResponse(res: SrfResponse, ack: SrfAcknowledge): ReceivedResponse {
  const handle: ResponseHandle = { res, ack };
  const { status, reason, raw } = res.msg;
  return { status, reason, dialogId: res.stackDialogId ?? '', raw, handle };
}

/** The four that drachtio-srf copies from the request; it finds a pending INVITE by `call-id`. */
function dialogHeaders(headers: Record<string, string>): Record<string, string> {
  const copied: Record<string, string> = {};
  for (const name of ['call-id', 'cseq', 'from', 'to']) {
    const value = headers[name];
    if (value !== undefined) copied[name] = value;
  }
  return copied;
}

/** drachtio-srf gives an Error in places and the server's words in others. */
function failureOf(error: unknown): SendFailure {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? (error as SrfError).code : undefined;
  if (code === 'ENODIALOG' || /unable to find dialog/i.test(reason)) return { kind: 'dialog', reason };
  if (code === 'ESOCKETDESTROYED' || reason.includes('socket connection closed'))
    return { kind: 'connection', reason };
  return { kind: 'refused', reason };
}
