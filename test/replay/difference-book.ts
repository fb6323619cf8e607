import type { Mismatch } from './compare.ts';
import { type Difference, deliberateDifferences } from './deliberate-differences.ts';
import type { Image } from './image.ts';

type Order = NonNullable<Difference['order']>;

/** The table of deliberate differences, open at one trace; remembers which lines were shown. */
export class DifferenceBook {
  readonly shown = new Set<Difference>();
  readonly #lines: readonly Difference[];

  constructor(trace: string) {
    this.#lines = deliberateDifferences.filter(
      ({ traces }) => traces?.some(name => trace.startsWith(name)) ?? true,
    );
  }

  /** The recorded server sent this, the engine sends nothing there. */
  isLeftOut(to: string, recorded: Image): boolean {
    return this.#order({ to, recorded: recorded.signature });
  }

  /** The engine sends this, the recorded server sent nothing there. */
  isExtra(to: string, live: Image): boolean {
    return this.#order({ to, live: live.signature });
  }

  isInstead(to: string, recorded: Image, live: Image): boolean {
    return this.#order({ to, recorded: recorded.signature, live: live.signature });
  }

  /** A header or field has another value there. */
  isOther({ signature }: Image, mismatch: Mismatch): boolean {
    return this.#show(({ value }) => {
      if (value === undefined || value.field !== mismatch.field || !value.of.test(signature)) return false;
      return value.recorded.test(mismatch.recorded) && value.live.test(mismatch.live);
    });
  }

  #order({ to, recorded, live }: Order): boolean {
    return this.#show(({ order }) => order?.to === to && order.recorded === recorded && order.live === live);
  }

  #show(fits: (line: Difference) => boolean): boolean {
    const line = this.#lines.find(fits);
    if (line !== undefined) this.shown.add(line);
    return line !== undefined;
  }
}
