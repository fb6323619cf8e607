import type { FigureName, Ledger } from './ledger.ts';
import type { Played } from './play.ts';

/** How often a run is tried until one counts. */
const attempts = 3;

/** Which runs count: not those that others disturbed, and not those in which a call went wrong. */
export class Referee {
  readonly #ledger: Ledger;
  readonly #foreignCores: number;
  readonly #tell: (line: string) => void;

  constructor(options: {
    readonly ledger: Ledger;
    /** With so many processors kept busy by others a run does not count. */
    readonly foreignCores: number;
    /** Progress. */
    readonly tell: (line: string) => void;
  }) {
    this.#ledger = options.ledger;
    this.#foreignCores = options.foreignCores;
    this.#tell = options.tell;
  }

  /** The first run that counts; undefined when none did. */
  async counting(name: Omit<FigureName, 'unit'>, run: () => Promise<Played>): Promise<Played | undefined> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const played = await run();
      const why = this.#disturbance(played) ?? played.fault;
      if (why === undefined) return played;
      this.#discard(name, why);
    }
    return undefined;
  }

  /** Whether a run was clean; one that is not is only believed when nobody disturbed it, or each time. */
  async isClean(name: Omit<FigureName, 'unit'>, run: () => Promise<Played>): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const played = await run();
      const rate = `${name.at ?? ''}/s`;
      this.#tell(`${name.story} ${name.system}: ${rate} ${played.fault ?? 'clean'}`);
      if (played.fault === undefined) return true;
      const disturbance = this.#disturbance(played);
      if (disturbance === undefined || attempt === attempts) return false;
      this.#discard(name, `${disturbance}; ${rate} ${played.fault}`);
    }
  }

  #disturbance({ foreignCores }: Played): string | undefined {
    return foreignCores > this.#foreignCores
      ? `others used ${foreignCores.toFixed(2)} processors`
      : undefined;
  }

  #discard({ story, system, measure }: Omit<FigureName, 'unit'>, why: string): void {
    this.#ledger.discard({ story, system, measure, why });
    this.#tell(`${story} ${system} ${measure}: run discarded, ${why}`);
  }
}
