import type { EngineCounters } from '../counters.ts';
import type { ByteString } from '../message/bytes.ts';
import type { MessageLimits } from '../message/limits.ts';
import type { SipMessage } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { serializeMessage } from '../message/serialize.ts';
import type {
  Flow,
  Hop,
  OnSendFailure,
  StreamFault,
  Transport,
  TransportUser,
} from '../transport/transport.ts';
import type { TimerService } from './clock.ts';
import { InviteClient } from './invite-client.ts';
import { NonInviteClient } from './non-invite-client.ts';
import { type Admit, RequestIntake } from './request-intake.ts';
import { type TimerTable, type Timing, timerTable } from './timers.ts';
import type {
  ClientTransaction,
  ClientTransactionUser,
  TransactionLayer,
  TransactionUser,
} from './transaction.ts';
import type { ClientWay, ClientWiring, InviteClientWiring, Wiring } from './wiring.ts';

export type { Admit };

export interface TransactionsOptions {
  readonly transport: Pick<Transport, 'send'>;
  readonly timers: TimerService;
  readonly timing: Timing;
  readonly limits: MessageLimits;
  readonly counters: EngineCounters;
  readonly user: TransactionUser;
  /**
   * Asked for each request that begins something new, before anything is kept for it; default: everyone is
   * accepted.
   */
  readonly admit?: Admit;
  /** Beyond it requests without a To tag get 503, beyond twice as many every request; default 20000. */
  readonly maxServerTransactions?: number;
  /** Asked for each INVITE that would begin a call; default: always. What is refused gets 503 without a transaction. */
  readonly mayBegin?: () => boolean;
}

const NOBODY: ClientTransactionUser = {
  receiveResponse: () => undefined,
  clientFailed: () => undefined,
  clientEnded: () => undefined,
};

/**
 * RFC 3261 §17: everything between octets and whole requests and responses. Parses what the transport brings,
 * refuses statelessly what cannot be served, matches the rest with its transaction, and tells the user what
 * is new.
 */
export class Transactions implements TransactionLayer, TransportUser {
  readonly #options: TransactionsOptions;
  readonly #intake: RequestIntake;
  readonly #inviteWiring: InviteClientWiring<InviteClient>;
  readonly #nonInviteWiring: ClientWiring<NonInviteClient>;
  readonly #cancelWiring: ClientWiring<NonInviteClient>;
  /** By branch: it is ours, and identifies the transaction alone. */
  readonly #clients = new Map<string, InviteClient | NonInviteClient>();
  /** CANCEL has the branch of its INVITE (RFC 3261 §9.1). */
  readonly #cancels = new Map<string, NonInviteClient>();

