import type { Dialog } from '../dialog/dialog.ts';
import type { AnsweredInvite } from './answered-invite.ts';

interface Waiting {
  readonly answered: AnsweredInvite[];
  readonly afterwards: (() => void)[];
}

/** The 2xx of ours that wait for their ACK, by dialog and CSeq number, and what waits for that ACK too. */
export class AckTable {
  readonly #byDialog = new Map<Dialog, Waiting>();

  get size(): number {
    return this.#byDialog.size;
  }

  add(answered: AnsweredInvite): void {
    const waiting = this.#byDialog.get(answered.dialog);
    if (waiting === undefined) this.#byDialog.set(answered.dialog, { answered: [answered], afterwards: [] });
    else waiting.answered.push(answered);
  }

  whenAcknowledged(dialog: Dialog, run: () => void): void {
    const waiting = this.#byDialog.get(dialog);
    if (waiting === undefined) run();
    else waiting.afterwards.push(run);
  }

  /** Stops and forgets the 2xx this ACK belongs to. False when none waits for it. */
  confirm(dialog: Dialog, cseq: number, told: () => void): boolean {
    const waiting = this.#byDialog.get(dialog);
    const at = waiting?.answered.findIndex(answered => answered.cseq === cseq) ?? -1;
    if (waiting === undefined || at < 0) return false;
    waiting.answered[at]?.stop();
    waiting.answered.splice(at, 1);
    told();
    if (waiting.answered.length === 0) {
      this.#byDialog.delete(dialog);
      for (const run of waiting.afterwards) run();
    }
    return true;
  }

  /** The dialog is over: nothing is repeated any more, and who waited finds it ended. */
  drop(dialog: Dialog): void {
    const waiting = this.#byDialog.get(dialog);
    if (waiting === undefined) return;
    this.#byDialog.delete(dialog);
    for (const answered of waiting.answered) answered.stop();
    for (const run of waiting.afterwards) run();
  }
}
