import type { AttachedData, Entry, UserDataPair } from './entry.ts';
import type { KeyPolicy } from './key-policy.ts';

/** What stands in an event for a value that no event shows. */
const redacted = '[redacted]';

/** The data as events tell it: every key, but not every value. Within lists the pairs are looked at too. */
export function toldData(data: AttachedData, keys: KeyPolicy): AttachedData {
  return keys.isEmpty ? data : data.map(entry => told(entry, keys));
}

function told<Pair extends UserDataPair | Entry>(pair: Pair, keys: KeyPolicy): Pair {
  if (keys.redacts(pair.key, 'events')) return { ...pair, type: 'string', value: redacted };
  if (pair.type !== 'list') return pair;
  return { ...pair, value: pair.value.map(inner => told(inner, keys)) };
}
