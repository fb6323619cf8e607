import { type Spread, spreadOf } from './figure.ts';

/** What was measured. `at`: the rate, or the standing calls, at which. */
export interface FigureName {
  readonly story: string;
  readonly system: string;
  readonly measure: string;
  readonly unit: string;
  readonly at?: number | undefined;
}

export interface Figure extends FigureName, Spread {
  readonly values: readonly number[];
  /** Processors that others kept busy, in each run. */
  readonly foreignCores: readonly number[];
}

/** A run that does not count. */
export interface Discarded {
  readonly story: string;
  readonly system: string;
  readonly measure: string;
  readonly why: string;
}

interface Entry {
  readonly name: FigureName;
  readonly values: number[];
  readonly foreignCores: number[];
}

/** All that was measured, in the order in which it came first. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly discarded: Discarded[] = [];

  add(name: FigureName, value: number, foreignCores: number): void {
    const { story, system, measure, at } = name;
    const key = JSON.stringify([story, system, measure, at]);
    const entry = this.#entries.get(key) ?? { name, values: [], foreignCores: [] };
    this.#entries.set(key, entry);
    entry.values.push(value);
    entry.foreignCores.push(foreignCores);
  }

  discard(run: Discarded): void {
    this.discarded.push(run);
  }

  get figures(): Figure[] {
    return [...this.#entries.values()].map(({ name, values, foreignCores }) => ({
      ...name,
      ...spreadOf(values),
      values,
      foreignCores,
    }));
  }

  /** The last value that came. */
  last(system: string, measure: string): number | undefined {
    const of = [...this.#entries.values()].filter(
      ({ name }) => name.system === system && name.measure === measure,
    );
    return of.at(-1)?.values.at(-1);
  }
}
