import type { Owner } from '../control/owner.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../message/message.ts';
import type { ClientFailure, ClientTransaction, ClientTransactionUser } from '../transaction/transaction.ts';
import type { Flow, Hop } from '../transport/transport.ts';

export interface ClientExchangeEvents {
  exchangeAnswered(exchange: ClientExchange, response: SipMessage, flow: Flow): void;
  exchangeFailed(exchange: ClientExchange, failure: ClientFailure): void;
  exchangeOver(exchange: ClientExchange): void;
}

export interface ClientExchangeOptions {
  readonly id: string;
  /** Undefined: a request of the engine's own, nobody hears of its responses. */
  readonly owner: Owner | undefined;
  readonly request: SipMessage;
  readonly hop: Hop;
  readonly dialog: Dialog | undefined;
  readonly isInDialog: boolean;
  readonly events: ClientExchangeEvents;
}

/** One request towards the network, from its order to the end of its transaction. */
export class ClientExchange implements ClientTransactionUser {
  readonly id: string;
  readonly owner: Owner | undefined;
  readonly request: SipMessage;
  readonly hop: Hop;
  /** The dialog the request is part of, or tries to make. */
  readonly dialog: Dialog | undefined;
  readonly isInDialog: boolean;
  /** Undefined only until started, and for a request that could not be sent at all. */
  transaction: ClientTransaction | undefined;
  /** To tag of the first 2xx: others are retransmissions of it or forks. */
  answeredTag: string | undefined;
  /** Dialogs of further forks, by To tag: acknowledged and ended by the engine. */
  readonly forks = new Map<string, Dialog>();
  /** The application asked for CANCEL. */
  cancelled = false;
  readonly #events: ClientExchangeEvents;

  constructor(options: ClientExchangeOptions) {
    this.id = options.id;
    this.owner = options.owner;
    this.request = options.request;
    this.hop = options.hop;
    this.dialog = options.dialog;
    this.isInDialog = options.isInDialog;
    this.#events = options.events;
  }

  receiveResponse(response: SipMessage, flow: Flow): void {
    this.#events.exchangeAnswered(this, response, flow);
  }

  clientFailed(failure: ClientFailure): void {
    this.#events.exchangeFailed(this, failure);
  }

  clientEnded(): void {
    this.#events.exchangeOver(this);
  }
}
