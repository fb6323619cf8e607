import type { OrderTarget, OrderText, Owner, SendReply } from '../control/owner.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../message/message.ts';
import { newTag } from '../random.ts';
import { responseTo } from '../transaction/responses.ts';
import { Timer } from '../transaction/clock.ts';
import type { ClientFailure } from '../transaction/transaction.ts';
import type { Flow, Hop } from '../transport/transport.ts';
import type { AckDesk } from './ack-desk.ts';
import { ClientExchange, type ClientExchangeEvents } from './client-exchange.ts';
import type { DialogEnder } from './dialog-ender.ts';
import { buildInDialog, withDialogHop } from './in-dialog.ts';
import { nextHopOf, resolveHop } from './next-hop.ts';
import { lacksContentType } from './request-builder.ts';
import { buildNew, methodOf, openEarlyDialog, requestUriOf } from './new-request.ts';
import { sentReply, type Shared } from './shared.ts';
import type { Subscriptions } from './subscriptions.ts';

type Reply = (reply: SendReply) => void;

/** Control protocol §5: applications recognise the phrase. */
const NO_DIALOG = 'Server error: unable to find dialog for dialog id provided';

/** What one order becomes before it is sent. */
interface Outgoing {
  readonly owner: Owner;
  readonly order: OrderTarget;
  readonly text: OrderText;
  readonly reply: Reply;
}

export interface UacParts {
  readonly ender: DialogEnder;
  readonly acks: AckDesk;
  readonly subscriptions: Subscriptions;
}

/** The client side of the user agent: requests that applications order, and what the network answers. */
export class Uac implements ClientExchangeEvents {
  readonly #shared: Shared;
  readonly #ender: DialogEnder;
  readonly #acks: AckDesk;
  readonly #subscriptions: Subscriptions;
  readonly #exchanges = new Map<string, ClientExchange>();

  constructor(shared: Shared, parts: UacParts) {
    this.#shared = shared;
    this.#ender = parts.ender;
    this.#acks = parts.acks;
    this.#subscriptions = parts.subscriptions;
  }

  get openCount(): number {
    return this.#exchanges.size;
  }

  /** One request of an application: CANCEL by transaction, ACK and others by dialog, or a new one. */
  request(outgoing: Outgoing): void {
    const { order, text, reply } = outgoing;
    const method = methodOf(text);
    if (method === 'CANCEL') this.#cancel(outgoing);
    else if (method === 'ACK') this.#acks.order(order, text, reply);
    else if (lacksContentType(text)) reply(failed('missing content-type'));
    else if (order.dialogId === '') this.#requestNew(outgoing);
    else this.#requestInDialog(outgoing);
  }

  #cancel({ order, text, reply }: Outgoing): void {
    const exchange = this.#exchanges.get(order.transactionId);
    const extra: (readonly [string, string])[] = [];
    text.headers.forEach((name, value, key) => {
      if (!CANCEL_KEEPS_FROM_INVITE.has(key)) extra.push([name, value]);
    });
    const cancel = exchange?.transaction?.cancel(extra);
    if (exchange === undefined || cancel === undefined)
      return reply(failed('unknown transaction for CANCEL'));
    exchange.cancelled = true;
    reply(sentReply(this.#shared, cancel, exchange.hop, this.#shared.newTransactionId()));
  }

  #requestNew(outgoing: Outgoing): void {
    const { order, text, reply } = outgoing;
    const requestUri = requestUriOf(text);
    const next = nextHopOf(order.routeUrl ?? requestUri, this.#shared.protocols);
    if (next.kind === 'refused') return reply(failed(next.reason));
    if (next.kind === 'hop') return this.#sendNew(outgoing, requestUri, next.hop);
    void resolveHop(next, this.#shared.resolver, this.#shared.reachable).then(hop => {
      // Nobody is left to cancel it.
      if (!outgoing.owner.present) reply(failed('the application is gone'));
      else if (hop === undefined) this.#failUnsent(outgoing, requestUri, next.protocol);
      else this.#sendNew(outgoing, requestUri, hop);
    });
  }

