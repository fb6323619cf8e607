import type { HeaderLine, LegId, RequestId, Signal } from '../call/signal.ts';
import { Leg, type LegState } from './leg.ts';
import { reasonPhrase } from '../call/reason-phrase.ts';
import type { Server } from './server.ts';
import type { ReceivedRequest } from './wire.ts';

/** All legs that are not over. Nothing else in the adapter is kept per leg or per request. */
export class LegTable {
  readonly #legs = new Map<LegId, Leg>();
  /** For CANCEL and UPDATE before there is a dialog; goes with the INVITE. */
  readonly #byInvite = new WeakMap<ReceivedRequest, Leg>();

  get size(): number {
    return this.#legs.size;
  }

  get(id: LegId): Leg | undefined {
    return this.#legs.get(id);
  }

  byInvite(invite: ReceivedRequest): Leg | undefined {
    const leg = this.#byInvite.get(invite);
    return leg !== undefined && this.holds(leg) ? leg : undefined;
  }

  open(id: LegId, server: Server, state: LegState): Leg {
    const leg = new Leg(id, server, state);
    this.#legs.set(id, leg);
    server.legs.add(leg);
    return leg;
  }

  openInvited(id: LegId, server: Server, invite: ReceivedRequest, cseqNumber: number): Leg {
    const leg = this.open(id, server, 'invited');
    leg.invite = invite;
    leg.inviteCseqNumber = cseqNumber;
    this.#byInvite.set(invite, leg);
    return leg;
  }

  openSubscribed(id: LegId, server: Server, subscribe: ReceivedRequest): Leg {
    const leg = this.open(id, server, 'invited');
    leg.usage = 'subscription';
    leg.invite = subscribe;
    return leg;
  }

  holds(leg: Leg): boolean {
    return this.#legs.get(leg.id) === leg;
  }

  /** The engine named the dialog, or renamed it (a fork's answer). */
  bind(leg: Leg, dialogId: string): void {
    if (dialogId === '' || dialogId === leg.dialogId) return;
    this.#unbind(leg);
    leg.dialogId = dialogId;
    leg.server.byDialog.set(dialogId, leg);
  }

  /** The leg is over: forgotten, and the requests of the peer that are still open answered. */
  end(leg: Leg): void {
    if (!this.holds(leg)) return;
    this.#legs.delete(leg.id);
    leg.server.legs.delete(leg);
    this.#unbind(leg);
    leg.invite = undefined;
    leg.sentInvite = undefined;
    this.answerOpen(leg);
  }

  /** RFC 3261 §15.1.2: requests still pending when the dialog ends are answered 487. */
  answerOpen(leg: Leg): void {
    for (const pending of leg.takeAll()) {
      if (pending.kind !== 'toAnswer') continue;
      const response = { status: 487, reason: reasonPhrase(487), lines: noHeaders };
      leg.server.connection.respond(pending.received, response, () => undefined);
    }
  }

  #unbind(leg: Leg): void {
    if (leg.server.byDialog.get(leg.dialogId) === leg) leg.server.byDialog.delete(leg.dialogId);
  }
}

/** What both directions of the adapter work with. */
export interface Desk {
  readonly legs: LegTable;
  tell(signal: Signal): void;
  /** In a turn of its own: for what happens while an effect is carried out. */
  tellLater(signal: Signal): void;
  newLegId(): LegId;
  newRequestId(): RequestId;
  /** Header lines that were not sent. */
  noteRefused(leg: Leg | undefined, names: readonly string[]): void;
  /** The engine did not carry out what was asked. */
  noteFailure(leg: Leg, reason: string): void;
}

export const noHeaders: readonly HeaderLine[] = [];
