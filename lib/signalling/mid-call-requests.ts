import { contentOf, type EffectOf, hopsLine, noContent, nothing, statusFor } from './content.ts';
import type { Leg, Pending } from './leg.ts';
import { type Desk, noHeaders } from './leg-table.ts';
import { reasonPhrase } from '../call/reason-phrase.ts';
import type { ReceivedResponse } from './wire.ts';

type Asked = Extract<Pending, { kind: 'asked' }>;

/** Our requests within a dialog, and what becomes of them. */
export class MidCallRequests {
  readonly #desk: Desk;
  readonly #lose: (leg: Leg, reason: string) => void;

  constructor(desk: Desk, lose: (leg: Leg, reason: string) => void) {
    this.#desk = desk;
    this.#lose = lose;
  }

  request(leg: Leg, effect: EffectOf<'request'>): void {
    if (leg.state === 'ending') return;
    if (leg.dialogId === '' && leg.unnamedResponses > 0) {
      leg.onceNamed.push(() => {
        if (this.#desk.legs.holds(leg)) this.request(leg, effect);
      });
      return;
    }
    const { request, method, payload, maxForwards = 70 } = effect;
    const asked: Asked = { kind: 'asked', request, method };
    leg.add(asked);
    if (leg.dialogId === '') {
      queueMicrotask(() => this.#requestFailed(leg, asked, 481));
      return;
    }
    leg.server.connection.send(
      { method, dialogId: leg.dialogId, ...contentOf(this.#desk, leg, payload, [hopsLine(maxForwards)]) },
      {
        sent: sent => {
          asked.sent = sent;
          if (asked.cancelHeaders !== undefined) this.#sendWithdrawal(leg, asked);
        },
        responded: response => this.#requestResponded(leg, asked, response),
        failed: failure => {
          // A drachtio-server knows no dialog of a caller before the answer: that is no reason to lose the call.
          if (failure.kind === 'dialog' && leg.state === 'up') this.#lose(leg, failure.reason);
          else this.#requestFailed(leg, asked, statusFor(failure));
          this.#desk.noteFailure(leg, failure.reason);
        },
      },
    );
  }

  /** RFC 3261 §9.1: our re-INVITE is taken back, as soon as the engine has named it. */
  withdraw(leg: Leg, { request, headers }: EffectOf<'withdraw'>): void {
    const asked = leg.find('asked', request);
    if (asked === undefined || asked.method !== 'INVITE' || asked.cancelHeaders !== undefined) return;
    asked.cancelHeaders = headers;
    if (asked.sent !== undefined) this.#sendWithdrawal(leg, asked);
  }

  #sendWithdrawal(leg: Leg, { sent, cancelHeaders = noHeaders }: Asked): void {
    if (sent !== undefined)
      leg.server.connection.cancel(sent, contentOf(this.#desk, leg, { headers: cancelHeaders }));
  }

  #requestResponded(leg: Leg, asked: Asked, response: ReceivedResponse): void {
    const { request, method } = asked;
    const { status, reason } = response;
    const isInvite = method === 'INVITE';
    if (status < 200 && (!isInvite || status === 100)) return;
    if (status >= 200) leg.drop(asked);
    const accepted = isInvite && status >= 200 && status <= 299;
    if (!this.#desk.legs.holds(leg) || leg.state === 'ending') {
      if (accepted) leg.server.connection.acknowledge(response, noContent, () => undefined);
      return;
    }
    if (accepted) leg.add({ kind: 'toAcknowledge', request, answer: response });
    const { payload } = response.message();
    this.#desk.tell({ type: 'responded', leg: leg.id, request, method, status, reason, payload });
  }

  #requestFailed(leg: Leg, asked: Asked, status: number): void {
    if (!this.#desk.legs.holds(leg) || leg.state === 'ending' || !leg.pending.includes(asked)) return;
    leg.drop(asked);
    const { request, method } = asked;
    const reason = reasonPhrase(status);
    this.#desk.tell({ type: 'responded', leg: leg.id, request, method, status, reason, payload: nothing });
  }
}
