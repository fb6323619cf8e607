import type { Owner } from '../control/owner.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../message/message.ts';
import { Timer } from '../transaction/clock.ts';
import type { ServerTransaction, ServerTransactionUser } from '../transaction/transaction.ts';

export interface ServerExchangeEvents {
  exchangeCancelled(exchange: ServerExchange, cancel: SipMessage): void;
  exchangeSilent(exchange: ServerExchange): void;
  exchangeEnded(exchange: ServerExchange): void;
}

/** One request of the network in the hands of an application, from its delivery to its final response. */
export class ServerExchange implements ServerTransactionUser {
  /** The id the application answers under. */
  readonly id: string;
  readonly transaction: ServerTransaction;
  readonly owner: Owner;
  /** Our tag on To: the dialog's for in-dialog requests, else chosen at the first response above 100. */
  localTag: string;
  /** The dialog the request is part of or makes; undefined until the response that makes one. */
  dialog: Dialog | undefined;
  readonly isInDialog: boolean;
  /** Runs until the application says anything at all. */
  readonly silence: Timer;
  readonly #events: ServerExchangeEvents;

  constructor(options: {
    id: string;
    transaction: ServerTransaction;
    owner: Owner;
    dialog: Dialog | undefined;
    events: ServerExchangeEvents;
  }) {
    this.id = options.id;
    this.transaction = options.transaction;
    this.owner = options.owner;
    this.dialog = options.dialog;
    this.isInDialog = options.dialog !== undefined;
    this.localTag = options.dialog?.localTag ?? '';
    this.silence = new Timer(this, 'silence');
    this.#events = options.events;
    options.transaction.user = this;
  }

  get request(): SipMessage {
    return this.transaction.request;
  }

  receiveCancel(cancel: SipMessage, localTag: string): void {
    if (this.localTag === '') this.localTag = localTag;
    this.#events.exchangeCancelled(this, cancel);
  }

  serverFailed(): void {
    // Nothing to tell: an undelivered response is repeated by the peer's own timers, a missing ACK ends the machine.
  }

  serverEnded(): void {
    this.#events.exchangeEnded(this);
  }

  onTimer(): void {
    this.#events.exchangeSilent(this);
  }
}
