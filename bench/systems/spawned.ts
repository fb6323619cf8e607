import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { treeOf } from '../process-tree.ts';

export interface SpawnOptions {
  /** What its part of the work is called in reports. */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Both of its outputs go there: into a file, so that nobody pays for reading them. */
  readonly logFile: string;
  readonly cwd?: string;
  /** Of a Node process: where its inspector comes up when it is asked to (`--inspect-port`). */
  readonly inspectPort?: number;
}

const running = new Set<ChildProcess>();

// Nothing that was started survives this process.
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** A process under test. */
export class Spawned {
  readonly name: string;
  readonly inspectPort: number | undefined;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #ended: Promise<void>;

  constructor(options: SpawnOptions) {
    const {
      name,
      command: [program, ...args],
      env,
      logFile,
      cwd,
    } = options;
    this.inspectPort = options.inspectPort;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    this.name = name;
    this.#logFile = logFile;
    this.#child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', log, log] });
    closeSync(log);
    running.add(this.#child);
    const forget = (): void => {
      running.delete(this.#child);
    };
    // What cannot be started at all is an error, and ended too.
    this.#ended = once(this.#child, 'exit').then(forget, forget);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get runs(): boolean {
    return running.has(this.#child);
  }

  /** Rejects with the last it wrote when it ends first or takes longer. */
  async waitFor(isReady: (log: string) => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
    const until = Date.now() + withinMs;
    while (this.runs && Date.now() < until) {
      if (await isReady(await this.log())) return;
      await delay(50);
    }
    await this.stop();
    throw new Error(`${this.name} did not get ready\n${(await this.log()).slice(-2_000)}`);
  }

  async log(): Promise<string> {
    return readFile(this.#logFile, 'utf8').catch(() => '');
  }

  /** SIGTERM, and SIGKILL to it and all it started when that is not heard within the time. */
  async stop(patienceMs = 2_000): Promise<void> {
    if (!this.runs) return;
    const tree = [...(await treeOf(this.pid)).keys()];
    this.#child.kill('SIGTERM');
    const hasEnded = await Promise.race([this.#ended.then(() => true), delay(patienceMs, false)]);
    if (hasEnded) return;
    for (const pid of tree) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    await this.#ended;
  }
}

/** The first of that name on PATH. */
export async function programOnPath(name: string): Promise<string | undefined> {
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin']) {
    const path = `${folder}/${name}`;
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
