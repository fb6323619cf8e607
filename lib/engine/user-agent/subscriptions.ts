import type { Dialog } from '../dialog/dialog.ts';
import { readDigits } from '../message/header-value.ts';
import type { SipMessage } from '../message/message.ts';
import { Timer } from '../transaction/clock.ts';
import type { DialogEnder } from './dialog-ender.ts';
import type { Shared } from './shared.ts';

/** RFC 6665 leaves it to the event package when nobody says; an hour is what most have. */
const USUAL_EXPIRES_S = 3600;
const MAX_EXPIRES_S = 2 ** 31;

/**
 * Dialogs that SUBSCRIBE made. No BYE ends them: the last NOTIFY does, or their time (RFC 6665 §4.1.2.2, §4.4.1). A dialog
 * that INVITE made outlives every subscription within it.
 */
export class Subscriptions {
  readonly #shared: Shared;
  readonly #ender: DialogEnder;
  readonly #expiries = new Map<Dialog, Timer>();

  constructor(shared: Shared, ender: DialogEnder) {
    this.#shared = shared;
    this.#ender = ender;
  }

  /** A 2xx to SUBSCRIBE, of the peer or of ours. RFC 6665 §4.2.1.1: the notifier may shorten what was asked for. */
  granted(dialog: Dialog, request: SipMessage, response: SipMessage): void {
    if (isOver(dialog)) return;
    this.#expireAfter(dialog, expiresOf(response) ?? expiresOf(request) ?? USUAL_EXPIRES_S);
  }

  /** A NOTIFY of the peer was handed over. */
  notified(dialog: Dialog, notify: SipMessage): void {
    if (!isOver(dialog) && isLast(notify)) this.#ender.forget(dialog);
  }

  /** A request of ours has its final response. A challenged one comes again with credentials. */
  answered(dialog: Dialog, request: SipMessage, status: number): void {
    if (isOver(dialog) || status === 401 || status === 407) return;
    // RFC 6665 §4.1.2.2, §4.2.2: the other side does not know the subscription any more.
    if (status === 481 || (request.method === 'NOTIFY' && isLast(request))) this.#ender.forget(dialog);
  }

  /** A request of ours had no answer. RFC 6665 §4.2.2: a notifier then removes the subscription. */
  unanswered(dialog: Dialog, request: SipMessage): void {
    if (!isOver(dialog) && request.method === 'NOTIFY') this.#ender.forget(dialog);
  }

  dialogEnded(dialog: Dialog): void {
    const expiry = this.#expiries.get(dialog);
    if (expiry === undefined) return;
    this.#shared.timers.stop(expiry);
    this.#expiries.delete(dialog);
  }

  /** RFC 6665 §4.1.2.4: after its time a subscription waits 64*T1 (timer N) for the last NOTIFY. */
  #expireAfter(dialog: Dialog, expiresS: number): void {
    const expiry = this.#expiries.get(dialog) ?? this.#newExpiry(dialog);
    const { timers, timing } = this.#shared;
    timers.start(expiry, Math.min(expiresS, MAX_EXPIRES_S) * 1000 + 64 * timing.t1Ms);
  }

  #newExpiry(dialog: Dialog): Timer {
    const onTimer = (): void => {
      this.#ender.forget(dialog);
    };
    const expiry = new Timer({ onTimer }, 'subscription');
    this.#expiries.set(dialog, expiry);
    return expiry;
  }
}

const isOver = (dialog: Dialog): boolean => dialog.usage !== 'SUBSCRIBE' || dialog.state === 'ended';

const expiresOf = ({ headers }: SipMessage): number | undefined => readDigits(headers.get('expires') ?? '');

/** RFC 6665 §4.1.3: `terminated` is the state of the last NOTIFY. */
function isLast({ headers }: SipMessage): boolean {
  return headers.get('subscription-state')?.toLowerCase().startsWith('terminated') === true;
}
