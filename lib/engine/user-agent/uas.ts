import type { OrderTarget, OrderText, Owner, SendReply } from '../control/owner.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { newTag } from '../random.ts';
import { responseTo } from '../transaction/responses.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Flow, Hop } from '../transport/transport.ts';
import { contactFor } from './addresses.ts';
import type { AckTable } from './ack-table.ts';
import { AnsweredInvite } from './answered-invite.ts';
import type { DialogEnder } from './dialog-ender.ts';
import { asCancel, dialogOfRequest } from './dialog-of-request.ts';
import { ExchangeTable } from './exchange-table.ts';
import { makesDialog } from './new-request.ts';
import { lacksContentType } from './request-builder.ts';
import {
  KNOWN_METHODS,
  NO_SUCH_DIALOG,
  refuseInDialog,
  refuseOutsideDialog,
  refuseMethod,
  refuseRequired,
  type RuleRefusal,
} from './request-rules.ts';
import { buildResponse, contactOf, contactsOf } from './response-builder.ts';
import { ServerExchange, type ServerExchangeEvents } from './server-exchange.ts';
import type { Shared } from './shared.ts';
import type { Subscriptions } from './subscriptions.ts';

/** The owner may be back within the grace time: the peer is asked to try again. */
const OWNER_AWAY: RuleRefusal = {
  status: 500,
  reason: 'Application Gone',
  headers: [['Retry-After', '5']],
};

export interface UasParts {
  readonly ender: DialogEnder;
  readonly acks: AckTable;
  readonly subscriptions: Subscriptions;
}

/** The server side of the user agent: requests of the network, and what applications answer. */
export class Uas implements ServerExchangeEvents {
  readonly #shared: Shared;
  readonly #ender: DialogEnder;
  readonly #acks: AckTable;
  readonly #subscriptions: Subscriptions;
  readonly #exchanges = new ExchangeTable();

  constructor(shared: Shared, parts: UasParts) {
    this.#shared = shared;
    this.#ender = parts.ender;
    this.#acks = parts.acks;
    this.#subscriptions = parts.subscriptions;
  }

  get openCount(): number {
    return this.#exchanges.size;
  }

  receiveRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    const refused = refuseMethod(request) ?? refuseRequired(request);
    if (refused !== undefined) this.#refuse(transaction, refused);
    else if (request.toTag === '') this.#receiveNew(transaction);
    else this.#receiveInDialog(transaction);
  }

  #receiveNew(transaction: ServerTransaction): void {
    const { request } = transaction;
    const refused = refuseOutsideDialog(request);
    if (refused !== undefined) return this.#refuse(transaction, refused);
    const owner = this.#shared.applications.choose(request.method.toLowerCase());
    if (owner === undefined) return this.#refuse(transaction, this.#nobody(request.method));
    this.#handOver(transaction, owner, undefined);
  }

  /** Control protocol §3.3: a method nobody registered is answered 503 at once; one that SIP does not know, 405. */
  #nobody(method: string): RuleRefusal {
    if (KNOWN_METHODS.includes(method)) return { status: 503, reason: 'Service Unavailable' };
    const { allow, applications } = this.#shared;
    const taken = allow ?? KNOWN_METHODS.filter(known => applications.serves(known)).join(', ');
    return { status: 405, reason: 'Method Not Allowed', headers: [['Allow', taken]] };
  }

  #receiveInDialog(transaction: ServerTransaction): void {
    const { request } = transaction;
    const dialog = this.#shared.dialogs.ofRequest(request);
    // RFC 3261 §12.2.2: a To tag that matches no dialog: 481.
    if (dialog === undefined) return this.#refuse(transaction, NO_SUCH_DIALOG);
    const refused = refuseInDialog(dialog, request, this.#exchanges.openWork(dialog), () =>
      Math.floor(Math.random() * 10),
    );
    if (refused !== undefined) return this.#refuse(transaction, refused, dialog.localTag);
    if (dialog.isOfPeer(request)) dialog.remoteCseq = request.cseq.number;
    dialog.flow = transaction.flow;
    if (request.method === 'BYE') return this.#receiveBye(transaction, dialog);
    if (!dialog.owner.present) return this.#refuse(transaction, OWNER_AWAY, dialog.localTag);
    this.#handOver(transaction, dialog.owner, dialog);
    if (request.method === 'NOTIFY') this.#subscriptions.notified(dialog, request);
  }

  #receiveBye(transaction: ServerTransaction, dialog: Dialog): void {
    if (dialog.leaving) return this.#refuse(transaction, { status: 200, reason: 'OK' }, dialog.localTag);
    if (dialog.state === 'early') return this.#receiveEarlyBye(transaction, dialog);
    this.#ender.forget(dialog);
    if (dialog.owner.present) {
      this.#handOver(transaction, dialog.owner, dialog);
      return;
    }
    const { request } = transaction;
    this.#refuse(transaction, { status: 200, reason: 'OK' }, dialog.localTag);
    this.#shared.notice(dialog, request, {
      protocol: transaction.flow.protocol,
      ...transaction.flow.remote,
    });
  }

  /**
   * RFC 3261 §15: a caller may send BYE in an early dialog; to the application it is a CANCEL. A callee must not; one that does
   * wants no call: its INVITE is cancelled, and the application hears of it by the final response.
   */
  #receiveEarlyBye(transaction: ServerTransaction, dialog: Dialog): void {
    const bye = transaction.request;
    this.#refuse(transaction, { status: 200, reason: 'OK' }, dialog.localTag);
    if (dialog.role === 'uac') dialog.ownInvite?.cancel([]);
    const invite = this.#exchanges.ofDialog(dialog).find(exchange => !exchange.isInDialog);
    if (invite !== undefined) this.exchangeCancelled(invite, asCancel(bye, invite.request));
  }

  #handOver(transaction: ServerTransaction, owner: Owner, dialog: Dialog | undefined): void {
    const id = this.#shared.newTransactionId();
    const exchange = new ServerExchange({ id, transaction, owner, dialog, events: this });
    this.#exchanges.add(exchange);
    // With an INVITE an application may try one silent target after the other: as long as an INVITE may ring. Any other
    // transaction ends by itself after 64*T1, when the peer has given it up (RFC 4320 §4.2).
    if (transaction.request.method === 'INVITE') {
      this.#shared.timers.start(exchange.silence, this.#shared.timing.timerCMs);
    }
    const taken = this.#shared.deliver(owner, {
      message: transaction.request,
      way: transaction.flow,
      transactionId: id,
      dialogId: dialog?.id ?? '',
      isNew: dialog === undefined,
    });
    if (!taken) this.#finish(exchange, { status: 503, reason: 'Service Unavailable' });
  }

  /** An ACK outside any non-2xx transaction: it confirms a 2xx of ours. Anything else is a repetition and absorbed. */
  receiveAck(ack: SipMessage, flow: Flow): void {
    const dialog = this.#shared.dialogs.ofRequest(ack);
    if (dialog === undefined) return;
    this.#acks.confirm(dialog, ack.cseq.number, () => {
      this.#shared.deliver(dialog.owner, {
        message: ack,
        way: flow,
        transactionId: this.#shared.newTransactionId(),
        dialogId: dialog.id,
      });
    });
  }

  /** One response of an application. */
  respond(order: OrderTarget, text: OrderText, reply: (reply: SendReply) => void): void {
    const exchange = this.#exchanges.byId(order.transactionId);
    const status = text.start.kind === 'response' ? text.start.status : 0;
    if (exchange === undefined) return reply(failed('Response not sent due to unknown transaction'));
    if (lacksContentType(text)) return reply(failed('missing content-type'));
    if (status < 200 && text.headers.get('require')?.toLowerCase().includes('100rel') === true) {
      return reply(failed('reliable provisional responses are not supported by this engine yet'));
    }
    const hop: Hop = { protocol: exchange.transaction.flow.protocol, ...exchange.transaction.flow.remote };
    const response = this.#build(exchange, status, text, hop);
    exchange.transaction.respond(response);
    // Not before: a response that cannot be written is none.
    this.#shared.timers.stop(exchange.silence);
    this.#afterResponse(exchange, status, response);
    reply({
      ok: true,
      message: response,
      sizeBytes: response.wireBytes,
      protocol: hop.protocol,
      address: hop.address,
      port: hop.port,
      timeMs: this.#shared.wallClockMs(),
      transactionId: exchange.id,
      dialogId: exchange.dialog?.id ?? '',
    });
  }

  #build(exchange: ServerExchange, status: number, text: OrderText, hop: Hop): SipMessage {
    const { request } = exchange;
    const { flow } = exchange.transaction;
    const own = this.#shared.addresses.ours(hop, flow) ?? { host: flow.local.address, port: flow.local.port };
    const creates = makesDialog(request.method);
    const usual = exchange.dialog?.localContact ?? contactFor(own, hop.protocol);
    if (status > 100 && exchange.localTag === '') {
      exchange.localTag = tagOf(text.headers.get('to') ?? '') || newTag();
      if (creates && status < 300) this.#openDialog(exchange, contactOf(text, own, hop.protocol, usual));
    }
    // RFC 3261 §12.1.1: a UAS adds Contact to every response that makes a dialog; RFC 3311 §5.1 wants it on UPDATE's 2xx.
    const needsContact = status > 100 && status < 300 && (creates || request.method === 'UPDATE');
    const reason = text.start.kind === 'response' ? text.start.reason : '';
    return buildResponse(
      {
        request,
        status,
        reason,
        localTag: status > 100 ? exchange.localTag : '',
        copyRecordRoute: creates && !exchange.isInDialog && status > 100 && status < 300,
        contacts: needsContact
          ? [contactOf(text, own, hop.protocol, usual)]
          : contactsOf(text, own, hop.protocol),
      },
      text,
      own,
    );
  }

  #openDialog(exchange: ServerExchange, localContact: string): void {
    const { dialogs } = this.#shared;
    const { request } = exchange;
    exchange.dialog = dialogOfRequest({
      id: dialogs.freeId(request.callId, request.fromTag, exchange.localTag),
      owner: exchange.owner,
      request,
      flow: exchange.transaction.flow,
      localTag: exchange.localTag,
      localContact,
    });
    dialogs.add(exchange.dialog);
    this.#exchanges.joinDialog(exchange);
  }

  #afterResponse(exchange: ServerExchange, status: number, response: SipMessage): void {
    if (status < 200) return;
    this.#exchanges.remove(exchange);
    this.#settleAnswered(exchange, status, response);
    exchange.transaction.letGo();
  }

  #settleAnswered(exchange: ServerExchange, status: number, response: SipMessage): void {
    const { dialog, request } = exchange;
    if (dialog === undefined) return;
    if (status >= 300) {
      // A refused re-INVITE leaves the dialog as it was (RFC 3261 §14.1); a refused initial request never made one.
      if (!exchange.isInDialog) this.#ender.forget(dialog);
      return;
    }
    if (dialog.state === 'ended') return;
    if (!exchange.isInDialog) dialog.state = 'confirmed';
    const contact = response.headers.get('contact');
    if (contact !== undefined && (request.method === 'INVITE' || request.method === 'UPDATE')) {
      dialog.localContact = contact;
      if (exchange.isInDialog) dialog.refreshTarget(request);
    }
    if (request.method === 'INVITE') this.#awaitAck(exchange, dialog);
    else if (request.method === 'SUBSCRIBE') {
      // RFC 6665 §4.4.1: a SUBSCRIBE is a target refresh request.
      if (exchange.isInDialog) dialog.refreshTarget(request);
      this.#subscriptions.granted(dialog, request, response);
    }
  }

  #awaitAck(exchange: ServerExchange, dialog: Dialog): void {
    const answered = new AnsweredInvite({
      dialog,
      transaction: exchange.transaction,
      timers: this.#shared.timers,
      timing: this.#shared.timing,
      onGivenUp: given => {
        // A re-INVITE's missing ACK ends the dialog as well: RFC 3261 §14.2 treats both alike.
        this.#ender.end(given.dialog, { cause: 200, text: 'ACK timeout' });
      },
    });
    this.#acks.add(answered);
  }

  /** RFC 3261 §9.2: the INVITE gets 487; the 200 to the CANCEL has been sent. */
  exchangeCancelled(exchange: ServerExchange, cancel: SipMessage): void {
    if (this.#exchanges.byId(exchange.id) === undefined) return;
    const dialogId = exchange.dialog?.id ?? '';
    this.#finish(exchange, { status: 487, reason: 'Request Terminated' });
    this.#shared.deliver(exchange.owner, {
      message: cancel,
      way: exchange.transaction.flow,
      transactionId: exchange.id,
      dialogId,
    });
  }

  /** The application took the request and said nothing: nobody should wait for it for ever. */
  exchangeSilent(exchange: ServerExchange): void {
    this.#shared.log.warn(
      { method: exchange.request.method, owner: exchange.owner.name },
      'application did not answer',
    );
    this.#finish(exchange, { status: 500, reason: 'Application Did Not Answer' });
  }

  exchangeEnded(exchange: ServerExchange): void {
    this.#shared.timers.stop(exchange.silence);
    this.#exchanges.remove(exchange);
  }

  /** The application is gone: what it had not answered is answered now. */
  ownerLost(owner: Owner): void {
    for (const exchange of this.#exchanges.ofOwner(owner)) {
      if (exchange.request.method === 'BYE') this.#finish(exchange, { status: 200, reason: 'OK' });
      else if (exchange.isInDialog) this.#finish(exchange, OWNER_AWAY);
      else this.#finish(exchange, { status: 503, reason: 'Service Unavailable' });
    }
  }

  /** RFC 3261 §15.1.2: requests still pending when the dialog ends get 487. */
  dialogEnded(dialog: Dialog): void {
    for (const exchange of this.#exchanges.ofDialog(dialog)) {
      if (exchange.isInDialog) this.#finish(exchange, { status: 487, reason: 'Request Terminated' });
    }
  }

  /** A final response of the engine's own to a request an application had. */
  #finish(exchange: ServerExchange, refused: RuleRefusal): void {
    this.#shared.timers.stop(exchange.silence);
    this.#exchanges.remove(exchange);
    this.#refuse(exchange.transaction, refused, exchange.localTag);
    if (!exchange.isInDialog && exchange.dialog !== undefined) this.#ender.forget(exchange.dialog);
  }

  #refuse(transaction: ServerTransaction, refused: RuleRefusal, localTag = newTag()): void {
    if (refused.status >= 400) this.#shared.counters.countRefused(refused.status);
    transaction.respond(
      responseTo(transaction.request, {
        status: refused.status,
        reason: refused.reason,
        toTag: localTag === '' ? newTag() : localTag,
        extra: refused.headers ?? [],
      }),
    );
    transaction.letGo();
  }
}

const failed = (reason: string): SendReply => ({ ok: false, reason });
