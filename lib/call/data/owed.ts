import { headerNameOfKey, isUserToUser, UUI_KEY } from '../../attached-data/custom-name.ts';
import type { AttachedData, Entry, Operation, Scope } from '../../attached-data/entry.ts';
import { unfold } from '../../attached-data/header-text.ts';
import { namesBetween, noRename } from '../../attached-data/rename.ts';
import { otherPackages } from '../../attached-data/uui-rules.ts';
import { valueText } from '../../attached-data/views.ts';
import { keyOf } from '../../engine/message/header-names.ts';
import { isTellable } from '../../events/encode.ts';
import { partiesOf } from '../call.ts';
import { isGone, type Leg } from '../leg.ts';
import type { LegId } from '../signal.ts';
import type { Turn } from '../turn.ts';

/**
 * What a leg has not been told on its wire: a pair that has a header was changed by somebody else, and no message that
 * went to the leg said so. It leaves on the next message that may carry it (owed-lines.ts), with the value that the
 * pair has then.
 */
export interface Debt {
  /** Which pair it is, by `pairName`. */
  readonly pair: string;
  /** Name of its header, before the trunk's profile. */
  readonly header: string;
}

/** Of one leg; over it the oldest is forgotten. */
export const maxDebts = 256;

/** Pairs that a message has told a leg. */
export interface Conveyed {
  readonly to: LegId;
  readonly pairs: readonly string[];
}

/** One name for what is one pair on the wire: User-to-User is one, and the letter case of keys does not count. */
export function pairName(key: string, scope: Scope | undefined): string {
  const isUui = scope === 'uui' || (scope !== 'sip' && key.toUpperCase() === UUI_KEY);
  return isUui ? 'uui' : `key ${key.toLowerCase()}`;
}

/** The pairs that operations speak of. */
export function pairsOf(operations: readonly Operation[]): readonly string[] {
  return operations.flatMap(operation => {
    if ('entries' in operation) return operation.entries.map(({ key, scope }) => pairName(key, scope));
    return 'keys' in operation ? operation.keys.map(key => pairName(key, operation.scope)) : [];
  });
}

/** The data of a message of which all has gone on to a leg, but `without`. */
export function conveyedTo(
  to: LegId,
  operations: readonly Operation[],
  without: readonly string[] = [],
): Conveyed {
  return { to, pairs: pairsOf(operations).filter(pair => !without.includes(pair)) };
}

/** RFC 7434 §7: what of these stays behind when the message is one within the dialog. */
export function notWithinDialog(operations: readonly Operation[]): readonly string[] {
  const stays = operations.some(
    operation =>
      'entries' in operation &&
      operation.entries.some(entry => entry.scope === 'uui' && !isOtherPackage(valueText(entry))),
  );
  return stays ? ['uui'] : [];
}

/** No value of the ISDN package is in it, named or by default. */
export const isOtherPackage = (uui: string): boolean => uui !== '' && otherPackages(uui) === unfold(uui);

/** The first entry of each of these pairs: of duplicates it is the one that has a header. VoIP pairs have none. */
export function firstByPair(data: AttachedData, pairs: ReadonlySet<string>): ReadonlyMap<string, Entry> {
  const first = new Map<string, Entry>();
  for (const entry of data) {
    if (entry.scope === 'voip') continue;
    const pair = pairName(entry.key, entry.scope);
    if (pairs.has(pair) && !first.has(pair)) first.set(pair, entry);
  }
  return first;
}

interface DataStep {
  readonly before: AttachedData;
  readonly after: AttachedData;
}

/**
 * The data has changed: that is owed to each leg except the one whose own message made the change, and but for what
 * this message has told already.
 */
export function owe(
  turn: Turn,
  step: DataStep,
  by: {
    readonly wire?: LegId | undefined;
    readonly conveyed?: Conveyed | undefined;
    /** For this leg only it is a change. */
    readonly only?: LegId;
  },
): void {
  const changed = changedPairs(step);
  for (const leg of partiesOf(turn.call)) {
    if (isGone(leg) || leg.id === by.wire || (by.only ?? leg.id) !== leg.id) continue;
    const known = by.conveyed?.to === leg.id ? by.conveyed.pairs : [];
    const debts: Debt[] = [];
    for (const { pair, entry, removed } of changed) {
      const header = known.includes(pair) ? undefined : headerFor(turn, leg, entry);
      if (header === undefined) continue;
      // RFC 7433 §4.1: User-to-User has no empty form that could clear it.
      if (removed && isUserToUser(header)) settle(turn, { to: leg.id, pairs: [pair] });
      else debts.push({ pair, header });
    }
    add(turn, leg, debts);
  }
}

