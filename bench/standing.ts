import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { releasePorts } from '../support/free-ports.ts';
import { collectGarbage } from './collect-garbage.ts';
import { play } from './play.ts';
import { machineSeconds, residentBytesOfTree } from './process-tree.ts';
import { highestCleanRate } from './search.ts';
import type { Bench } from './short-call.ts';
import { type LoadEnd, progressOf, startCallee, startCaller } from './sipp-pair.ts';
import { Stage } from './stage.ts';
import { callerScenario, shortCall, standingCall } from './stories.ts';
import type { System } from './systems/system.ts';

const story = 'standing-calls';
/** Longer than any of this takes. */
const standMs = 3_600_000;
/** Of its highest clean rate: how fast calls are set up. */
const setUpShare = 0.6;
const [slowestSetUp, fastestSetUp] = [200, 1_200];
/** With more of the calls gone wrong memory is not that of the others alone. */
const failedShare = 0.05;
/** From the last INVITE to its ACK, generously. */
const answeredMs = 1_500;
/** Of the highest clean rate without standing calls: where the search above them begins, and what it never passes. */
const [firstShare, lastShare] = [0.75, 1.5];
/** Its steps: few rates are too high, since what these leave undone cannot be ended by starting the system anew. */
const climb = 1.15;
const precision = 0.08;

/** A system with calls that stand, and who makes and takes them. */
class Standing {
  readonly stage: Stage;
  readonly folder: string;
  readonly callee: LoadEnd;
  readonly #callers: LoadEnd[] = [];
  #baseBytes = 0;
  #calls = 0;

  private constructor(parts: { stage: Stage; folder: string; callee: LoadEnd }) {
    this.stage = parts.stage;
    this.folder = parts.folder;
    this.callee = parts.callee;
  }

  static async open(system: System, warmUp: { rate: number; seconds: number }): Promise<Standing> {
    const stage = await Stage.open(system, warmUp);
    const folder = await mkdtemp(join(tmpdir(), 'baton-standing-'));
    const callee = await startCallee({
      folder,
      port: stage.stand.place.targetPort,
      calls: 1_000_000,
      timeoutMs: standMs,
    });
    return new Standing({ stage, folder, callee });
  }

  /** Until so many calls stand. Rejects when they do not come to stand. */
  async fillTo(level: number, rate: number): Promise<void> {
    const calls = level - this.#calls;
    const { system, stand } = this.stage;
    const folder = join(this.folder, `to-${level}`);
    const { tellsChanges } = system;
    const caller = await startCaller({
      folder,
      scenario: await callerScenario(standingCall, { folder: join(folder, 'scenario'), tellsChanges }),
      sipPort: stand.place.sipPort,
      calls,
      rate,
      timeoutMs: standMs,
    });
    this.#callers.push(caller);
    const until = Date.now() + (calls / rate) * 2_000 + 10_000;
    while ((await begunOf(caller)) < calls) {
      if (Date.now() > until) throw new Error(`${await begunOf(caller)} of ${calls} calls begun`);
      await delay(250);
    }
    await delay(answeredMs);
    this.#calls = level;
  }

  /** What there is now counts for none of the calls to come. */
  async begin(): Promise<void> {
    this.#baseBytes = await bytesOf(this.stage);
  }

