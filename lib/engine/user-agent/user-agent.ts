import type {
  Delivery,
  OrderTarget,
  OrderText,
  Owner,
  SendOrder,
  SendReply,
  InProcessCore,
} from '../control/owner.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { DialogTable } from '../dialog/dialog-table.ts';
import type { SipMessage } from '../message/message.ts';
import { randomHex } from '../random.ts';
import type { ServerTransaction, TransactionLayer, TransactionUser } from '../transaction/transaction.ts';
import type { Flow, Hop } from '../transport/transport.ts';
import { AckDesk } from './ack-desk.ts';
import { AckTable } from './ack-table.ts';
import { DialogEnder } from './dialog-ender.ts';
import { parseOrderText } from './order-text.ts';
import { type DeliveryParts, deliveryOf, type Shared } from './shared.ts';
import { Subscriptions } from './subscriptions.ts';
import { Uac } from './uac.ts';
import { Uas } from './uas.ts';

/** What both sides share and comes from outside; the rest the user agent makes itself. */
type Given = Omit<Shared, 'transactions' | 'dialogs' | 'newTransactionId' | 'deliver' | 'notice'>;

export interface UserAgentOptions extends Given {
  /** The layer needs its user and the user its layer: the layer is made inside. */
  readonly transactions: (user: TransactionUser) => TransactionLayer;
}

/**
 * RFC 3261's user agent core: dialogs, who answers what, who owns which dialog. Applications give it orders (`InProcessCore`), the
 * transaction layer gives it messages (`TransactionUser`).
 */
export class UserAgent implements InProcessCore, TransactionUser {
  readonly #shared: Shared;
  readonly #uas: Uas;
  readonly #uac: Uac;
  readonly #acks: AckDesk;
  readonly #ender: DialogEnder;
  readonly #ackTable = new AckTable();
  /** Notices for owners that are away; one per dialog at the most. */
  readonly #kept = new Map<Owner, Delivery[]>();
  /** Owners whose grace time is over: nothing is kept for them. */
  readonly #expired = new WeakSet<Owner>();

  constructor(options: UserAgentOptions) {
    const prefix = randomHex(6);
    let issued = 0;
    const { transactions, ...rest } = options;
    this.#shared = {
      ...rest,
      transactions: transactions(this),
      dialogs: new DialogTable(),
      newTransactionId: () => {
        issued += 1;
        return `${prefix}-${issued.toString(36)}`;
      },
      deliver: (owner, parts) => owner.present && owner.deliver(deliveryOf(parts, options.wallClockMs())),
      notice: (dialog, bye, hop) => {
        this.#notice(dialog, bye, hop);
      },
    };
    this.#ender = new DialogEnder(this.#shared, this.#ackTable);
    this.#acks = new AckDesk(this.#shared, this.#ender);
    const subscriptions = new Subscriptions(this.#shared, this.#ender);
    this.#uas = new Uas(this.#shared, { ender: this.#ender, acks: this.#ackTable, subscriptions });
    this.#uac = new Uac(this.#shared, { ender: this.#ender, acks: this.#acks, subscriptions });
    this.#ender.onEnded = dialog => {
      this.#uas.dialogEnded(dialog);
      // A 2xx that came is acknowledged even when its dialog is over.
      this.#acks.acknowledge(dialog);
      subscriptions.dialogEnded(dialog);
    };
  }

  get advertisedHostports(): string {
    return this.#shared.addresses.hostports('advertised');
  }

  get localHostports(): string {
    return this.#shared.addresses.hostports('local');
  }

  get transactions(): TransactionLayer {
    return this.#shared.transactions;
  }

  /** What is open; all zero when nothing is going on. */
  counts(): {
    dialogs: number;
    requestsOpen: number;
    requestsOrdered: number;
    acksAwaited: number;
    acksOwed: number;
    noticesKept: number;
  } {
    return {
      dialogs: this.#shared.dialogs.size,
      requestsOpen: this.#uas.openCount,
      requestsOrdered: this.#uac.openCount,
      acksAwaited: this.#ackTable.size,
      acksOwed: this.#acks.owedCount,
      noticesKept: this.#kept.size,
    };
  }

  receiveRequest(transaction: ServerTransaction): void {
    this.#uas.receiveRequest(transaction);
  }

  receiveAck(ack: SipMessage, flow: Flow): void {
    this.#uas.receiveAck(ack, flow);
  }

  receiveStrayResponse(response: SipMessage): void {
    this.#acks.receiveStray(response);
  }

  knowsDialogOf(request: SipMessage): boolean {
    return this.#shared.dialogs.ofRequest(request) !== undefined;
  }

  send(owner: Owner, order: SendOrder, reply: (reply: SendReply) => void): void {
    const text = parseOrderText(order.text);
    if (text === undefined) reply({ ok: false, reason: 'unparsable SIP text' });
    else this.carryOut(owner, order, text, reply);
  }

  carryOut(owner: Owner, order: OrderTarget, text: OrderText, reply: (reply: SendReply) => void): void {
    if (text.start.kind === 'response') this.#uas.respond(order, text, reply);
    else this.#uac.request({ owner, order, text, reply });
  }

  ownerLost(owner: Owner): void {
    this.#uas.ownerLost(owner);
    this.#uac.ownerLost(owner);
  }

  ownerReturned(owner: Owner): void {
    const kept = this.#kept.get(owner) ?? [];
    this.#kept.delete(owner);
    for (const delivery of kept) owner.deliver(delivery);
    for (const _ of this.#shared.dialogs.ownedBy(owner)) this.#shared.counters.dialogsRebound += 1;
  }

  ownerExpired(owner: Owner): void {
    this.#expired.add(owner);
    this.#kept.delete(owner);
    for (const dialog of [...this.#shared.dialogs.ownedBy(owner)]) {
      this.#shared.counters.dialogsEndedForLostOwner += 1;
      // RFC 3261 §13.2.2.4: what was answered is acknowledged first.
      this.#acks.acknowledge(dialog);
      // Both legs of a call are dialogs of the same owner: each gets its BYE.
      this.#ender.end(dialog, { cause: 503, text: 'application gone' });
    }
  }

  #notice(dialog: Dialog, bye: SipMessage, hop: Hop): void {
    const parts: DeliveryParts = {
      message: bye,
      way: hop,
      transactionId: 'unsolicited',
      dialogId: dialog.id,
      source: 'application',
    };
    const { owner } = dialog;
    if (this.#shared.deliver(owner, parts) || this.#expired.has(owner)) return;
    const kept = this.#kept.get(owner);
    const delivery = deliveryOf(parts, this.#shared.wallClockMs());
    if (kept === undefined) this.#kept.set(owner, [delivery]);
    else kept.push(delivery);
  }
}
