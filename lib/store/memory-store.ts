import type { Call } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type { CallStore } from '../ports.ts';

/** The calls of this process, in order of their start. */
export class MemoryStore implements CallStore {
  readonly #calls = new Map<ConnId, Call>();

  get size(): number {
    return this.#calls.size;
  }

  get(connId: ConnId): Call | undefined {
    return this.#calls.get(connId);
  }

  put(call: Call): void {
    this.#calls.set(call.connId, call);
  }

  remove(connId: ConnId): void {
    this.#calls.delete(connId);
  }

  list(): Iterable<Call> {
    return this.#calls.values();
  }
}
