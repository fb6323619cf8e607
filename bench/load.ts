import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';
import { sumOf } from '../support/prometheus-text.ts';
import { portTaken, type SippOutcome, startSipp } from '../support/sipp.ts';
import { pidOf, startThroughNpm } from './npm-start.ts';
import { cpuSecondsOf, collectGarbage, residentBytesOf } from './process-figures.ts';

export interface LoadOptions {
  readonly callsPerSecond: number;
  readonly seconds: number;
}

export interface LoadFigures extends LoadOptions {
  /** From `npm start` to the line `ready`. */
  readonly startMs: number;
  readonly calls: number;
  readonly failedCalls: number;
  /** Of the caller's and the callee's SIPp. */
  readonly retransmissions: number;
  readonly callsLeft: number;
  readonly dialogsLeft: number;
  readonly transactionsLeft: number;
  /** JavaScript heap after a full collection, before and after the load. */
  readonly heapBeforeBytes: number;
  readonly heapAfterBytes: number;
  readonly residentBeforeBytes: number;
  readonly residentAfterBytes: number;
  readonly cpuSecondsPerThousandCalls: number;
  /** What SIPp complained of, shortened; empty when all went well. */
  readonly complaints: string;
}

const address = '127.0.0.1';
const story = (file: string) => fileURLToPath(new URL(`../sipp-scenarios/load/${file}`, import.meta.url));
/** RFC 3261's 64*T1: how long a transaction stays to absorb retransmissions. */
const lingerMs = 32_000;
/** At the same rate, so that tables which never shrink have their size. */
const warmUpSeconds = 10;

interface Stage {
  /** For this load alone, or for those of other lengths. */
  readonly folder: string;
  readonly sipPort: number;
  readonly targetPort: number;
}

/** Of the caller's and of the callee's SIPp. */
export async function playCalls(
  { folder, sipPort, targetPort }: Stage,
  options: LoadOptions,
): Promise<SippOutcome[]> {
  const calls = options.callsPerSecond * options.seconds;
  const common = {
    address,
    transport: 'udp',
    calls,
    rate: options.callsPerSecond,
    lossPercent: 0,
    timeoutMs: (options.seconds + 60) * 1000,
    args: [],
  } as const;
  const end = async (name: string, port: number, remote?: string) =>
    startSipp({
      ...common,
      name,
      port,
      scenario: story(`${name}.xml`),
      folder: join(folder, `${name}-${calls}`),
      mediaPort: await freePort(address, 4),
      controlPort: await freePort(),
      ...(remote === undefined ? {} : { remote }),
    });
  const callee = await end('uas', targetPort);
  if (!(await portTaken(targetPort))) throw new Error('SIPp did not come up');
  const caller = await end('uac', await freePort(), `${address}:${sipPort}`);
  return Promise.all([caller.outcome, callee.outcome]);
}

/** Until no transaction stands: what is left then is left for good. */
export async function settle(baton: BatonProcess): Promise<void> {
  for (const until = Date.now() + lingerMs + 8_000; Date.now() < until; ) {
    if (sumOf(await baton.metrics(), 'baton_engine_transactions') === 0) return;
    await delay(500);
  }
}

async function measure(
  baton: BatonProcess,
  stage: Stage,
  options: LoadOptions,
  startMs: number,
): Promise<LoadFigures> {
  const pid = pidOf(baton);
  await playCalls(stage, { callsPerSecond: options.callsPerSecond, seconds: warmUpSeconds });
  await settle(baton);
  const heapBeforeBytes = await collectGarbage(baton, pid, stage.folder);
  const residentBeforeBytes = await residentBytesOf(pid);
  const cpuBefore = await cpuSecondsOf(pid);
  const outcomes = await playCalls(stage, options);
  const cpuSeconds = (await cpuSecondsOf(pid)) - cpuBefore;
  await delay(1_000);
  const callsLeft = (await baton.calls()).length;
  await settle(baton);
  const metrics = await baton.metrics();
  const calls = options.callsPerSecond * options.seconds;
  const [caller] = outcomes;
  return {
    ...options,
    startMs,
    calls,
    failedCalls: calls - (caller?.statistics.get('SuccessfulCall') ?? 0),
    retransmissions: outcomes.reduce(
      (sum, { statistics }) => sum + (statistics.get('Retransmissions') ?? 0),
      0,
    ),
    callsLeft,
    dialogsLeft: sumOf(metrics, 'baton_engine_dialogs'),
    transactionsLeft: sumOf(metrics, 'baton_engine_transactions'),
    heapBeforeBytes,
    heapAfterBytes: await collectGarbage(baton, pid, stage.folder),
    residentBeforeBytes,
    residentAfterBytes: await residentBytesOf(pid),
    cpuSecondsPerThousandCalls: cpuSeconds / (calls / 1000),
    complaints: outcomes.some(({ exit }) => exit !== 0)
      ? outcomes.map(one => one.complaints.slice(0, 500)).join('\n')
      : '',
  };
}

/** Calls through `npm start`, SIPp at both ends, everything on this machine's loopback. */
export async function runLoad(options: LoadOptions): Promise<LoadFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const stage = { folder, sipPort: await freePort(), targetPort: await freePort() };
  const startedAt = performance.now();
  const baton = await startThroughNpm({
    ...stage,
    address,
    nodeOptions: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`,
  });
  const startMs = performance.now() - startedAt;
  try {
    return await measure(baton, stage, options, startMs);
  } finally {
    await baton.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
