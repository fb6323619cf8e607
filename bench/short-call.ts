import { addedLatency } from './latency.ts';
import { captured } from './capture.ts';
import type { Ledger } from './ledger.ts';
import type { CompareOptions } from './options.ts';
import { cpuPerThousand, type Load, play, type Played } from './play.ts';
import type { Referee } from './referee.ts';
import { percentile } from './report.ts';
import { highestCleanRate } from './search.ts';
import type { Stage } from './stage.ts';
import { dataChange, shortCall } from './stories.ts';

/** What all stories need. */
export interface Bench {
  readonly options: CompareOptions;
  readonly ledger: Ledger;
  readonly referee: Referee;
  readonly tell: (line: string) => void;
  /** Whether there is a tcpdump, which latency is read from. */
  readonly canCapture: boolean;
}

/** Calls a second at which latency is measured: a system that is hardly busy. */
const latencyRate = 100;
/** Of its highest clean rate: what is left is for the unforeseen. */
const workingShare = 0.7;
/** The search's precision, and its start where nothing is known yet. */
const precision = 0.05;
const firstRate = 500;
const highestRate = 10_000;

/** One system's turn at short calls. */
export async function playShortCalls(bench: Bench, stage: Stage): Promise<void> {
  const { measures, rate } = bench.options;
  if (measures.includes('cpu')) await measureCpu(bench, stage, { measure: 'CPU per 1,000 calls', rate });
  if (measures.includes('latency') && bench.canCapture) await measureLatency(bench, stage);
  const isSearched = measures.includes('clean-rate') && stage.system.isAside !== true;
  if (!isSearched || bench.options.searchSeconds === 0) return;
  const clean = await measureCleanRate(bench, stage);
  if (!measures.includes('cpu-at-share') || clean === 0) return;
  const working = Math.round(clean * workingShare);
  await measureCpu(bench, stage, { measure: 'CPU per 1,000 calls at 70 % of its clean rate', rate: working });
}

async function measureCpu(
  bench: Bench,
  stage: Stage,
  { measure, rate }: { readonly measure: string; readonly rate: number },
): Promise<void> {
  const loads = [{ story: shortCall, rate }];
  // The rate of the others changes from run to run: it is no part of the figure's name.
  const at = rate === bench.options.rate ? rate : undefined;
  await measureLoad(bench, stage, { story: 'short-call', measure, at, loads });
}

export async function measureLoad(
  { options, ledger, referee, tell }: Bench,
  stage: Stage,
  asked: {
    readonly story: string;
    readonly measure: string;
    readonly at?: number | undefined;
    readonly loads: readonly Load[];
    /** Of what 1,000 are meant; calls when left out. */
    readonly perThousand?: (played: Played) => number;
  },
): Promise<void> {
  const { story, measure, at, loads, perThousand = cpuPerThousand } = asked;
  const system = stage.system.name;
  const name = { story, system, at };
  const played = await referee.counting({ ...name, measure }, async () =>
    play(stage.stand, { loads, seconds: options.seconds }),
  );
  if (played === undefined) return;
  const { cpuSeconds, foreignCores, loopLagP99Ms } = played;
  const value = perThousand(played);
  ledger.add({ ...name, measure, unit: 's' }, value, foreignCores);
  const parts = Object.entries(cpuSeconds);
  const perSecond = value / parts.reduce((sum, [, seconds]) => sum + seconds, 0);
  if (parts.length > 1)
    for (const [part, seconds] of parts)
      ledger.add({ ...name, measure: `${measure}: ${part}`, unit: 's' }, seconds * perSecond, foreignCores);
  if (loopLagP99Ms !== undefined)
    ledger.add(
      { ...name, measure: `event loop lag p99 (${measure})`, unit: 'ms' },
      loopLagP99Ms,
      foreignCores,
    );
  const others = `others ${foreignCores.toFixed(2)} processors`;
  tell(`${story} ${system}: ${measure} ${value.toFixed(2)} s at ${rateOf(loads)}/s (${others})`);
}

function rateOf(loads: readonly Load[]): number {
  return Math.round(loads.reduce((sum, { rate }) => sum + rate, 0));
}

async function measureLatency({ options, ledger, referee, tell }: Bench, stage: Stage): Promise<void> {
  const rate = Math.min(latencyRate, options.rate);
  const name = { story: 'short-call', system: stage.system.name, at: rate };
  const { sipPort } = stage.stand.place;
  let added = addedLatency([], sipPort);
  const played = await referee.counting({ ...name, measure: 'latency' }, async () => {
    let during: Played | undefined;
    const datagrams = await captured(sipPort, async () => {
      during = await play(stage.stand, { loads: [{ story: shortCall, rate }], seconds: options.seconds });
    });
    added = addedLatency(datagrams, sipPort);
    if (during === undefined) throw new Error('nothing was played');
    return during;
  });
  if (played === undefined) return;
  for (const [what, values] of [
    ['INVITE→INVITE', added.inviteMs],
    ['200→200', added.answerMs],
  ] as const)
    for (const [share, word] of [
      [0.5, 'p50'],
      [0.99, 'p99'],
    ] as const)
      ledger.add(
        { ...name, measure: `${what} ${word}`, unit: 'ms' },
        percentile(values, share),
        played.foreignCores,
      );
  tell(
    `${name.story} ${name.system}: INVITE→INVITE p50 ${percentile(added.inviteMs, 0.5).toFixed(2)} ms of ${added.inviteMs.length}`,
  );
}

async function measureCleanRate({ options, ledger, referee, tell }: Bench, stage: Stage): Promise<number> {
  const name = { story: 'short-call', system: stage.system.name, measure: 'highest clean rate' };
  const known = ledger.last(name.system, name.measure);
  let foreignCores = 0;
  const clean = await highestCleanRate({
    ...(known === undefined || known === 0 ? { first: firstRate, growth: 2 } : { first: known, growth: 1.2 }),
    precision,
    highest: highestRate,
    isClean: async rate => {
      const isClean = await referee.isClean({ ...name, at: rate }, async () => {
        const played = await play(stage.stand, {
          loads: [{ story: shortCall, rate }],
          seconds: options.searchSeconds,
        });
        foreignCores = Math.max(foreignCores, played.foreignCores);
        // What it has not done yet would fall to the next run.
        if (played.fault !== undefined) await stage.restart();
        return played;
      });
      return isClean;
    },
  });
  ledger.add({ ...name, unit: 'calls/s' }, clean, foreignCores);
  tell(`${name.story} ${name.system}: highest clean rate ${clean}/s`);
  return clean;
}

/** A load of calls whose data changes; per 1,000 changes, what the calls themselves cost included. */
export async function playDataChange(bench: Bench, stage: Stage): Promise<void> {
  const rate = bench.options.rate / dataChange.changes;
  await measureLoad(bench, stage, {
    story: 'data-change',
    measure: 'CPU per 1,000 changes',
    at: bench.options.rate,
    loads: [{ story: dataChange, rate }],
    perThousand: played => cpuPerThousand(played) / dataChange.changes,
  });
}

/** Nine short calls in ten, one whose data changes. */
export async function playMixed(bench: Bench, stage: Stage): Promise<void> {
  // As many requests as the common rate has, roughly: a call whose data changes has those of six.
  const rate = bench.options.rate / 1.5;
  await measureLoad(bench, stage, {
    story: 'mixed',
    measure: 'CPU per 1,000 calls',
    at: Math.round(rate),
    loads: [
      { story: shortCall, rate: rate * 0.9 },
      { story: dataChange, rate: rate * 0.1 },
    ],
  });
}