  /** Of each call that stands. */
  async bytesPerCall(): Promise<number> {
    return ((await bytesOf(this.stage)) - this.#baseBytes) / (this.#calls - (await this.failed()));
  }

  /** Calls that have gone wrong instead of standing, so far. */
  async failed(): Promise<number> {
    const last = await Promise.all(this.#callers.map(async caller => (await progressOf(caller)).at(-1)));
    return last.reduce((sum, progress) => sum + (progress?.failed ?? 0), 0);
  }

  /** The last that a caller said about them. */
  async complaint(): Promise<string> {
    const texts = await Promise.all(
      this.#callers.map(async ({ folder }) => readFile(join(folder, 'errors.log'), 'utf8').catch(() => '')),
    );
    return texts.join('').trim().slice(-300);
  }

  async close(): Promise<void> {
    for (const { process } of [...this.#callers, this.callee]) process.kill();
    await Promise.all([...this.#callers, this.callee].map(async ({ process }) => process.outcome));
    releasePorts(this.#callers.map(({ port }) => port));
    await this.stage.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function begunOf(caller: LoadEnd): Promise<number> {
  return (await progressOf(caller)).at(-1)?.created ?? 0;
}

/** With nothing left that is only waiting to be collected. */
async function bytesOf({ stand }: Stage): Promise<number> {
  await Promise.all(stand.running.parts.map(collectGarbage));
  const parts = stand.running.parts.map(async ({ pid }) => residentBytesOfTree(pid));
  return (await Promise.all(parts)).reduce((sum, bytes) => sum + bytes, 0);
}

/** Memory as calls come to stand, level by level, of all systems; then the clean rate of each above the last level. */
export async function playStandingCalls(bench: Bench, systems: readonly System[]): Promise<void> {
  const { options, tell } = bench;
  const warmUp = { rate: options.rate, seconds: options.warmUpSeconds };
  const standings: Standing[] = [];
  try {
    for (const system of systems) standings.push(await Standing.open(system, warmUp));
    // The warm-ups' transactions have ended.
    await delay(options.settleSeconds * 1_000);
    for (const standing of standings) await standing.begin();
    for (const level of options.levels) await measureLevel(bench, standings, level);
    const last = options.levels.at(-1);
    if (last === undefined || options.searchSeconds === 0) return;
    for (const standing of standings) await measureRate(bench, standing, last);
  } catch (error) {
    tell(`${story}: given up, ${String(error)}`);
    bench.ledger.discard({ story, system: '', measure: 'memory', why: String(error) });
  } finally {
    for (const standing of standings) await standing.close();
  }
}

/** Calls are set up in one system after the other; the wait for the end of transactions is one for all. */
async function measureLevel(
  { options, ledger, tell }: Bench,
  standings: readonly Standing[],
  level: number,
): Promise<void> {
  for (const standing of standings) {
    const rate = setUpRate(ledger.last(standing.stage.system.name, 'highest clean rate') ?? options.rate);
    tell(`${story} ${standing.stage.system.name}: to ${level} calls at ${rate}/s`);
    await standing.fillTo(level, options.smoke ? options.rate : rate);
  }
  await delay(options.settleSeconds * 1_000);
  for (const standing of standings) {
    const name = { story, system: standing.stage.system.name, at: level };
    const failed = await standing.failed();
    if (failed > 0)
      tell(`${story} ${name.system}: ${failed} of ${level} calls do not stand ${await standing.complaint()}`);
    if (failed > level * failedShare) {
      const measure = 'memory per standing call';
      ledger.discard({
        story,
        system: name.system,
        measure,
        why: `${failed} of ${level} calls do not stand`,
      });
      continue;
    }
    const kibibytes = (await standing.bytesPerCall()) / 1024;
    ledger.add({ ...name, measure: 'memory per standing call', unit: 'KiB' }, kibibytes, 0);
    tell(`${story} ${name.system}: ${kibibytes.toFixed(1)} KiB per call at ${level}`);
  }
}

function setUpRate(clean: number): number {
  return Math.round(Math.min(fastestSetUp, Math.max(slowestSetUp, clean * setUpShare)));
}

async function measureRate(bench: Bench, { stage, callee }: Standing, level: number): Promise<void> {
  const { options, ledger, referee, tell } = bench;
  const measure = `highest clean rate above ${level} standing calls`;
  const name = { story, system: stage.system.name, measure };
  const known = ledger.last(name.system, 'highest clean rate') ?? options.rate;
  let foreignCores = 0;
  const rate = await highestCleanRate({
    first: known * firstShare,
    growth: climb,
    precision,
    highest: known * lastShare,
    isClean: async rate => {
      const isClean = await referee.isClean({ ...name, at: rate }, async () => {
        const loads = [{ story: shortCall, rate }];
        const played = await play(stage.stand, { loads, seconds: options.searchSeconds, callee });
        foreignCores = Math.max(foreignCores, played.foreignCores);
        if (played.fault !== undefined) await quiet();
        return played;
      });
      return isClean;
    },
  });
  ledger.add({ ...name, unit: 'calls/s' }, rate, foreignCores);
  tell(`${story} ${name.system}: ${measure} ${rate}/s`);
}

/** What was left undone is done, or given up: the machine is idle, or 64*T1 has passed. */
async function quiet(): Promise<void> {
  for (const until = Date.now() + 33_000; Date.now() < until; ) {
    const before = await machineSeconds();
    await delay(1_000);
    if ((await machineSeconds()) - before < 0.1) return;
  }
}
