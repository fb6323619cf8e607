import type { AttachedData } from '../attached-data/entry.ts';
import type { Call } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type { CallStore } from '../ports.ts';

/** Which calls share their data, by `dataOf`. Those that share none are not here; one that has ended shares no more. */
export class JointCalls {
  readonly #store: CallStore;
  readonly #sharing = new Map<ConnId, Set<ConnId>>();

  constructor(store: CallStore) {
    this.#store = store;
  }

  /** The call of one decision, before and after; it is stored. */
  learn(before: Call, after: Call): void {
    if (after.state === 'released') this.drop(after);
    else if (after.dataOf !== before.dataOf) {
      const held = after.consultation?.of;
      if (held !== undefined && this.#isLive(held)) this.#add(after.dataOf, held);
      this.#add(after.dataOf, after.connId);
    }
  }

  drop({ connId, dataOf }: Call): void {
    const sharing = this.#sharing.get(dataOf);
    if (sharing?.delete(connId) === true && sharing.size === 0) this.#sharing.delete(dataOf);
  }

  /** Those that share the data of the call, without itself. */
  othersOf({ connId, dataOf }: Call): readonly ConnId[] {
    const sharing = this.#sharing.get(dataOf);
    return sharing?.has(connId) === true ? [...sharing].filter(other => other !== connId) : [];
  }

  /** The data of the call that is held by who has begun this one, as it is now; undefined when nobody has it any more. */
  heldData({ consultation }: Call): AttachedData | undefined {
    if (consultation === undefined) return undefined;
    const { of, dataOf } = consultation;
    const [other] = this.#sharing.get(dataOf) ?? [];
    const connId = this.#isLive(of) ? of : other;
    return connId === undefined ? undefined : this.#store.get(connId)?.data;
  }

  get size(): number {
    return this.#sharing.size;
  }

  #add(dataOf: ConnId, connId: ConnId): void {
    const sharing = this.#sharing.get(dataOf);
    if (sharing === undefined) this.#sharing.set(dataOf, new Set([connId]));
    else sharing.add(connId);
  }

  #isLive(connId: ConnId): boolean {
    const call = this.#store.get(connId);
    return call !== undefined && call.state !== 'released';
  }
}
