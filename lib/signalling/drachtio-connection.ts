import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import methods from 'sip-methods';
import type { Clock } from '../ports.ts';
import {
  dialogHeaders,
  failureOf,
  headersOf,
  isError,
  type RequestHandle,
  type ResponseHandle,
  receivedRequest,
  receivedResponse,
  requestOptions,
} from './drachtio-srf-shapes.ts';
import type {
  Srf,
  SrfAgent,
  SrfAcknowledge,
  SrfApp,
  SrfConstructor,
  SrfRequest,
  SrfResponse,
} from './drachtio-srf-types.ts';
import { parseRawMessage } from './message-from-raw.ts';
import { type OnFailure, type Outcome, Outcomes } from './outcomes.ts';
import type { ServerAddress } from './signalling-url.ts';
import type {
  ClientUser,
  ConnectionUser,
  Content,
  EngineConnection,
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
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * No answer at all: drachtio-server loses the final response after a 1xx within a dialog (control protocol §9), and
 * drachtio-srf drops what it cannot parse. Longer than the engine waits itself: 64*T1, and for INVITE timer C.
 */
const answerWithinMs = 40_000;
const inviteAnswerWithinMs = 230_000;

const retryMaxDelayMs = 5000;
const closeWithinMs = 1000;
const connectionLost: SendFailure = { kind: 'connection', reason: 'connection to the SIP engine lost' };
const noAnswer: SendFailure = { kind: 'timeout', reason: 'the SIP engine never told an answer' };

/**
 * One control connection through drachtio-srf; with its shapes in drachtio-srf-*.ts the only file that touches it. What it makes good (control protocol §16.1):
 *
 * - every outcome is told exactly once: what is outstanding when the socket closes fails there and then;
 * - an answer that never comes is missed after a while;
 * - a dialog survives its socket: everything is sent on the socket that is open now;
 * - nothing thrown by our own code reaches drachtio-srf, which would deliver the same frame again (poison loop, §1);
 * - UPDATE that drachtio-srf hands to any pending request of the same Call-ID is received from there;
 * - an ACK is never sent for anything but a 2xx;
 * - statuses and reason phrases outside drachtio-srf's table can be sent.
 */
export class DrachtioConnection implements EngineConnection {
  readonly #server: ServerAddress;
  readonly #tags: readonly string[];
  readonly #user: ConnectionUser;
  readonly #log: SignallingLog;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #srf: Srf = new DrachtioSrf();
  readonly #outcomes = new Outcomes(tell => this.#guard(tell));
  #current: Socket | undefined;
  #closing = false;
  #onClosed: (() => void) | undefined;

  constructor(options: DrachtioConnectionOptions) {
    this.#server = options.server;
    this.#tags = options.tags;
    this.#user = options.user;
    this.#log = options.log;
    this.#clock = options.clock;
  }

  get up(): boolean {
    return this.#current !== undefined;
  }

  /** How many operations wait for an outcome. */
  get outstandingCount(): number {
    return this.#outcomes.size;
  }

  /** How many entries drachtio-srf keeps for what is under way. */
  get libraryCount(): number {
    let count = 0;
    for (const state of this.#agent?.mapServer.values() ?? []) {
      count += state.pendingRequests.size + state.pendingSipRequests.size;
      count += state.pendingNetworkInvites.size + state.pendingAckOrPrack.size;
    }
    return count;
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
    const agent = this.#agent;
    if (this.#closing || agent === undefined) return;
    this.#closing = true;
    agent.wp.closing = true;
    clearTimeout(agent.wp.reconnectVars.retryTimer ?? undefined);
    if (agent.wp.socket?.connecting === true) agent.wp.socket.destroy();
    const sockets = [...agent.mapServer.keys()].filter(socket => !socket.destroyed);
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
    this.#write(
      failure => done({ failure }),
      (outcome, { agent, socket }) => {
        res.socket = socket;
        // Assigned rather than given as options: those are appended, with their names lowered (§13.2).
        res.msg.headers = { ...dialogHeaders(res.msg.headers), ...headersOf(response) };
        res.msg.body = response.body ?? '';
        res.msg.status = response.status;
        res.msg.reason = response.reason;
        agent.sendResponse(res, {}, error => {
          if (isError(error)) outcome.fail(failureOf(error));
          else if (outcome.take()) this.#guard(() => done({ dialogId: res.stackDialogId ?? '' }));
        });
      },
    );
  }

  send(request: RequestToSend, user: ClientUser): void {
    this.#write(
      failure => user.failed(failure),
      (outcome, { agent, socket }) => {
        this.#watch(outcome, request.method);
        agent.request(requestOptions(request, socket), (error, req) => {
          if (error !== null || req === undefined) {
            outcome.fail(failureOf(error));
            return;
          }
          // drachtio-srf sets it by a field that does not exist.
          req.socket = socket;
          this.#watch(outcome, request.method, req);
          req.on('response', (res: SrfResponse, ack: SrfAcknowledge) => {
            if (res.status >= 200 && !outcome.take()) return;
            if (res.status < 200) this.#watch(outcome, request.method, req);
            this.#guard(() => user.responded(receivedResponse(res, ack)));
          });
          this.#onUpdateWithin(req, undefined);
          this.#guard(() => user.sent({ handle: req }));
        });
      },
    );
  }

  /** Takes back an INVITE that was sent; what comes of it is the INVITE's own final response. */
  cancel(sent: SentRequest, content: Content): void {
    const req = sent.handle as SrfRequest;
    const log = (failure: SendFailure) => this.#log.debug({ reason: failure.reason }, 'CANCEL was not sent');
    this.#write(log, (outcome, { socket }) => {
      req.socket = socket;
      req.cancel({ headers: headersOf(content) }, error => {
        if (isError(error)) outcome.fail(failureOf(error));
        else outcome.take();
      });
    });
  }

  /** Sends the ACK to a 2xx. `failed` is told when it could not be sent. */
  acknowledge(answer: ReceivedResponse, content: Content, failed: OnFailure): void {
    // RFC 3261 §17.1.1.3: the ACK to any other final response is the transaction's.
    if (answer.status < 200 || answer.status > 299) return;
    const { res, ack } = answer.handle as ResponseHandle;
    const headers = headersOf(content);
    const { body } = content;
    this.#write(failed, (outcome, { socket }) => {
      res.socket = socket;
      ack(body === undefined ? { headers } : { headers, body }, error => {
        if (isError(error)) outcome.fail(failureOf(error));
        else outcome.take();
      });
    });
  }

  /** Undefined before `connect`. */
  get #agent(): SrfAgent | undefined {
    return this.#srf.app.client;
  }

  /** Writes on the socket that is open now; fails in a turn of its own when there is none. */
  #write(
    failed: OnFailure,
    write: (outcome: Outcome, way: { agent: SrfAgent; socket: Socket }) => void,
  ): void {
    const outcome = this.#outcomes.expect(failed);
    const agent = this.#agent;
    const socket = this.#current;
    if (agent === undefined || socket === undefined) queueMicrotask(() => outcome.fail(connectionLost));
    else this.#outcomes.write(outcome, () => write(outcome, { agent, socket }), failureOf);
  }

  /** (Re)starts the wait for an answer. */
  #watch(outcome: Outcome, method: string, req?: SrfRequest): void {
    outcome.stopWatch?.();
    outcome.stopWatch = this.#clock.after(method === 'INVITE' ? inviteAnswerWithinMs : answerWithinMs, () => {
      if (req !== undefined)
        this.#agent?.mapServer.get(req.socket)?.pendingSipRequests.delete(req.stackTxnId);
      outcome.fail(noAnswer);
    });
  }

  #listen(app: SrfApp): void {
    app.on('connect', (error: Error | null | undefined, hostports: string, version: string) =>
      this.#guard(() => this.#onConnect(error, hostports, version)),
    );
    app.on('close', (socket: Socket) => this.#guard(() => this.#onClose(socket)));
    // Without a listener for both an error ends the process; the close that follows says the rest.
    this.#srf.on('error', () => undefined);
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
    if (isError(error)) {
      this.#user.refused();
      return;
    }
    const socket = this.#openSocket();
    const agent = this.#agent;
    const state = socket === undefined ? undefined : agent?.mapServer.get(socket);
    if (agent === undefined || socket === undefined || state === undefined) return;
    if (this.#closing) {
      socket.end();
      return;
    }
    // drachtio-srf does this for its first socket only (control protocol §1).
    socket.setNoDelay(true);
    // It does not wait until its routes are accepted: the answer to a ping sent behind them says that they are.
    const pong = () => this.#guard(() => this.#onReady(socket, hostports, version));
    state.pendingRequests.set(agent.wp.send(socket, 'ping'), pong);
  }

  #onReady(socket: Socket, hostports: string, version: string): void {
    if (this.#closing || socket.destroyed) return;
    this.#current = socket;
    this.#user.connected({ hostports, version });
  }

  #onClose(socket: Socket): void {
    if (socket === this.#current) {
      this.#current = undefined;
      this.#outcomes.failAll(connectionLost);
      this.#user.disconnected();
    }
    this.#onClosed?.();
  }

  /** The socket that is authenticated and open; the closed one is in the table still while its close is told. */
  #openSocket(): Socket | undefined {
    for (const [socket, { authenticated }] of this.#agent?.mapServer ?? []) {
      if (authenticated && !socket.destroyed) return socket;
    }
    return undefined;
  }

  async #allClosed(sockets: readonly Socket[]): Promise<void> {
    await new Promise<void>(resolve => {
      const stopWaiting = this.#clock.after(closeWithinMs, () => {
        for (const socket of sockets) socket.destroy();
      });
      this.#onClosed = () => {
        if (sockets.some(socket => !socket.destroyed)) return;
        stopWaiting();
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
        this.#guard(() => this.#user.receiveCancel(request, parseRawMessage(cancel.raw))),
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

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log.error({ err: error }, 'a signal could not be handled');
    }
  }
}
