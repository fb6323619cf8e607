import type { Owner } from '../control/owner.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { ServerExchange } from './server-exchange.ts';

/** Requests in the hands of applications: by the id they answer under, and by dialog. */
export class ExchangeTable {
  readonly #byId = new Map<string, ServerExchange>();
  readonly #byDialog = new Map<Dialog, Set<ServerExchange>>();

  get size(): number {
    return this.#byId.size;
  }

  byId(id: string): ServerExchange | undefined {
    return this.#byId.get(id);
  }

  add(exchange: ServerExchange): void {
    this.#byId.set(exchange.id, exchange);
    this.joinDialog(exchange);
  }

  /** The exchange has (now) a dialog. */
  joinDialog(exchange: ServerExchange): void {
    if (exchange.dialog === undefined) return;
    const open = this.#byDialog.get(exchange.dialog);
    if (open === undefined) this.#byDialog.set(exchange.dialog, new Set([exchange]));
    else open.add(exchange);
  }

  /** False when it was not there any more. */
  remove(exchange: ServerExchange): boolean {
    if (exchange.dialog !== undefined) {
      const open = this.#byDialog.get(exchange.dialog);
      if (open?.delete(exchange) === true && open.size === 0) this.#byDialog.delete(exchange.dialog);
    }
    return this.#byId.delete(exchange.id);
  }

  /** A copy: the caller may remove while it walks. */
  ofDialog(dialog: Dialog): readonly ServerExchange[] {
    const open = this.#byDialog.get(dialog);
    return open === undefined ? [] : [...open];
  }

  ofOwner(owner: Owner): readonly ServerExchange[] {
    return [...this.#byId.values()].filter(exchange => exchange.owner === owner);
  }

  /** Which offers of either side are without a final response in this dialog. */
  openWork(dialog: Dialog): { peerInvite: boolean; peerUpdate: boolean; ownInvite: boolean } {
    let peerInvite = false;
    let peerUpdate = false;
    for (const exchange of this.ofDialog(dialog)) {
      if (exchange.request.method === 'INVITE') peerInvite = true;
      else if (exchange.request.method === 'UPDATE') peerUpdate = true;
    }
    return { peerInvite, peerUpdate, ownInvite: dialog.ownInvite?.pending === true };
  }
}
