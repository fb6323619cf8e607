import type { Clock, ProbeTarget, Signalling } from '../ports.ts';
import type { Binding, DnKey } from './binding.ts';
import type { Health, Registration } from './registrations.ts';

/** `not-asked`: the way to the SIP engine was down, which says nothing of the contact. */
export type ProbeOutcome = 'answered' | 'silent' | 'not-asked';

export interface ProberOptions {
  /** Between an answer and the next question. */
  readonly intervalMs: number;
  /** So many questions in a row without an answer make a contact silent. */
  readonly failures: number;
  readonly clock: Pick<Clock, 'after'>;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly ask: Signalling['probe'];
  readonly heard: (key: DnKey, uri: string, health: Exclude<Health, 'unknown'>) => void;
  readonly counted: (outcome: ProbeOutcome) => void;
}

/** One contact that is asked from time to time. */
interface Watch {
  readonly key: DnKey;
  readonly target: ProbeTarget;
  /** Of the REGISTER that was heard of last: what is asked before another says nothing after it. */
  refreshedAtMs: number;
  failures: number;
  stopTimer: () => void;
}

/** Questions that wait for their answer at one time: one to a phone that is gone waits for 32 s. */
const maxUnderWay = 500;
/** When there are as many, the next looks again after this time. */
const lookAgainMs = 1000;

/** Asks each contact by OPTIONS whether it is there (RFC 3261 §11). Any answer says yes, but 408 and 503, which may stand for none. */
export class Prober {
  readonly #options: ProberOptions;
  /** By DN, by URI. */
  readonly #watches = new Map<string, Map<string, Watch>>();
  #underWay = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** The contacts of the DN are these now. */
  watch(key: DnKey, registration: Pick<Registration, 'bindings'> | undefined): void {
    const id = `${key.tenant}/${key.dn}`;
    const before = this.#watches.get(id) ?? new Map<string, Watch>();
    const after = new Map<string, Watch>();
    for (const binding of registration?.bindings ?? []) {
      after.set(binding.uri, this.#watching(key, binding, before.get(binding.uri)));
      before.delete(binding.uri);
    }
    for (const gone of before.values()) gone.stopTimer();
    if (after.size === 0) this.#watches.delete(id);
    else this.#watches.set(id, after);
  }

  stop(): void {
    for (const watches of this.#watches.values()) for (const watch of watches.values()) watch.stopTimer();
    this.#watches.clear();
  }

  #watching(key: DnKey, binding: Binding, known: Watch | undefined): Watch {
    const { uri: requestUri, via, refreshedAtMs } = binding;
    const { intervalMs, random } = this.#options;
    if (known?.refreshedAtMs === refreshedAtMs) return known;
    known?.stopTimer();
    const target = { requestUri, ...(via !== undefined && { via }) };
    const watch: Watch = { key, target, refreshedAtMs, failures: 0, stopTimer: () => undefined };
    // Those who register at the same moment are asked at different ones.
    this.#wait(watch, known === undefined ? intervalMs * random() : intervalMs);
    return watch;
  }

  #wait(watch: Watch, delayMs: number): void {
    watch.stopTimer = this.#options.clock.after(delayMs, () => this.#ask(watch));
  }

  #ask(watch: Watch): void {
    if (this.#underWay >= maxUnderWay) {
      this.#wait(watch, lookAgainMs);
      return;
    }
    this.#underWay += 1;
    this.#options.ask(watch.target, status => {
      this.#underWay -= 1;
      this.#onAnswer(watch, status);
    });
  }

  #onAnswer(watch: Watch, status: number | undefined): void {
    const { key, target } = watch;
    const { counted, heard, failures, intervalMs } = this.#options;
    const outcome = outcomeOf(status);
    counted(outcome);
    // It has registered anew, or is gone.
    if (this.#watches.get(`${key.tenant}/${key.dn}`)?.get(target.requestUri) !== watch) return;
    this.#wait(watch, intervalMs);
    if (outcome === 'not-asked') return;
    watch.failures = outcome === 'silent' ? watch.failures + 1 : 0;
    if (watch.failures === 0) heard(key, target.requestUri, 'answering');
    else if (watch.failures >= failures) heard(key, target.requestUri, 'silent');
  }
}

function outcomeOf(status: number | undefined): ProbeOutcome {
  if (status === undefined) return 'not-asked';
  return status === 408 || status === 503 ? 'silent' : 'answered';
}
