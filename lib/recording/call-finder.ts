import type { Call } from '../call/call.ts';
import type { NewRequest } from '../call/signal.ts';
import type { CallStore, Clock } from '../ports.ts';

/** What somebody who is on no call knows of it. */
export interface CallClue {
  /** Value of the correlation header of its INVITE. */
  readonly correlation: string;
  /** Its whole ConnID, the 16 hex digits of it, or its CallID: a small number, which others count with too, so `from` must fit where it is given. */
  readonly ctiCallId?: string;
  /** DN of who called. */
  readonly from?: string;
  /** DNs of whom: dialled or reached. */
  readonly to: readonly string[];
  /** Whose calls are looked at; all when absent. */
  readonly tenant?: string;
}

/** `ambiguous`: more than one fits. */
export type Found = Call | 'none' | 'ambiguous';

export interface CallFinderOptions {
  readonly store: Pick<CallStore, 'get' | 'list'>;
  readonly clock: Clock;
  /** Its name in any letter case. */
  readonly correlationHeader: string;
}

interface Waiter {
  readonly clue: CallClue;
  readonly onFound: (found: Found) => void;
}

/**
 * Finds calls, and waits for those that are about to come. The correlation header is read from the INVITE as it came; its values
 * compare letter for letter. A call that is released is found no more.
 */
export class CallFinder {
  readonly #options: CallFinderOptions;
  readonly #header: string;
  /** ConnIDs by value of the header. */
  readonly #byCorrelation = new Map<string, readonly string[]>();
  readonly #correlations = new Map<string, string>();
  readonly #waiters = new Set<Waiter>();

  constructor(options: CallFinderOptions) {
    this.#options = options;
    this.#header = options.correlationHeader.toLowerCase();
  }

  /** Calls with the header that live, and searches that wait. */
  get counts(): { readonly correlated: number; readonly waiting: number } {
    return { correlated: this.#correlations.size, waiting: this.#waiters.size };
  }

  callBegan({ connId }: Call, { headers }: NewRequest): void {
    const value = headers.find(({ name }) => name.toLowerCase() === this.#header)?.value.trim() ?? '';
    if (value === '') return;
    this.#correlations.set(connId, value);
    this.#byCorrelation.set(value, [...(this.#byCorrelation.get(value) ?? []), connId]);
  }

  callChanged(call: Call): void {
    if (call.state === 'released') this.callGone(call.connId);
    else if (this.#waiters.size > 0) this.#wake(call);
  }

  callGone(connId: string): void {
    const value = this.#correlations.get(connId);
    if (value === undefined) return;
    this.#correlations.delete(connId);
    const left = (this.#byCorrelation.get(value) ?? []).filter(one => one !== connId);
    if (left.length === 0) this.#byCorrelation.delete(value);
    else this.#byCorrelation.set(value, left);
  }

  /** The first of these ways by which any call fits: correlation, CTI id, DNs. */
  find(clue: CallClue): Found {
    for (const calls of [this.#correlated(clue), this.#ofCti(clue), this.#ofDns(clue)]) {
      const [call, another] = calls;
      if (call !== undefined) return another === undefined ? call : 'ambiguous';
    }
    return 'none';
  }

  /** The same, and where there is none waits for one until a time of the clock. */
  async await(clue: CallClue, untilMs: number): Promise<Found> {
    const { clock } = this.#options;
    const found = this.find(clue);
    const delayMs = untilMs - clock.nowMs();
    if (found !== 'none' || delayMs <= 0) return found;
    return await new Promise(resolve => {
      const end = (what: Found): void => {
        this.#waiters.delete(waiter);
        cancel();
        resolve(what);
      };
      const waiter = { clue, onFound: end };
      const cancel = clock.after(delayMs, () => end('none'));
      this.#waiters.add(waiter);
    });
  }

  #wake(call: Call): void {
    for (const { clue, onFound } of [...this.#waiters]) {
      if (!this.#fits(call, clue)) continue;
      const found = this.find(clue);
      if (found !== 'none') onFound(found);
    }
  }

  #fits(call: Call, clue: CallClue): boolean {
    if (!isOf(call, clue)) return false;
    const { correlation } = clue;
    return this.#correlations.get(call.connId) === correlation || isCti(call, clue) || isBetween(call, clue);
  }

  #correlated(clue: CallClue): readonly Call[] {
    const calls = (this.#byCorrelation.get(clue.correlation) ?? []).map(connId =>
      this.#options.store.get(connId as Call['connId']),
    );
    return calls.filter(call => call !== undefined).filter(call => isOf(call, clue));
  }

  #ofCti(clue: CallClue): readonly Call[] {
    if (clue.ctiCallId === undefined || clue.ctiCallId === '') return [];
    return this.#all(call => isCti(call, clue), clue);
  }

  #ofDns(clue: CallClue): readonly Call[] {
    return clue.from === undefined ? [] : this.#all(call => isBetween(call, clue), clue);
  }

  /** At most two: more say no more. */
  #all(fits: (call: Call) => boolean, clue: CallClue): readonly Call[] {
    const found: Call[] = [];
    for (const call of this.#options.store.list()) {
      if (!isOf(call, clue) || !fits(call)) continue;
      found.push(call);
      if (found.length === 2) break;
    }
    return found;
  }
}

/** It lives, and is one that may be seen. */
function isOf({ state, caller }: Call, { tenant }: CallClue): boolean {
  return state !== 'released' && (tenant === undefined || caller.trunk.tenant === tenant);
}

function isCti({ connId, callId, caller }: Call, { ctiCallId = '', from }: CallClue): boolean {
  if (ctiCallId === '') return false;
  const isHex = ctiCallId.length === 16 && connId.startsWith(`${ctiCallId.toLowerCase()}@`);
  if (isHex || connId === ctiCallId) return true;
  return String(callId) === ctiCallId && (from === undefined || caller.dn === from);
}

function isBetween({ caller, callee, dialled }: Call, { from, to }: CallClue): boolean {
  if (caller.dn !== from) return false;
  return to.includes(dialled) || (callee !== undefined && to.includes(callee.dn));
}
