import { cpuSecondsOfTree, machineSeconds } from './process-tree.ts';

export interface CpuUse {
  /** By the name that the process was given. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Processors that others than this process, and what it has started, kept busy meanwhile. */
  readonly foreignCores: number;
}

/** CPU of processes and of the machine since it was started. */
export class CpuMeter {
  readonly #pids: Readonly<Record<string, number>>;
  readonly #before: readonly number[];
  readonly #startMs = performance.now();

  private constructor(pids: Readonly<Record<string, number>>, before: readonly number[]) {
    this.#pids = pids;
    this.#before = before;
  }

  /** Of these processes, with all that they have started. */
  static async start(pids: Readonly<Record<string, number>>): Promise<CpuMeter> {
    return new CpuMeter(pids, await CpuMeter.#read(pids));
  }

  /** The machine's, ours, and those of the processes. */
  static async #read(pids: Readonly<Record<string, number>>): Promise<number[]> {
    const all = [process.pid, ...Object.values(pids)].map(cpuSecondsOfTree);
    return Promise.all([machineSeconds(), ...all]);
  }

  async stop(): Promise<CpuUse> {
    const after = await CpuMeter.#read(this.#pids);
    const seconds = (performance.now() - this.#startMs) / 1000;
    const [machine = 0, ours = 0, ...each] = after.map((value, at) => value - (this.#before[at] ?? 0));
    return {
      cpuSeconds: Object.fromEntries(Object.keys(this.#pids).map((name, at) => [name, each[at] ?? 0])),
      foreignCores: Math.max(0, (machine - ours) / seconds),
    };
  }
}
