import type { AttachedData, Entry, UserDataPair } from './entry.ts';
import { isSameValue } from './same-key.ts';
import { pairOf } from './views.ts';

export interface DataChange {
  /** All pairs, as they are now, of every key whose pairs are no longer what they were. */
  readonly changed: readonly UserDataPair[];
  /** Keys that have no pair any more. */
  readonly removedKeys: readonly string[];
  /** The keys of both: what a short event tells of. */
  readonly changedKeys: readonly string[];
  /** False: nothing to tell anyone. */
  readonly changedAnything: boolean;
}

export const NO_CHANGE: DataChange = {
  changed: [],
  removedKeys: [],
  changedKeys: [],
  changedAnything: false,
};

/** What differs between two states of the same data, however many operations lie between. */
export function changeBetween(before: AttachedData, after: AttachedData): DataChange {
  if (before === after) return NO_CHANGE;
  const was = pairsByKey(before);
  const is = pairsByKey(after);
  const changed: UserDataPair[] = [];
  const changedKeys: string[] = [];
  for (const [key, pairs] of is) {
    if (areSamePairs(was.get(key), pairs)) continue;
    changedKeys.push(key);
    for (const pair of pairs) changed.push(pairOf(pair));
  }
  const removedKeys = [...was.keys()].filter(key => !is.has(key));
  changedKeys.push(...removedKeys);
  return { changed, removedKeys, changedKeys, changedAnything: changedKeys.length > 0 };
}

function pairsByKey(data: AttachedData): Map<string, Entry[]> {
  const pairs = new Map<string, Entry[]>();
  for (const entry of data) {
    const known = pairs.get(entry.key);
    if (known === undefined) pairs.set(entry.key, [entry]);
    else known.push(entry);
  }
  return pairs;
}

function areSamePairs(was: readonly Entry[] | undefined, is: readonly Entry[]): boolean {
  if (was?.length !== is.length) return false;
  return is.every((entry, at) => {
    const old = was[at];
    return old !== undefined && (old === entry || isSameValue(old, entry));
  });
}
