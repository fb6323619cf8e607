import type { ReadRecord } from '../../support/kafka-reader.ts';

/** What is asked of an event here. */
export interface ToldEvent {
  readonly id: string;
  readonly ConnID?: string;
  readonly CallThreadID?: string;
  readonly AgentID?: string;
  readonly ThisDN?: string;
  readonly ThisDNRole?: string;
  readonly UserData?: readonly { readonly key: string; readonly value: unknown }[];
  readonly Extensions?: readonly Readonly<Record<string, unknown>>[];
}

/** What a Baton that was killed has told, and the one after it: each event as the JSON it was told in, in order. */
export interface ToldByTwo {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface Thread {
  readonly key: string;
  /** Value of the pair `Number` that each of its events carries: which call of SIPp's it is. */
  readonly number: string;
  readonly begunBy: keyof ToldByTwo;
  /** `cut`: it was lost with its process, and each party that had been told of it has been told so. */
  readonly end: 'whole' | 'cut';
}

export interface StreamJudgement {
  /** Empty: the stream is as it must be. */
  readonly faults: readonly string[];
  readonly threads: readonly Thread[];
}

/** docs/sequences.md: a simple call, ended by the caller. */
const wholeCall = {
  Origination: ['EventDialing', 'EventEstablished', 'EventReleased'],
  Destination: ['EventRinging', 'EventEstablished', 'EventReleased'],
} as const;

/** `tenant_id:callthread_id`, `tenant_id:agent_id`; all are of one tenant here. */
export function keyOf(json: string): string {
  const { CallThreadID, AgentID, ThisDN } = JSON.parse(json) as ToldEvent;
  return `default:${CallThreadID ?? AgentID ?? ThisDN}`;
}

/** Judges what a reader of everything committed has, against what was told. All calls are simple ones. */
export function judgeStream(records: readonly ReadRecord[], told: ToldByTwo): StreamJudgement {
  const before = groupBy(told.before, keyOf);
  const after = groupBy(told.after, keyOf);
  const byKey = groupBy(records, ({ key }) => key ?? 'no key');
  const judgements = [...byKey].map(([key, own]) =>
    judgeKey(key, own, { before: before.get(key) ?? [], after: after.get(key) ?? [] }),
  );
  const missing = [...new Set([...before.keys(), ...after.keys()])].filter(key => !byKey.has(key));
  const keptOnly = judgements.flatMap(({ thread, isKeptOnly }) => (thread && isKeptOnly ? [thread.key] : []));
  return {
    faults: [
      ...judgements.flatMap(({ faults }) => faults),
      ...missing.map(key => `${key}: nothing of it is there`),
      // What is decided is kept and told at once: there is one decision at most between the two.
      ...(keptOnly.length > 1 ? [`kept and not told, all of them: ${keptOnly.join(', ')}`] : []),
    ],
    threads: judgements.flatMap(({ thread = [] }) => thread),
  };
}

/** Calls of SIPp's by their numbers: those that have gone well for it, and those that have not. */
export function judgeCalls(
  threads: readonly Thread[],
  { completed, failed }: { readonly completed: readonly string[]; readonly failed: readonly string[] },
): string[] {
  const byNumber = groupBy(threads, ({ number }) => number);
  const shown = (number: string): string =>
    (byNumber.get(number) ?? []).map(({ begunBy, end }) => `${end}, begun ${begunBy}`).join('; ');
  // One that the first had not begun to answer is begun anew by the second.
  const isWhole = (number: string): boolean =>
    byNumber.get(number)?.filter(({ end }) => end === 'whole').length === 1;
  const isOfBefore = (number: string): boolean =>
    byNumber.get(number)?.every(({ begunBy }) => begunBy === 'before') !== false;
  const known = new Set([...completed, ...failed]);
  return [
    ...completed.filter(number => !isWhole(number)).map(number => `${number}, completed: ${shown(number)}`),
    ...failed.filter(number => !isOfBefore(number)).map(number => `${number}, failed: ${shown(number)}`),
    ...[...byNumber.keys()]
      .filter(number => !known.has(number))
      .map(number => `${number}: nobody has called`),
  ];
}

interface KeyJudgement {
  readonly faults: readonly string[];
  /** Of a key of calls that is as it must be. */
  readonly thread?: Thread;
  /** Something of it was kept and told by nobody. */
  readonly isKeptOnly?: boolean;
}

function judgeKey(key: string, records: readonly ReadRecord[], told: ToldByTwo): KeyJudgement {
  const faults = headerFaults(key, records);
  const values = records.map(({ value }) => value);
  const between = untold(values, told);
  if (between === undefined) {
    const [has, wants] = [values, [...told.before, ...told.after]].map(list => list.map(idOf).join(' '));
    return { faults: [...faults, `${key}: has ${has}, and told was ${wants}`] };
  }
  if (!isOfCall(values)) return { faults };
  const begunBy = told.before.length + between.length > 0 ? 'before' : 'after';
  const thread = threadOf(key, values, begunBy);
  if (typeof thread === 'string') return { faults: [...faults, `${key}: ${thread}`] };
  return { faults, thread, isKeptOnly: between.some(value => !isLost(JSON.parse(value) as ToldEvent)) };
}

/** 1, 2, 3… in one partition; and each says which event it is. */
function headerFaults(key: string, records: readonly ReadRecord[]): string[] {
  const sequence = records.map(({ headers }) => headers['baton-sequence']).join(' ');
  const wanted = records.map((_, at) => at + 1).join(' ');
  const partitions = new Set(records.map(({ partition }) => partition));
  return [
    ...(sequence === wanted ? [] : [`${key}: sequence ${sequence}`]),
    ...(partitions.size === 1 ? [] : [`${key}: partitions ${[...partitions].join(' ')}`]),
    ...records
      .filter(({ headers, value }) => headers['event'] !== idOf(value))
      .map(({ headers, value }) => `${key}: ${idOf(value)} is headed ${headers['event']}`),
  ];
}

/** What nobody has told, which comes between what the one told and what the other told; undefined: something else is there. */
function untold(values: readonly string[], { before, after }: ToldByTwo): readonly string[] | undefined {
  const end = values.length - after.length;
  const isRight =
    end >= before.length &&
    before.every((event, at) => event === values[at]) &&
    after.every((event, at) => event === values[end + at]);
  return isRight ? values.slice(before.length, end) : undefined;
}

/** Or what is wrong with it. */
function threadOf(key: string, values: readonly string[], begunBy: keyof ToldByTwo): Thread | string {
  const events = values.map(value => JSON.parse(value) as ToldEvent);
  const numbers = new Set(events.map(numberOf));
  const [number, ...others] = numbers;
  if (number === undefined || others.length > 0) return `it has the numbers ${[...numbers].join(', ')}`;
  if (new Set(events.map(({ ConnID }) => ConnID)).size !== 1) return 'it is more than one call';
  const end = events.some(isLost) ? 'cut' : 'whole';
  const parties = groupBy(events, ({ ThisDNRole = '' }) => ThisDNRole);
  const isRight =
    isPartyRight(wholeCall.Origination, parties.get('Origination'), end) &&
    // Who calls may be told alone, as long as it does not ring.
    (isPartyRight(wholeCall.Destination, parties.get('Destination'), end) ||
      (end === 'cut' && !parties.has('Destination')));
  return isRight ? { key, number, begunBy, end } : events.map(shortOf).join(', ');
}

/** All of it; or a part, and then that it is lost. */
function isPartyRight(whole: readonly string[], own: readonly ToldEvent[] = [], end: Thread['end']): boolean {
  const ids = own.map(({ id }) => id).join();
  if (end === 'whole') return ids === whole.join();
  const last = own.at(-1);
  return (
    last !== undefined &&
    isLost(last) &&
    own.length > 1 &&
    own.length <= whole.length &&
    ids === [...whole.slice(0, own.length - 1), last.id].join()
  );
}

function isOfCall([value]: readonly string[]): boolean {
  return value !== undefined && (JSON.parse(value) as ToldEvent).CallThreadID !== undefined;
}

function isLost({ id, Extensions = [] }: ToldEvent): boolean {
  return id === 'EventReleased' && Extensions.some(({ ReleaseReason }) => ReleaseReason === 'lost');
}

function numberOf({ UserData = [] }: ToldEvent): string {
  return String(UserData.find(({ key }) => key === 'Number')?.value);
}

function idOf(json: string): string {
  return (JSON.parse(json) as ToldEvent).id;
}

function shortOf(event: ToldEvent): string {
  return `${event.ThisDNRole} ${event.id}${isLost(event) ? ' (lost)' : ''}`;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