  #sendNew(outgoing: Outgoing, requestUri: string, hop: Hop): void {
    const { owner, reply } = outgoing;
    // A request to one of our own listeners would come straight back.
    if (this.#shared.addresses.isOwn(hop)) return reply(failed('can not send request to myself'));
    const request = buildNew(this.#shared, outgoing.text, requestUri, hop);
    if (request === undefined) return reply(failed(`no listener for ${hop.protocol} ${hop.address}`));
    const dialog = openEarlyDialog(this.#shared, owner, request, hop);
    this.#start({ owner, request, hop, dialog, isInDialog: false }, reply);
  }

  #requestInDialog(outgoing: Outgoing): void {
    const { owner, order, text, reply } = outgoing;
    const method = methodOf(text);
    const dialog = this.#shared.dialogs.byId(order.dialogId);
    if (dialog === undefined || dialog.leaving) return reply(failed(NO_DIALOG));
    // RFC 3261 §14.1: no new INVITE while another one is in progress. Of the peer's the application has to think: it has it.
    if (method === 'INVITE' && dialog.ownInvite?.pending === true) {
      return reply(failed('another INVITE is in progress in this dialog'));
    }
    // RFC 3261 §15: BYE must not be sent outside a confirmed dialog; an INVITE without an answer is cancelled instead.
    if (method === 'BYE' && dialog.state === 'early')
      return reply(failed('dialog is not confirmed: use CANCEL'));
    const send = (): void => {
      this.#sendInDialog({ owner, order, text, reply }, dialog, method);
    };
    // RFC 3261 §15: the callee must not send BYE before the ACK to its 2xx has come or can no longer come.
    if (method === 'BYE') this.#ender.whenAcknowledged(dialog, send);
    else send();
  }

  #sendInDialog({ owner, text, reply }: Outgoing, dialog: Dialog, method: string): void {
    if (dialog.state === 'ended' || dialog.leaving) return reply(failed(NO_DIALOG));
    if (method === 'BYE') {
      dialog.leaving = true;
      dialog.ownInvite?.cancel([]);
    }
    withDialogHop(this.#shared, dialog, (hop, routed) => {
      // While a name was looked up the dialog may have ended.
      if (dialog.state === 'ended') return reply(failed(NO_DIALOG));
      const request =
        hop === undefined
          ? undefined
          : buildInDialog(this.#shared, dialog, { method, cseq: dialog.nextCseq(), hop, routed }, text);
      if (hop === undefined || request === undefined) {
        if (method === 'BYE') this.#ender.forget(dialog);
        return reply(failed(`no way to ${routed.nextHopUri.replace(/[|\r\n]/g, '?')}`));
      }
      this.#start({ owner, request, hop, dialog, isInDialog: true }, reply);
    });
  }

