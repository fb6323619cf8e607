import type { Delivery, InProcessCore, OrderTarget, Owner, SendReply } from '../engine/control/owner.ts';
import type { StartLine } from '../engine/message/message.ts';
import { asciiUri } from '../engine/message/serialize.ts';
import { formatSocketAddress } from '../engine/transport/address.ts';
import type { Clock } from '../ports.ts';
import { octetsOf, orderContent, receivedMessage, textOf } from './direct-message.ts';
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

export interface DirectConnectionOptions {
  readonly core: InProcessCore;
  readonly user: ConnectionUser;
  readonly log: SignallingLog;
  readonly clock: Pick<Clock, 'after'>;
}

/** After its last provisional response the engine waits for ever for the final one (RFC 3261 §17.1.1); somebody is called no longer. */
const inviteAnswerWithinMs = 230_000;
const noAnswer: SendFailure = { kind: 'timeout', reason: 'no final response came' };
const closed: SendFailure = { kind: 'connection', reason: 'the SIP engine stops' };

/** A request of ours without final response. */
interface Asked {
  readonly user: ClientUser;
  readonly method: string;
  stopWatch: (() => void) | undefined;
}

/** The way to an engine in this process: its orders are calls, its deliveries too. */
export class DirectConnection implements EngineConnection, Owner {
  readonly name = 'this process';
  readonly libraryCount = 0;
  readonly #core: InProcessCore;
  readonly #user: ConnectionUser;
  readonly #log: SignallingLog;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #asked = new Map<string, Asked>();
  /** INVITEs of the network that may still be cancelled. */
  readonly #invites = new Map<string, ReceivedRequest>();
  #up = false;

  constructor({ core, user, log, clock }: DirectConnectionOptions) {
    this.#core = core;
    this.#user = user;
    this.#log = log;
    this.#clock = clock;
  }

  get up(): boolean {
    return this.#up;
  }

  get present(): boolean {
    return this.#up;
  }

  get outstandingCount(): number {
    return this.#asked.size;
  }

  connect(): void {
    this.#up = true;
    this.#user.connected({ hostports: this.#core.advertisedHostports, version: 'in process' });
  }

  close(): Promise<void> {
    if (!this.#up) return Promise.resolve();
    this.#up = false;
    this.#core.ownerLost(this);
    for (const [id, { user }] of this.#asked) {
      this.#forget(id);
      this.#guard(() => user.failed(closed));
    }
    return Promise.resolve();
  }

  send(request: RequestToSend, user: ClientUser): void {
    const { method, requestUri = 'sip:localhost', dialogId = '', via } = request;
    const start: StartLine = { kind: 'request', method, requestUri: octetsOf(requestUri) };
    const order = via === undefined ? { dialogId } : { dialogId, routeUrl: octetsOf(via) };
    this.#order(
      { transactionId: '', ...order },
      { start, content: request },
      {
        done: ({ transactionId }) => {
          this.#asked.set(transactionId, { user, method, stopWatch: undefined });
          this.#guard(() => user.sent({ handle: transactionId }));
        },
        failed: failure => user.failed(failure),
      },
    );
  }

