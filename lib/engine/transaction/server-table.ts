import type { SipMessage } from '../message/message.ts';
import type { Via } from '../message/via.ts';
import { InviteServer } from './invite-server.ts';
import type { NonInviteServer } from './non-invite-server.ts';
import { inviteKey, requestKey, type ServerKeys } from './server-keys.ts';

export type ServerMachine = InviteServer | NonInviteServer;

/** The open server transactions. */
export class ServerTable {
  readonly #byTransaction = new Map<string, ServerMachine>();
  readonly #byRequest = new Map<string, ServerMachine>();

  get size(): number {
    return this.#byTransaction.size;
  }

  /** Those whose peer still needs us. Walks through all: for the end of the process. */
  countUnfinished(): number {
    let count = 0;
    for (const machine of this.#byTransaction.values()) if (machine.unfinished) count += 1;
    return count;
  }

  find(keys: ServerKeys): ServerMachine | undefined {
    return this.#byTransaction.get(keys.transaction);
  }

  /** The transaction of the same request that came another way. */
  findMerged(keys: ServerKeys): ServerMachine | undefined {
    return this.#byRequest.get(keys.request);
  }

  /**
   * The INVITE an ACK or a CANCEL is about: by its branch, or, since a NAT may have changed sent-by and some
   * clients make up a new branch, by Call-ID, From tag and CSeq number.
   */
  findInvite(request: SipMessage, via: Via): InviteServer | undefined {
    const machine =
      this.#byTransaction.get(inviteKey(request, via)) ?? this.#byRequest.get(requestKey(request, 'INVITE'));
    return machine instanceof InviteServer ? machine : undefined;
  }

  add(machine: ServerMachine): void {
    const { transaction, request } = machine.keys;
    this.#byTransaction.set(transaction, machine);
    if (!this.#byRequest.has(request)) this.#byRequest.set(request, machine);
  }

  remove(machine: ServerMachine): void {
    const { transaction, request } = machine.keys;
    this.#byTransaction.delete(transaction);
    if (this.#byRequest.get(request) === machine) this.#byRequest.delete(request);
  }
}