  #start(
    parts: { owner: Owner; request: SipMessage; hop: Hop; dialog: Dialog | undefined; isInDialog: boolean },
    reply: Reply,
  ): void {
    const exchange = new ClientExchange({ id: this.#shared.newTransactionId(), events: this, ...parts });
    const { request, hop, dialog } = parts;
    try {
      exchange.transaction = this.#shared.transactions.startClient(request, hop, exchange, dialog?.flow);
    } catch (error) {
      // Nothing was sent, so nothing must stand.
      this.#shared.log.error({ err: error, method: parts.request.method }, 'a request could not be sent');
      this.#forgetFailed(exchange);
      return reply(failed('Server error: the request could not be handled'));
    }
    this.#exchanges.set(exchange.id, exchange);
    if (parts.request.method === 'INVITE' && parts.dialog !== undefined)
      parts.dialog.ownInvite = exchange.transaction;
    reply(sentReply(this.#shared, parts.request, parts.hop, exchange.id));
  }

  /** The name has no address: the application hears of it as of any other failure to send, by a response. */
  #failUnsent({ owner, text, reply }: Outgoing, requestUri: string, protocol: Hop['protocol']): void {
    const nowhere: Hop = { protocol, address: '127.0.0.1', port: 0 };
    const request =
      buildNew(this.#shared, text, requestUri, nowhere) ??
      buildNew(this.#shared, text, requestUri, { ...nowhere, address: '::1' });
    if (request === undefined) return reply(failed(`no listener for ${protocol}`));
    const options = { owner, request, hop: nowhere, dialog: undefined, isInDialog: false, events: this };
    const exchange = new ClientExchange({ ...options, id: this.#shared.newTransactionId() });
    reply(sentReply(this.#shared, request, nowhere, exchange.id));
    // drachtio-srf misses a response that reaches it in one chunk with the reply: a turn of the event loop later.
    setImmediate(() => {
      this.#synthesize(exchange, 503, 'DNS Error', 'the target has no address');
    });
  }

  exchangeAnswered(exchange: ClientExchange, response: SipMessage, flow: Flow): void {
    if (exchange.request.method === 'INVITE') this.#inviteAnswered(exchange, response, flow);
    else this.#otherAnswered(exchange, response, flow);
  }

  #inviteAnswered(exchange: ClientExchange, response: SipMessage, flow: Flow): void {
    const dialog = exchange.dialog;
    if (dialog === undefined) return;
    const { status } = response;
    if (status < 200) {
      if (!exchange.isInDialog && response.toTag !== '' && exchange.answeredTag === undefined) {
        this.#shared.dialogs.retag(dialog, () => {
          dialog.learnFromResponse(response, flow);
        });
      }
      this.#tell(exchange, response, flow);
    } else if (status < 300) {
      this.#inviteAccepted(exchange, dialog, response, flow);
    } else {
      if (!exchange.isInDialog) this.#ender.forget(dialog);
      this.#tell(exchange, response, flow);
    }
  }

  #inviteAccepted(exchange: ClientExchange, dialog: Dialog, response: SipMessage, flow: Flow): void {
    const { toTag } = response;
    if (exchange.answeredTag === toTag) return this.#acks.repeat(dialog, response.cseq.number);
    // The application that wanted the call is gone, and its dialog with it.
    const isGivenUp = !exchange.isInDialog && dialog.state === 'ended';
    if (exchange.answeredTag !== undefined || isGivenUp) {
      this.#endFork(exchange, dialog, response, flow);
      return;
    }
    exchange.answeredTag = toTag;
    if (exchange.isInDialog) {
      dialog.refreshTarget(response);
    } else {
      this.#shared.dialogs.retag(dialog, () => {
        dialog.learnFromResponse(response, flow);
      });
      if (dialog.state === 'early') dialog.state = 'confirmed';
    }
    this.#acks.owe({
      dialog,
      invite: exchange.request,
      endsAfterwards: exchange.cancelled && !exchange.isInDialog,
    });
    if (dialog.state !== 'ended' && this.#tell(exchange, response, flow)) return;
    // The offer of a re-INVITE is answered: the call stands, and waits for its application with the others.
    if (exchange.isInDialog && exchange.request.body !== '') this.#acks.acknowledge(dialog);
    else this.#acks.settleAlone(dialog);
  }

  /** RFC 3261 §13.2.2.4: each 2xx is acknowledged; one from another fork makes a dialog nobody wants: ACK and one BYE. */
  #endFork(exchange: ClientExchange, dialog: Dialog, response: SipMessage, flow: Flow): void {
    const known = exchange.forks.get(response.toTag);
    if (known !== undefined) return this.#acks.repeat(known, response.cseq.number);
    exchange.forks.set(response.toTag, this.#acks.endFork(dialog, exchange.request, response, flow));
  }

  #otherAnswered(exchange: ClientExchange, response: SipMessage, flow: Flow): void {
    const { dialog } = exchange;
    const { method } = exchange.request;
    const { status } = response;
    if (dialog !== undefined && status >= 200) {
      if (method === 'UPDATE' && status < 300) dialog.refreshTarget(response);
      if (method === 'SUBSCRIBE') this.#subscribeAnswered(exchange, dialog, response, flow);
      if (exchange.isInDialog) this.#subscriptions.answered(dialog, exchange.request, status);
      if (method === 'BYE') {
        if (status === 401 || status === 407) this.#awaitCredentials(dialog);
        else this.#ender.forget(dialog);
      }
    }
    this.#tell(exchange, response, flow);
  }

  /** A challenged BYE may come again with credentials; an application that has none counts the call as over. */
  #awaitCredentials(dialog: Dialog): void {
    dialog.leaving = false;
    const onTimer = (): void => {
      if (!dialog.leaving) this.#ender.forget(dialog);
    };
    const { timers, timing } = this.#shared;
    timers.start(new Timer({ onTimer }, 'challenged'), 64 * timing.t1Ms);
  }

  #subscribeAnswered(exchange: ClientExchange, dialog: Dialog, response: SipMessage, flow: Flow): void {
    if (response.status >= 300) {
      // RFC 6665 §4.1.2.2: a refused refresh leaves the subscription until its time is over.
      if (!exchange.isInDialog) this.#ender.forget(dialog);
      return;
    }
    if (!exchange.isInDialog && dialog.state === 'early') {
      this.#shared.dialogs.retag(dialog, () => {
        dialog.learnFromResponse(response, flow);
      });
      dialog.state = 'confirmed';
    }
    this.#subscriptions.granted(dialog, exchange.request, response);
  }

  exchangeFailed(exchange: ClientExchange, failure: ClientFailure): void {
    this.#forgetFailed(exchange);
    if (exchange.dialog !== undefined) this.#subscriptions.unanswered(exchange.dialog, exchange.request);
    if (failure === 'timeout')
      this.#synthesize(exchange, 408, 'Request Timeout', 'no final response from the target');
    else this.#synthesize(exchange, 503, 'Service Unavailable', 'the target cannot be reached');
  }

  /** A dialog that never was, or that nobody can end any better. */
  #forgetFailed({ dialog, isInDialog, request }: ClientExchange): void {
    if (dialog !== undefined && (!isInDialog || request.method === 'BYE')) this.#ender.forget(dialog);
  }

  exchangeOver(exchange: ClientExchange): void {
    this.#exchanges.delete(exchange.id);
    if (exchange.dialog?.ownInvite === exchange.transaction && exchange.dialog !== undefined) {
      exchange.dialog.ownInvite = undefined;
    }
  }

  /**
   * RFC 3261 §8.1.3.1: a timeout is treated as a 408, a transport error as a 503. The Warning (§20.43) tells whoever reads it
   * that no such response came over the network.
   */
  #synthesize(exchange: ClientExchange, status: number, reason: string, why: string): void {
    const extra = [['Warning', `399 baton "${why}"`]] as const;
    const response = responseTo(exchange.request, { status, reason, toTag: newTag(), extra });
    this.#tell(exchange, response, exchange.hop);
  }

  /** The application is gone: its unanswered INVITEs are cancelled; what still gets answered is acknowledged and ended. */
  ownerLost(owner: Owner): void {
    for (const exchange of this.#exchanges.values()) {
      if (exchange.owner !== owner || exchange.request.method !== 'INVITE' || exchange.isInDialog) continue;
      if (exchange.transaction?.cancel([]) !== undefined) exchange.cancelled = true;
    }
  }

  #tell(exchange: ClientExchange, response: SipMessage, way: Flow | Hop): boolean {
    if (exchange.owner === undefined) return true;
    return this.#shared.deliver(exchange.owner, {
      message: response,
      way,
      transactionId: exchange.id,
      dialogId: exchange.dialog?.id ?? '',
    });
  }
}

const failed = (reason: string): SendReply => ({ ok: false, reason });

/** RFC 3261 §9.1: Request-URI, Call-ID, To, From, CSeq number and Via of the CANCEL are those of the INVITE. */
const CANCEL_KEEPS_FROM_INVITE: ReadonlySet<string> = new Set([
  'via',
  'from',
  'to',
  'call-id',
  'cseq',
  'route',
  'max-forwards',
  'content-length',
  'contact',
  'record-route',
]);