  respond(
    request: ReceivedRequest,
    response: ResponseToSend,
    done: (outcome: ResponseOutcome) => void,
  ): void {
    const transactionId = request.handle as string;
    const { status, reason } = response;
    this.#order(
      { transactionId, dialogId: '' },
      { start: { kind: 'response', status, reason: octetsOf(reason) }, content: response },
      {
        done: ({ dialogId = '' }) => {
          if (status >= 200) this.#invites.delete(transactionId);
          this.#guard(() => done({ dialogId }));
        },
        failed: failure => done({ failure }),
      },
    );
  }

  cancel(sent: SentRequest, content: Content): void {
    this.#order(
      { transactionId: sent.handle as string, dialogId: '' },
      { start: requestLine('CANCEL'), content },
      {
        done: () => undefined,
        failed: ({ reason }) => this.#log.debug({ reason }, 'CANCEL was not sent'),
      },
    );
  }

  acknowledge(answer: ReceivedResponse, content: Content, failed: (failure: SendFailure) => void): void {
    // RFC 3261 §17.1.1.3: the ACK to any other final response is the transaction's.
    if (answer.status < 200 || answer.status > 299) return;
    this.#order(
      { transactionId: '', dialogId: answer.dialogId },
      { start: requestLine('ACK'), content },
      { done: () => undefined, failed },
    );
  }

  deliver(delivery: Delivery): boolean {
    if (!this.#up) return false;
    const { message } = delivery;
    this.#guard(() => {
      if (message.start.kind === 'response') this.#receiveResponse(delivery, message.start);
      else if (message.start.method === 'CANCEL') this.#receiveCancel(delivery);
      else this.#receiveRequest(delivery, message.start);
    });
    return true;
  }

  #receiveRequest(delivery: Delivery, start: Extract<StartLine, { kind: 'request' }>): void {
    const { message, source, protocol, address, port, dialogId, transactionId, receivedOn } = delivery;
    const request: ReceivedRequest = {
      method: start.method,
      requestUri: asciiUri(start.requestUri),
      origin: source,
      protocol,
      address,
      port,
      receivedOn: receivedOn === undefined ? '' : formatSocketAddress(receivedOn),
      dialogId,
      handle: transactionId,
      message: () => receivedMessage(message),
    };
    if (start.method === 'INVITE') this.#invites.set(transactionId, request);
    this.#user.receiveRequest(request);
  }

  #receiveCancel({ transactionId, message }: Delivery): void {
    const invite = this.#invites.get(transactionId);
    this.#invites.delete(transactionId);
    if (invite !== undefined) this.#user.receiveCancel(invite, receivedMessage(message));
  }

  #receiveResponse(delivery: Delivery, start: Extract<StartLine, { kind: 'response' }>): void {
    const { message, dialogId, transactionId } = delivery;
    const asked = this.#asked.get(transactionId);
    if (asked === undefined) return;
    const { status, reason } = start;
    if (status >= 200) this.#forget(transactionId);
    else if (asked.method === 'INVITE') this.#watch(transactionId, asked);
    asked.user.responded({
      status,
      reason: textOf(reason),
      dialogId,
      handle: undefined,
      message: () => receivedMessage(message),
    });
  }

  /** (Re)starts the wait for the final response. */
  #watch(id: string, asked: Asked): void {
    asked.stopWatch?.();
    asked.stopWatch = this.#clock.after(inviteAnswerWithinMs, () => {
      this.#forget(id);
      this.#guard(() => asked.user.failed(noAnswer));
    });
  }

  #forget(id: string): void {
    this.#asked.get(id)?.stopWatch?.();
    this.#asked.delete(id);
  }

  /** What fails is told in a turn of its own, like what has an answer to wait for: who orders is not done yet. */
  #order(
    target: OrderTarget,
    what: { readonly start: StartLine; readonly content: Content },
    told: {
      readonly done: (reply: Extract<SendReply, { ok: true }>) => void;
      readonly failed: (failure: SendFailure) => void;
    },
  ): void {
    const fail = (failure: SendFailure) => queueMicrotask(() => this.#guard(() => told.failed(failure)));
    if (!this.#up) {
      fail(closed);
      return;
    }
    try {
      this.#core.carryOut(this, target, { start: what.start, ...orderContent(what.content) }, reply => {
        if (reply.ok) told.done(reply);
        else fail(failureOf(reply.reason));
      });
    } catch (error) {
      this.#log.error({ err: error }, 'an order failed');
      fail({ kind: 'refused', reason: 'the request could not be handled' });
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

const requestLine = (method: string): StartLine => ({
  kind: 'request',
  method,
  requestUri: 'sip:localhost',
});

const failureOf = (reason: string): SendFailure => ({
  kind: reason.includes('unable to find dialog') ? 'dialog' : 'refused',
  reason,
});
