import type { LogLine } from '../../support/baton-process.ts';
import { type Sample, sumOf } from '../../support/prometheus-text.ts';
import { type Bound, type LogExpectation, misses, type Party, type Story } from './scenario-story.ts';
import type { SippOutcome } from '../../support/sipp.ts';

/** Of what SIPp and Baton write, this many characters are shown. */
export const excerptLength = 3_000;

/** What one SIPp did other than its story says. */
export function judgeSipp(outcome: SippOutcome, party: Party): string[] {
  const { name, exit, statistics, messages, complaints } = outcome;
  const right = `${statistics.get('SuccessfulCall') ?? 0} calls right`;
  const ended = `${name}: SIPp ended with ${exit ?? 'a signal'}, ${right}\n${complaints.slice(0, excerptLength)}`;
  return [
    ...(exit === party.exit ? [] : [ended]),
    ...judgeNumbers(`${name}: statistics`, party.statistics, key => statistics.get(key)),
    ...judgeNumbers(`${name}: messages`, party.messages, key => messages.get(key)),
  ];
}

export function judgeMetrics(
  before: readonly Sample[],
  after: readonly Sample[],
  growth: Readonly<Record<string, Bound>>,
): string[] {
  return judgeNumbers('metric grew:', growth, series => sumOf(after, series) - sumOf(before, series));
}

export function judgeLog(
  log: readonly LogLine[],
  expected: Pick<Story['baton'], 'log' | 'worstLevel'>,
): string[] {
  const bad = log.filter(({ level }) => level > expected.worstLevel);
  const missed = expected.log.flatMap(one => {
    const wrong = misses(log.filter(line => fits(line, one)).length, one.times);
    return wrong === undefined
      ? []
      : [`log lines ${JSON.stringify(one.msg)} ${JSON.stringify(one.fields)}: ${wrong}`];
  });
  return [...bad.map(line => `logged ${JSON.stringify(line)}`), ...missed];
}

/** A number that nobody counted misses every bound. */
function judgeNumbers(
  what: string,
  bounds: Readonly<Record<string, Bound>>,
  actual: (key: string) => number | undefined,
): string[] {
  return Object.entries(bounds).flatMap(([key, bound]) => {
    const wrong = misses(actual(key) ?? Number.NaN, bound);
    return wrong === undefined ? [] : [`${what} ${key}: ${wrong}`];
  });
}

function fits(line: LogLine, expected: LogExpectation): boolean {
  if (line.msg !== expected.msg) return false;
  return Object.entries(expected.fields).every(([field, wanted]) => {
    const pattern = typeof wanted === 'string' ? /^\/(.*)\/$/.exec(wanted)?.[1] : undefined;
    const actual = line[field];
    return pattern === undefined
      ? actual === wanted
      : new RegExp(pattern).test(JSON.stringify(actual ?? null));
  });
}
