import { parseArgs } from 'node:util';
import { type SystemName, systemNames } from './systems/all.ts';

export const storyNames = ['short-call', 'data-change', 'mixed', 'transfer', 'standing-calls'] as const;
export type StoryName = (typeof storyNames)[number];

export const measureNames = ['cpu', 'latency', 'clean-rate', 'cpu-at-share'] as const;
/** Of short calls. */
export type MeasureName = (typeof measureNames)[number];

export interface CompareOptions {
  readonly stories: readonly StoryName[];
  readonly systems: readonly SystemName[];
  readonly measures: readonly MeasureName[];
  /** Calls a second at which the CPU of all systems is compared. */
  readonly rate: number;
  readonly runs: number;
  /** Of standing calls: these take minutes. */
  readonly standingRuns: number;
  /** Of a run that measures. */
  readonly seconds: number;
  /** Of a run that looks for the highest clean rate. */
  readonly searchSeconds: number;
  readonly warmUpSeconds: number;
  /** Calls that stand when memory is read, ascending. */
  readonly levels: readonly number[];
  /** With that many processors kept busy by others a run does not count. */
  readonly foreignCores: number;
  /** 64*T1: until transactions have ended and what is left is of calls. */
  readonly settleSeconds: number;
  /** A few seconds of everything, for build machines. */
  readonly smoke: boolean;
  readonly out: string;
}

const smokeStories: readonly StoryName[] = ['short-call', 'data-change', 'standing-calls'];
const smokeSystems: readonly SystemName[] = ['engine', 'direct', 'kamailio'];

const smoke = {
  rate: 40,
  runs: 1,
  standingRuns: 1,
  seconds: 1,
  searchSeconds: 0,
  warmUpSeconds: 1,
  levels: [50],
  foreignCores: Number.POSITIVE_INFINITY,
  settleSeconds: 0,
};

const full = {
  rate: 600,
  runs: 3,
  standingRuns: 1,
  seconds: 6,
  searchSeconds: 4,
  warmUpSeconds: 4,
  levels: [1_000, 5_000, 20_000, 50_000],
  foreignCores: 0.2,
  settleSeconds: 33,
};

/** Of the command line. Throws an Error that says what it does not know. */
export function parseOptions(args: readonly string[]): CompareOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      smoke: { type: 'boolean' },
      ...{ only: text, systems: text, measures: text, levels: text, out: text },
      ...{ rate: text, runs: text, 'standing-runs': text, seconds: text, foreign: text },
    },
  });
  const isSmoke = values.smoke === true;
  const preset = isSmoke ? smoke : full;
  const rate = numberOf('rate', values.rate, preset.rate);
  return {
    ...preset,
    stories: namesOf('only', values.only, storyNames, isSmoke ? smokeStories : storyNames),
    systems: namesOf('systems', values.systems, systemNames, isSmoke ? smokeSystems : systemNames),
    measures: namesOf('measures', values.measures, measureNames, isSmoke ? ['cpu', 'latency'] : measureNames),
    rate,
    runs: numberOf('runs', values.runs, preset.runs),
    standingRuns: numberOf('standing-runs', values['standing-runs'], preset.standingRuns),
    seconds: numberOf('seconds', values.seconds, preset.seconds),
    foreignCores: numberOf('foreign', values.foreign, preset.foreignCores),
    levels:
      values.levels === undefined
        ? preset.levels
        : values.levels.split(',').map(level => numberOf('levels', level, 0)),
    smoke: isSmoke,
    out: values.out ?? 'bench',
  };
}

function numberOf(option: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (value > 0) return value;
  throw new Error(`--${option} ${text ?? ''}: expected a number above 0`);
}

function namesOf<Name extends string>(
  option: string,
  text: string | undefined,
  known: readonly Name[],
  otherwise: readonly Name[],
): readonly Name[] {
  if (text === undefined) return otherwise;
  return text.split(',').map(word => {
    const name = known.find(one => one === word);
    if (name === undefined) throw new Error(`--${option}: no ${word} (there are ${known.join(', ')})`);
    return name;
  });
}
