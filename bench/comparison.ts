import { findSystems } from './systems/all.ts';
import { programOnPath } from './systems/spawned.ts';
import type { MissingSystem, System } from './systems/system.ts';
import { type Discarded, type Figure, Ledger } from './ledger.ts';
import { type CompareOptions, storyNames } from './options.ts';
import { Referee } from './referee.ts';
import { machine } from './report.ts';
import { type Bench, playDataChange, playMixed, playShortCalls } from './short-call.ts';
import { Stage } from './stage.ts';
import { playTransfers } from './transfer-turn.ts';
import { playStandingCalls } from './standing.ts';

/** What bench/report.json holds. */
export interface Report {
  readonly machine: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly options: CompareOptions;
  readonly systems: readonly { readonly name: string; readonly about: string }[];
  readonly missing: readonly MissingSystem[];
  readonly figures: readonly Figure[];
  readonly discarded: readonly Discarded[];
}

const tcpdumpMissing = 'tcpdump is missing; run: sudo apt-get update && sudo apt-get install -y tcpdump';

/** All asked systems in turn, never at once; each round in another order. */
export async function compare(options: CompareOptions): Promise<Report> {
  const startedAt = new Date();
  const tell = (line: string): void => {
    const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
    console.error(`${String(seconds).padStart(5)} s  ${line}`);
  };
  const { systems, missing } = await findSystems(options.systems);
  const canCapture = (await programOnPath('tcpdump')) !== undefined;
  if (!canCapture) missing.push({ name: 'latency', why: tcpdumpMissing });
  for (const { name, why } of missing) tell(`${name}: left out, ${why}`);
  const ledger = new Ledger();
  const { foreignCores } = options;
  const bench: Bench = {
    options,
    ledger,
    tell,
    canCapture,
    referee: new Referee({ ledger, foreignCores, tell }),
  };
  for (let round = 0; round < options.runs; round += 1) {
    tell(`round ${round + 1} of ${options.runs}`);
    for (const system of inTurn(systems, round)) await takeTurn(bench, system);
  }
  if (options.stories.includes('transfer'))
    for (let round = 0; round < options.runs; round += 1) await playTransfers(bench, inTurn(systems, round));
  const alone = systems.filter(({ isAside }) => isAside !== true);
  if (options.stories.includes('standing-calls'))
    for (let round = 0; round < options.standingRuns; round += 1) await playStandingCalls(bench, alone);
  return {
    machine: machine(),
    startedAt: startedAt.toISOString(),
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    options,
    systems: systems.map(({ name, about }) => ({ name, about })),
    missing,
    // In the order of the stories, whatever order they were played in.
    figures: storyNames.flatMap(name => ledger.figures.filter(({ story }) => story === name)),
    discarded: ledger.discarded,
  };
}

/** Each goes first as often as others: what warms up or throttles the machine strikes all. */
function inTurn<Item>(items: readonly Item[], round: number): Item[] {
  const at = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

const turns = {
  'short-call': playShortCalls,
  'data-change': playDataChange,
  mixed: playMixed,
} as const;

async function takeTurn(bench: Bench, system: System): Promise<void> {
  const { stories, rate, warmUpSeconds } = bench.options;
  const wanted = (['short-call', 'data-change', 'mixed'] as const).filter(name => stories.includes(name));
  if (wanted.length === 0) return;
  const stage = await Stage.open(system, { rate, seconds: warmUpSeconds });
  try {
    // What a search has gone too far with is behind it: it comes last.
    for (const name of wanted.toReversed()) await turns[name](bench, stage);
  } finally {
    await stage.close();
  }
}
