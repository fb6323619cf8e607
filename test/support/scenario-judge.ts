import type { LogLine } from '../../support/baton-process.ts';
import { type Bound, misses } from './bound.ts';
import { fits } from './pattern.ts';
import { type Sample, sumOf } from '../../support/prometheus-text.ts';
import type { Write } from './scenario-steps.ts';
import type { Party, Story } from './scenario-story.ts';
import type { StreamItem } from './scenario-subscriber.ts';
import type { ReceiverStory, SubscriberStory, Told } from './scenario-third-party.ts';
import { eventFault } from './valid-event.ts';
import { fillInJson } from './words.ts';
import type { SippOutcome } from '../../support/sipp.ts';

/** What the steps of a story have brought about. */
export interface Played {
  readonly writes: readonly Write[];
  /** Words in braces of what is expected. */
  readonly words: ReadonlyMap<string, string>;
}

/** Of what SIPp and Baton write, this many characters are shown. */
export const excerptLength = 3_000;

/** What one SIPp did other than its story says. */
export function judgeSipp(outcome: SippOutcome, party: Party, played: Played): string[] {
  const { name, exit, statistics, messages, events, complaints } = outcome;
  const right = `${statistics.get('SuccessfulCall') ?? 0} calls right`;
  const ended = `${name}: SIPp ended with ${exit ?? 'a signal'}, ${right}\n${complaints.slice(0, excerptLength)}`;
  return [
    ...(exit === party.exit ? [] : [ended]),
    ...judgeNumbers(`${name}: statistics`, party.statistics, key => statistics.get(key)),
    ...judgeNumbers(`${name}: messages`, party.messages, key => messages.get(key)),
    // What Baton tells is judged where it is told (every-event.ts). Over SIP it is shortened.
    ...events.flatMap(event => eventFault(event) ?? []).map(fault => `${name}: not as documented: ${fault}`),
    ...judgeTold(name, events, party.told, played),
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
    const wrong = misses(
      log.filter(line => line.msg === one.msg && fits(line, one.fields)).length,
      one.times,
    );
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

/** What a subscriber has been through, with its status, where it stands and how it ended. */
export interface Subscribed {
  readonly items: readonly StreamItem[];
  readonly status: number | undefined;
  readonly cut: string | undefined;
  readonly hasLeft: boolean;
}

export function judgeSubscriber(
  name: string,
  { items, status, cut, hasLeft }: Subscribed,
  wanted: SubscriberStory,
  played: Played,
): string[] {
  if (status !== wanted.status)
    return [`${name}: answered ${status ?? 'nothing'} instead of ${wanted.status}`];
  const ending =
    status === 200 && !hasLeft && cut !== wanted.cut
      ? [`${name}: the stream ended with ${cut ?? 'nothing'} instead of ${wanted.cut}`]
      : [];
  const rest = items.map(({ position: _, ...item }) => ('event' in item ? item.event : item));
  return [...judgeTold(name, rest, wanted.told, played), ...judgePositions(name, items), ...ending];
}

/** What a webhook receiver has got. */
export interface Notified {
  readonly events: readonly unknown[];
  readonly requestCount: number;
  readonly faults: readonly string[];
}

export function judgeReceiver(
  name: string,
  { events, requestCount, faults }: Notified,
  wanted: ReceiverStory,
  played: Played,
): string[] {
  const wrong = wanted.requests === undefined ? undefined : misses(requestCount, wanted.requests);
  return [
    ...(wrong === undefined ? [] : [`${name}: requests: ${wrong}`]),
    ...faults.map(fault => `${name}: a request that is wrong: ${fault}`),
    ...judgeTold(name, events, wanted.told, played),
  ];
}

/** What somebody was told: events, and gaps as `{gap: …}`. */
export function judgeTold(
  name: string,
  items: readonly unknown[],
  { count, events, writesInOrder }: Told,
  { writes, words }: Played,
): string[] {
  const told = items.filter(item => !(typeof item === 'object' && item !== null && 'gap' in item));
  const wrong = count === undefined ? undefined : misses(told.length, count);
  return [
    ...(wrong === undefined ? [] : [`${name}: events: ${wrong}`]),
    ...(events === undefined ? [] : judgeItems(name, items, fillInJson(events, words))),
    ...(writesInOrder ? judgeOrder(name, told, writes) : []),
  ];
}

function judgeItems(name: string, items: readonly unknown[], wanted: NonNullable<Told['events']>): string[] {
  const length = Math.max(items.length, wanted.length);
  return Array.from({ length }, (_, at): string[] => {
    const [item, pattern] = [items[at], wanted[at]];
    if (pattern === undefined) return [`${name}: one too many: ${shown(item)}`];
    if (item === undefined) return [`${name}: missing: ${shown(pattern)}`];
    return fits(item, pattern) ? [] : [`${name}: told[${at}] is ${shown(item)} instead of ${shown(pattern)}`];
  }).flat();
}

/** Revisions without a hole, and the data of each, once or in several copies in a row. */
function judgeOrder(name: string, told: readonly unknown[], writes: readonly Write[]): string[] {
  // A write that changed nothing answers with a revision that is there already.
  const byRevision = new Map(writes.map(write => [write.revision, write]));
  const inOrder = [...byRevision.values()].toSorted((one, other) => one.revision - other.revision);
  const hole = inOrder.find(({ revision }, at) => revision !== (inOrder[0]?.revision ?? 0) + at);
  if (hole !== undefined) return [`the revisions are ${inOrder.map(({ revision }) => revision).join(', ')}`];
  const seen = told.map(event => JSON.stringify((event as { UserData?: unknown }).UserData));
  const changes = seen.filter((data, at) => data !== seen[at - 1]);
  const wanted = inOrder.map(({ userData }) => JSON.stringify(userData));
  const at = wanted.findIndex((data, index) => data !== changes[index]);
  if (at < 0 && changes.length === wanted.length) return [];
  if (at < 0) return [`${name}: ${changes.length} changes instead of ${wanted.length}`];
  return [`${name}: change ${at} is ${excerpt(changes[at])} instead of ${excerpt(wanted[at])}`];
}

/** Nothing comes twice, nothing overtakes. */
function judgePositions(name: string, items: readonly StreamItem[]): string[] {
  const numbers = items.map(({ position }) => Number(position.split('-')[1]));
  const at = numbers.findIndex((number, index) => number <= (numbers[index - 1] ?? -1));
  return at < 0 ? [] : [`${name}: position ${numbers[at]} after ${numbers[at - 1]}`];
}

function shown(value: unknown): string {
  return excerpt(JSON.stringify(value));
}

function excerpt(text = 'nothing'): string {
  return text.slice(0, excerptLength);
}
