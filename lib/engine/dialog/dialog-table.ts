import type { SipMessage } from '../message/message.ts';
import type { Dialog } from './dialog.ts';

// RFC 3261 §7.3.1: tags are tokens, compared without regard to case. A Call-ID is compared octet for octet (§8.1.1.4).
const wireKey = (callId: string, localTag: string, remoteTag: string): string =>
  `${callId}\n${localTag.toLowerCase()}\n${remoteTag.toLowerCase()}`;

/** All dialogs: by the id applications use, and by Call-ID and tags as the wire knows them. */
export class DialogTable {
  readonly #byId = new Map<string, Dialog>();
  readonly #byWire = new Map<string, Dialog>();

  get size(): number {
    return this.#byId.size;
  }

  byId(id: string): Dialog | undefined {
    return this.#byId.get(id);
  }

  /**
   * The dialog a request or a stray response of the peer belongs to. A UAC's early dialog takes any remote tag: each fork that
   * rings has its own (RFC 3261 §12.1).
   */
  byTags(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    const known = this.#byWire.get(wireKey(callId, localTag, remoteTag));
    if (known !== undefined) return known;
    const early = this.#byWire.get(wireKey(callId, localTag, ''));
    return early?.state === 'early' ? early : undefined;
  }

  ofRequest(request: SipMessage): Dialog | undefined {
    return this.byTags(request.callId, request.toTag, request.fromTag);
  }

  /**
   * `<Call-ID>;from-tag=<tag>` (control protocol §6). Two forks of one INVITE that both reach us would share it: the
   * later one gets its own tag appended.
   */
  freeId(callId: string, fromTag: string, localTag: string): string {
    const id = `${callId};from-tag=${fromTag}`;
    return this.#byId.has(id) ? `${id};to-tag=${localTag}` : id;
  }

  add(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog);
    this.#byWire.set(wireKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog);
  }

  /** The remote tag of a UAC's dialog became known or was replaced by the one of the 2xx. */
  retag(dialog: Dialog, learn: () => void): void {
    // The entry without remote tag stays: another fork may still speak in the early dialog.
    const known = dialog.remoteTag === '' ? this.#isWired(dialog) : this.#unwire(dialog);
    learn();
    if (known) this.#byWire.set(wireKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog);
  }

  remove(dialog: Dialog): void {
    if (this.#byId.get(dialog.id) === dialog) this.#byId.delete(dialog.id);
    this.#unwire(dialog);
    this.#unwire(dialog, '');
  }

  #isWired(dialog: Dialog, remoteTag = dialog.remoteTag): boolean {
    return this.#byWire.get(wireKey(dialog.callId, dialog.localTag, remoteTag)) === dialog;
  }

  /** False when it was not there: a later dialog with the same Call-ID and tags keeps its place. */
  #unwire(dialog: Dialog, remoteTag = dialog.remoteTag): boolean {
    return (
      this.#isWired(dialog, remoteTag) &&
      this.#byWire.delete(wireKey(dialog.callId, dialog.localTag, remoteTag))
    );
  }

  *ownedBy(owner: unknown): Iterable<Dialog> {
    for (const dialog of this.#byId.values()) if (dialog.owner === owner) yield dialog;
  }
}
