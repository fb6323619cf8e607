import type { Dialog } from '../dialog/dialog.ts';
import { HeaderList } from '../message/header-list.ts';
import type { ClientTransactionUser } from '../transaction/transaction.ts';
import type { AckTable } from './ack-table.ts';
import { buildInDialog, withDialogHop } from './in-dialog.ts';
import type { Shared } from './shared.ts';

export interface EndReason {
  /** SIP status, for Reason (RFC 3326). */
  readonly cause: number;
  readonly text: string;
}

/** Nobody waits for the outcome of the engine's own BYE. */
const UNHEARD: ClientTransactionUser = {
  receiveResponse: () => undefined,
  clientFailed: () => undefined,
  clientEnded: () => undefined,
};

/** Ends dialogs: because the peer or the application said so, or on the engine's own account. */
export class DialogEnder {
  readonly #shared: Shared;
  readonly #acks: AckTable;
  /** Told of each dialog that ended, once. */
  onEnded: (dialog: Dialog) => void = () => undefined;

  constructor(shared: Shared, acks: AckTable) {
    this.#shared = shared;
    this.#acks = acks;
  }

  /** Runs at once, or when the ACK to our 2xx has come or can no longer come. */
  whenAcknowledged(dialog: Dialog, run: () => void): void {
    this.#acks.whenAcknowledged(dialog, run);
  }

  /** Takes the dialog out of the tables; the wire hears nothing. */
  forget(dialog: Dialog): void {
    if (dialog.state === 'ended') return;
    dialog.state = 'ended';
    this.#shared.dialogs.remove(dialog);
    this.#acks.drop(dialog);
    this.onEnded(dialog);
  }

  /** BYE on the engine's own account, and a notice to the owner (control protocol §4.4). */
  end(dialog: Dialog, reason: EndReason): void {
    // RFC 5057 §5: BYE is about the call in a dialog; a subscription ends without.
    if (dialog.state !== 'confirmed' || dialog.usage === 'SUBSCRIBE') return this.forget(dialog);
    try {
      this.sendBye(dialog, reason, true);
    } catch (error) {
      // Whatever is wrong with this dialog, it ends, and those after it too.
      this.#shared.log.error({ err: error, dialogId: dialog.id }, 'a BYE could not be sent');
    }
    this.forget(dialog);
  }

  /** `told`: the owner gets the notice. */
  sendBye(dialog: Dialog, reason: EndReason, told: boolean): void {
    const headers = new HeaderList();
    headers.append('Reason', `SIP ;cause=${reason.cause} ;text="${reason.text}"`);
    const cseq = dialog.nextCseq();
    withDialogHop(this.#shared, dialog, (hop, routed) => {
      if (hop === undefined) return;
      const bye = buildInDialog(
        this.#shared,
        dialog,
        { method: 'BYE', cseq, hop, routed },
        { headers, body: '' },
      );
      if (bye === undefined) return;
      this.#shared.transactions.startClient(bye, hop, UNHEARD, dialog.flow);
      if (told) this.#shared.notice(dialog, bye, hop);
    });
  }
}
