import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releasePorts } from '../support/free-ports.ts';
import { parsePrometheusText, sumOf } from '../support/prometheus-text.ts';
import { fault } from './clean.ts';
import { CpuMeter, type CpuUse } from './cpu-meter.ts';
import { DropWatch } from './drop-watch.ts';
import { calleeOutcome, type LoadEnd, progressOf, startCallee, startCaller } from './sipp-pair.ts';
import { callerScenario, type Story } from './stories.ts';
import type { Place, RunningSystem, System } from './systems/system.ts';

/** A system at work. */
export interface Stand {
  readonly system: System;
  readonly place: Place;
  readonly running: RunningSystem;
}

export interface Load {
  readonly story: Story;
  /** Calls a second. */
  readonly rate: number;
}

export interface PlayOptions {
  /** All at once. */
  readonly loads: readonly Load[];
  readonly seconds: number;
  /** Who takes the calls, when somebody does already. */
  readonly callee?: LoadEnd;
}

export interface Played extends CpuUse {
  readonly calls: number;
  readonly right: number;
  readonly retransmissions: number;
  /** Why it was not clean; undefined when it was. */
  readonly fault: string | undefined;
  /** Of Baton. */
  readonly loopLagP99Ms: number | undefined;
  readonly complaints: string;
}

/** How much longer than planned SIPp waits before it gives up. */
const patienceMs = 2_500;

/** The lag's worst percentile since it was asked for last (prom-client begins anew with each answer). */
export async function loopLagP99Ms({ running }: Stand): Promise<number | undefined> {
  if (running.httpUrl === undefined) return undefined;
  try {
    const response = await fetch(`${running.httpUrl}/metrics`, { signal: AbortSignal.timeout(2_000) });
    const seconds = sumOf(parsePrometheusText(await response.text()), 'nodejs_eventloop_lag_p99_seconds');
    return seconds * 1000;
  } catch {
    // Too busy to say.
    return undefined;
  }
}

/** One load through a system. */
export async function play(stand: Stand, options: PlayOptions): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  try {
    return await playIn(folder, stand, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function playIn(folder: string, stand: Stand, options: PlayOptions): Promise<Played> {
  const { seconds } = options;
  const { sipPort, targetPort } = stand.place;
  const longestCall = Math.max(...options.loads.map(({ story }) => story.callSeconds));
  const timeoutMs = (seconds + longestCall) * 1000 + patienceMs;
  const loads = options.loads.map(load => ({ ...load, calls: Math.round(load.rate * seconds) }));
  const calls = sum(loads.map(load => load.calls));
  const callee = options.callee ?? (await startCallee({ folder, calls, timeoutMs, port: targetPort }));
  const scenarios = await Promise.all(loads.map(async ({ story }) => scenarioFor(stand, story, folder)));
  await loopLagP99Ms(stand);
  const parts = stand.running.parts.map(({ name, pid }) => [name, pid] as const);
  const meter = await CpuMeter.start(Object.fromEntries(parts));
  const callers = await Promise.all(
    loads.map(async ({ story, ...load }, at) =>
      startCaller({ ...load, name: story.name, folder, timeoutMs, sipPort, scenario: scenarios[at] ?? '' }),
    ),
  );
  const drops = await DropWatch.start([sipPort, targetPort, ...callers.map(({ port }) => port)]);
  const called = await Promise.all(callers.map(async ({ process: { outcome } }) => outcome));
  const measured = await meter.stop();
  const dropped = await drops.stop();
  const answered = options.callee === undefined ? [await calleeOutcome(callee)] : [];
  releasePorts(callers.map(({ port }) => port));
  const rights = called.map(({ statistics }) => statistics.get('SuccessfulCall') ?? 0);
  const faults = await Promise.all(
    loads.map(async ({ rate, calls, story: { callSeconds } }, at) => {
      const caller = callers[at];
      const progress = caller === undefined ? [] : await progressOf(caller);
      return fault({ rate, calls, right: rights[at] ?? 0, callSeconds, drops: dropped, progress });
    }),
  );
  const right = Math.min(sum(rights), ...answered.map(one => one.statistics.get('SuccessfulCall') ?? 0));
  const short = right < calls ? `${calls - right} of ${calls} calls not right` : undefined;
  const outcomes = [...called, ...answered];
  return {
    ...measured,
    calls,
    right,
    retransmissions: sum(outcomes.map(({ statistics }) => statistics.get('Retransmissions') ?? 0)),
    fault: faults.find(one => one !== undefined) ?? short,
    loopLagP99Ms: await loopLagP99Ms(stand),
    complaints: outcomes
      .filter(({ exit }) => exit !== 0)
      .map(({ name, complaints }) => `${name}: ${complaints.slice(0, 300)}`)
      .join('\n'),
  };
}

async function scenarioFor({ system }: Stand, story: Story, folder: string): Promise<string> {
  return callerScenario(story, { folder: join(folder, 'scenario'), tellsChanges: system.tellsChanges });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Of all parts. */
export function cpuPerThousand(played: Played): number {
  const all = Object.values(played.cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  return all / (played.calls / 1000);
}
