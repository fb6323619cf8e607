import type { Call } from '../call/call.ts';
import { asConsultation } from '../call/new-call.ts';
import { type ConnId, tenantOf } from '../call/ids.ts';
import type { Leg } from '../call/leg.ts';
import type { CallStore } from '../ports.ts';

/** A party is its DN behind a trunk. */
export type Holder = Pick<Leg, 'dn' | 'trunk'>;

/** Who holds a call now: what such a party calls besides is a consultation. */
export class HoldingParties {
  readonly #calls = new Map<string, ConnId>();

  /** The call of one decision, before and after. */
  learn(before: Call, after: Call): void {
    if (before.caller.told !== after.caller.told || before.caller.id !== after.caller.id)
      this.#learn(before.caller, after.caller, after.connId);
    if (before.callee?.told !== after.callee?.told || before.callee?.id !== after.callee?.id)
      this.#learn(before.callee, after.callee, after.connId);
  }

  /** The call that is held by who calls now; the newest, where there are several. */
  heldBy(who: Holder, tenant: string): ConnId | undefined {
    return this.#calls.get(nameOf(who, tenant));
  }

  /** A new call: a consultation when who calls holds another. */
  asConsultation(call: Call, store: CallStore, who: Holder = call.caller): Call {
    const connId = this.heldBy(who, tenantOf(call.connId));
    const held = connId === undefined ? undefined : store.get(connId);
    return held === undefined ? call : asConsultation(call, held);
  }

  get size(): number {
    return this.#calls.size;
  }

  #learn(before: Leg | undefined, after: Leg | undefined, connId: ConnId): void {
    const tenant = tenantOf(connId);
    if (before?.told === 'held') {
      const name = nameOf(before, tenant);
      if (this.#calls.get(name) === connId) this.#calls.delete(name);
    }
    if (after?.told === 'held') this.#calls.set(nameOf(after, tenant), connId);
  }
}

function nameOf({ dn, trunk }: Holder, tenant: string): string {
  return `${tenant} ${trunk.name} ${dn}`;
}