interface ChangedPair {
  readonly pair: string;
  /** As it is now; as it was when there is none any more. */
  readonly entry: Entry;
  readonly removed: boolean;
}

function changedPairs({ before, after }: DataStep): readonly ChangedPair[] {
  const old = new Set(before);
  const current = new Set(after);
  const touched = new Set<string>();
  for (const entry of after) if (!old.has(entry)) touched.add(pairName(entry.key, entry.scope));
  for (const entry of before) if (!current.has(entry)) touched.add(pairName(entry.key, entry.scope));
  const was = firstByPair(before, touched);
  const is = firstByPair(after, touched);
  const changed: ChangedPair[] = [];
  for (const pair of touched) {
    const entry = is.get(pair) ?? was.get(pair);
    if (entry === undefined || areAlike(was.get(pair), is.get(pair))) continue;
    changed.push({ pair, entry, removed: !is.has(pair) });
  }
  return changed;
}

/** They make the same header line. */
function areAlike(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.scope === other.scope && valueText(one) === valueText(other);
}

/** The name of an entry's header for this leg; undefined when it has none, or the leg is not to know it. */
function headerFor({ env }: Turn, { trunk }: Leg, entry: Entry): string | undefined {
  if (entry.scope === 'voip') return undefined;
  const names = namesBetween(env.keys, noRename, trunk.rename);
  const header = names.headerNameOf(entry.key) ?? headerByScope(entry, trunk.dataHeaders);
  if (header === undefined || trunk.blockHeaders.includes(keyOf(header))) return undefined;
  const { notifyKeys } = trunk;
  return notifyKeys === undefined || isTellable(entry.key, { keys: notifyKeys }) ? header : undefined;
}

function headerByScope(entry: Entry, dataHeaders: readonly string[]): string | undefined {
  if (entry.scope === 'uui') return 'User-to-User';
  return entry.scope === 'sip' ? headerNameOfKey(entry, dataHeaders) : undefined;
}

function add(turn: Turn, { id }: Leg, debts: readonly Debt[]): void {
  const leg = turn.leg(id);
  if (leg === undefined || debts.length === 0) return;
  const others = leg.owed.filter(({ pair }) => !debts.some(debt => debt.pair === pair));
  turn.changeLeg(leg, { owed: [...others, ...debts].slice(-maxDebts) });
}

/** A message has told the leg. */
export function settle(turn: Turn, { to, pairs }: Conveyed): void {
  const leg = turn.leg(to);
  if (leg === undefined || leg.owed.length === 0) return;
  const owed = leg.owed.filter(({ pair }) => !pairs.includes(pair));
  if (owed.length < leg.owed.length) turn.changeLeg(leg, { owed });
}

/** A message that told the leg so was refused or lost. What has become a debt again meanwhile is one already. */
export function oweAgain(turn: Turn, to: LegId, debts: readonly Debt[]): void {
  const leg = turn.leg(to);
  if (leg === undefined || isGone(leg)) return;
  add(
    turn,
    leg,
    debts.filter(({ pair }) => !leg.owed.some(debt => debt.pair === pair)),
  );
}

/** The same for the data of a message. */
export function owePairs(turn: Turn, to: LegId, operations: readonly Operation[]): void {
  const leg = turn.leg(to);
  if (leg === undefined || operations.length === 0) return;
  const debts: Debt[] = [];
  for (const [pair, entry] of firstByPair(turn.call.data, new Set(pairsOf(operations)))) {
    const header = headerFor(turn, leg, entry);
    if (header !== undefined) debts.push({ pair, header });
  }
  oweAgain(turn, to, debts);
}

/** The debts that a leg had and has no more. */
export function settledSince(turn: Turn, { id, owed }: Leg): readonly Debt[] {
  if (owed.length === 0) return owed;
  const now = turn.leg(id)?.owed ?? [];
  return owed.filter(debt => !now.includes(debt));
}
