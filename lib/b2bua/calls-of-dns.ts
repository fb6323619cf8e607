import type { AgentPlace } from '../agents/agent-table.ts';
import type { Call } from '../call/call.ts';
import type { CallSignal } from '../call/decide.ts';
import type { ConnId } from '../call/ids.ts';
import type { CallStore } from '../ports.ts';

interface Parts {
  readonly store: CallStore;
  /** A signal for a call, in its turn. */
  readonly later: (connId: ConnId, signal: CallSignal) => void;
}

/** The live calls, by whose DNs are on them. They are looked through: who asks is a person at a desk. */
export class CallsOfDns {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Why a call is none of the party's. */
  obstacle(connId: ConnId, place: AgentPlace): 'call-unknown' | 'party-unknown' | undefined {
    const call = this.#parts.store.get(connId);
    if (call === undefined || call.state === 'released') return 'call-unknown';
    return isOn(call, place) ? undefined : 'party-unknown';
  }

  /** What the party says, or hears, is another than before. */
  audioSwitched({ tenant, dn }: AgentPlace): void {
    for (const call of [...this.#parts.store.list()])
      if (isOn(call, { tenant, dn })) this.#parts.later(call.connId, { type: 'audioSwitched', tenant, dn });
  }
}

function isOn({ caller, callee }: Call, { tenant, dn }: AgentPlace): boolean {
  return [caller, callee].some(leg => leg?.dn === dn && leg.trunk.tenant === tenant);
}