  constructor(options: TransactionsOptions) {
    this.#options = options;
    const wiring = this.#wire();
    this.#inviteWiring = {
      ...wiring,
      forget: this.#forgetClient,
      prepareCancel: this.#prepareCancel,
      receiveStray: this.#receiveStray,
    };
    this.#nonInviteWiring = { ...wiring, forget: this.#forgetClient };
    this.#cancelWiring = { ...wiring, forget: this.#forgetCancel };
    this.#intake = new RequestIntake({
      wiring,
      user: options.user,
      admit: options.admit ?? (() => 'accept'),
      maxServerTransactions: options.maxServerTransactions ?? 20_000,
      mayBegin: options.mayBegin ?? (() => true),
      sendStateless: (response, hop, flow) => {
        this.sendStateless(response, hop, flow);
      },
    });
  }

  get clientCount(): number {
    return this.#clients.size + this.#cancels.size;
  }

  get serverCount(): number {
    return this.#intake.serverCount;
  }

  /**
   * Transactions, ours and the peers', that have not come to their final response (or the ACK to it) yet. Our OPTIONS do not count: they change
   * nothing. Walks through all: for
   * the end of the process.
   */
  countUnfinished(): number {
    let count = this.#intake.countUnfinished();
    for (const { pending, request } of this.#clients.values())
      if (pending && request.method !== 'OPTIONS') count += 1;
    return count;
  }

  /**
   * Throws UnsafeHeaderError when the request cannot be written, and Error for a branch that is missing or in
   * use.
   */
  startClient(request: SipMessage, hop: Hop, user: ClientTransactionUser, flow?: Flow): ClientTransaction {
    const branch = request.topVia?.branch ?? '';
    if (branch === '' || this.#clients.has(branch)) {
      throw new Error(`the branch of ${request.method} is ${branch === '' ? 'missing' : 'in use'}`);
    }
    const way = { hop, flow, branch };
    const machine =
      request.method === 'INVITE'
        ? new InviteClient(request, way, user, this.#inviteWiring)
        : new NonInviteClient(request, way, user, this.#nonInviteWiring);
    this.#clients.set(branch, machine);
    machine.start();
    return machine;
  }

  sendStateless(message: SipMessage, hop: Hop, flow?: Flow): void {
    this.sendBytes(serializeMessage(message), hop, flow);
  }

  sendBytes(bytes: ByteString, hop: Hop, flow?: Flow): void {
    this.#send(bytes, hop, this.#countFailure, flow);
  }

  receiveMessage(bytes: ByteString, flow: Flow): void {
    const { counters, limits } = this.#options;
    const outcome = parseMessage(bytes, limits);
    if (outcome.kind === 'noise') {
      if (outcome.why !== 'keepalive') counters.unparsable += 1;
      return;
    }
    counters.messagesReceived += 1;
    if (outcome.kind === 'refused') this.#intake.refuse(outcome.message, outcome, flow);
    else if (outcome.message.isRequest) this.#intake.receiveRequest(outcome.message, flow);
    else this.#receiveResponse(outcome.message, flow);
  }

  /** The stream is closed after this; its sender learns why. */
  streamBroken(fault: StreamFault, flow: Flow): void {
    const outcome = parseMessage(fault.headerPart, this.#options.limits);
    if (outcome.kind === 'noise' || !outcome.message.isRequest) this.#options.counters.unparsable += 1;
    else this.#intake.refuse(outcome.message, fault, flow);
  }

  /**
   * RFC 3261 §17.1.4, §18.2.2: a stream that ended fails nothing; a response may come on a new one, and so
   * may ours go.
   */
  flowClosed(): void {
    // What is sent on it later opens a new connection or fails.
  }

  /**
   * RFC 3261 §17.1.3: by branch and CSeq method. Sent-by is not looked at: a NAT may have changed what we
   * wrote.
   */
  #receiveResponse(response: SipMessage, flow: Flow): void {
    const branch = response.topVia?.branch ?? '';
    const table = response.method === 'CANCEL' ? this.#cancels : this.#clients;
    const machine = table.get(branch);
    if (machine?.request.method === response.method) machine.receiveResponse(response, flow);
    else this.#receiveStray(response, flow);
  }

  readonly #receiveStray = (response: SipMessage, flow: Flow): void => {
    this.#options.counters.strayResponses += 1;
    this.#options.user.receiveStrayResponse(response, flow);
  };

  readonly #forgetClient = ({ branch }: { readonly branch: string }): void => {
    this.#clients.delete(branch);
  };

  readonly #forgetCancel = ({ branch }: { readonly branch: string }): void => {
    this.#cancels.delete(branch);
  };

  readonly #prepareCancel = (cancel: SipMessage, way: ClientWay): (() => void) => {
    const machine = new NonInviteClient(cancel, way, NOBODY, this.#cancelWiring);
    return () => {
      this.#cancels.set(way.branch, machine);
      machine.start();
    };
  };

  readonly #countFailure: OnSendFailure = () => {
    this.#options.counters.transportErrors += 1;
  };

  #wire(): Wiring {
    const { timers, timing, counters } = this.#options;
    const tables = { udp: timerTable(timing, false), tcp: timerTable(timing, true) };
    return {
      timers,
      timing,
      counters,
      table: (protocol): TimerTable => tables[protocol],
      send: (bytes, hop, onFailure, flow) => {
        this.#send(bytes, hop, onFailure, flow);
      },
    };
  }

  #send(bytes: ByteString, hop: Hop, onFailure: OnSendFailure, flow: Flow | undefined): void {
    this.#options.counters.messagesSent += 1;
    this.#options.transport.send(bytes, hop, onFailure, flow);
  }
}
