import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, releasePorts } from '../support/free-ports.ts';
import { play, type Stand } from './play.ts';
import { shortCall } from './stories.ts';
import { stopSystem, type System } from './systems/system.ts';

export interface WarmUp {
  readonly rate: number;
  readonly seconds: number;
}

/** A system that is started, and started anew when its past would show in what comes. */
export class Stage {
  readonly system: System;
  readonly #warmUp: WarmUp;
  readonly #folder: string;
  #stand: Stand;

  private constructor(parts: { system: System; warmUp: WarmUp; folder: string; stand: Stand }) {
    this.system = parts.system;
    this.#warmUp = parts.warmUp;
    this.#folder = parts.folder;
    this.#stand = parts.stand;
  }

  static async open(system: System, warmUp: WarmUp): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), `baton-bench-${system.name}-`));
    return new Stage({
      system,
      warmUp,
      folder,
      stand: await startWarm(system, warmUp, join(folder, 'first')),
    });
  }

  get stand(): Stand {
    return this.#stand;
  }

  async restart(): Promise<void> {
    await this.#stop();
    const folder = await mkdtemp(join(this.#folder, 'again-'));
    this.#stand = await startWarm(this.system, this.#warmUp, folder);
  }

  async close(): Promise<void> {
    await this.#stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #stop(): Promise<void> {
    await stopSystem(this.#stand.running);
    releasePorts([this.#stand.place.sipPort, this.#stand.place.targetPort]);
  }
}

/** Started and warm: code that has run often is compiled, tables have their size. */
async function startWarm(system: System, { rate, seconds }: WarmUp, folder: string): Promise<Stand> {
  const place = { folder, sipPort: await freePort(), targetPort: await freePort() };
  const stand = { system, place, running: await system.start(place) };
  await play(stand, { loads: [{ story: shortCall, rate }], seconds });
  return stand;
}
