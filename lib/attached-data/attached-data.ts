import { isToken } from '../engine/message/token.ts';
import { changeBetween, type DataChange, NO_CHANGE } from './change.ts';
import { ACS_MAX_VOIP_HEADERS, isVoipHeader } from './acs-limits.ts';
import type { AttachedData, Drop, DropCode, Entry, Operation, Scope } from './entry.ts';
import { breaksHeader } from './header-text.ts';
import { type KeyPolicy, openKeyPolicy } from './key-policy.ts';
import { mappedHeaderFault } from './mapped-header.ts';
import { packedBytes, packedPairBytes } from './packed-size.ts';
import { isHeaderBorn, isSameKey, isSamePair, isSameValue, scopesMeet } from './same-key.ts';
import { pairOf, valueText } from './views.ts';

export interface DataLimits {
  /** Of the whole data, packed (`packedBytes`). */
  readonly packedBytes: number;
  /** `drop` (from the wire): leave out what does not fit, keep the rest. `refuse` (from an API): all or nothing. */
  readonly mode: 'drop' | 'refuse';
  /** Which keys leave in which header. */
  readonly keys?: KeyPolicy;
}

export interface Applied extends DataChange {
  readonly data: AttachedData;
  /** What was not taken and why. In mode `refuse` anything here means that nothing was changed. */
  readonly dropped: readonly Drop[];
  /** Mode `refuse`: place of the first entry that is at fault, within its operation. Absent when all of them together are. */
  readonly refusedAt?: number;
}

/** What was not taken while operations are carried out. */
interface Tally {
  readonly dropped: Drop[];
  refusedAt?: number;
}

/**
 * Carries out operations as one change: what one message or one request asked for. Their meaning is T-Library's: attach
 * appends (an existing key gets a duplicate), update replaces all pairs of a key in the place of the first, delete
 * removes all pairs of a key.
 */
export function applyAll(data: AttachedData, operations: readonly Operation[], limits: DataLimits): Applied {
  const tally: Tally = { dropped: [] };
  let next = data;
  for (const operation of operations) next = carryOut(next, operation, limits, tally);
  const { dropped } = tally;
  if (limits.mode === 'refuse') {
    if (next !== data && dropped.length === 0) checkWhole(next, operations, limits, tally);
    if (dropped.length > 0) return { data, ...tally, ...NO_CHANGE };
  }
  const change = changeBetween(data, next);
  return { data: change.changedAnything ? next : data, dropped, ...change };
}

/** From an API only the end of the request counts. */
function checkWhole(
  data: AttachedData,
  operations: readonly Operation[],
  limits: DataLimits,
  tally: Tally,
): void {
  const key = biggestKey(operations);
  if (packedBytes(data) > limits.packedBytes) tally.dropped.push({ key, code: 'packed-limit' });
  else if (countOf(data, 'voip') > ACS_MAX_VOIP_HEADERS) tally.dropped.push({ key, code: 'voip-limit' });
}

function countOf(data: AttachedData, scope: Scope): number {
  let count = 0;
  for (const entry of data) if (entry.scope === scope) count += 1;
  return count;
}

function carryOut(data: AttachedData, operation: Operation, limits: DataLimits, tally: Tally): AttachedData {
  switch (operation.operation) {
    case 'attach':
    case 'update':
      return takeEntries(data, operation, limits, tally);
    case 'delete':
      return withoutKeys(data, operation.keys, operation.scope);
    case 'delete-all':
      return data.length === 0 ? data : [];
  }
}

function withoutKeys(data: AttachedData, keys: readonly string[], scope: Scope | undefined): AttachedData {
  const fromHeader = scope === 'sip' || scope === 'uui';
  const left = data.filter(entry => {
    if (scope !== undefined && !scopesMeet(entry.scope, scope)) return true;
    const ignoreCase = fromHeader || isHeaderBorn(entry);
    return !keys.some(key => isSameKey(entry.key, key, ignoreCase));
  });
  return left.length === data.length ? data : left;
}

type Taking = Extract<Operation, { operation: 'attach' | 'update' }>;

/**
 * The data under change. `slots` keeps the order, with a hole where a duplicate went; `places` finds the slots of a key
 * by its lower case, so that thousands of pairs in one body cost one look-up each.
 */
interface Draft {
  readonly slots: (Entry | undefined)[];
  readonly places: Map<string, number[]>;
  bytes: number;
  voipCount: number;
}

function takeEntries(data: AttachedData, taking: Taking, limits: DataLimits, tally: Tally): AttachedData {
  const draft: Draft = { slots: [], places: new Map(), bytes: 0, voipCount: 0 };
  for (const entry of data) append(draft, entry);
  for (const [at, entry] of taking.entries.entries()) {
    const code =
      taking.operation === 'attach' ? attachOne(draft, entry, limits) : updateOne(draft, entry, limits);
    if (code === undefined) continue;
    tally.dropped.push({ key: entry.key, code });
    tally.refusedAt ??= at;
  }
  return draft.slots.filter(slot => slot !== undefined);
}

function attachOne(draft: Draft, entry: Entry, limits: DataLimits): DropCode | undefined {
  const first = samePairs(draft, entry)[0];
  const code = faultOf(entry, limits) ?? overLimit(draft, growthBy(entry), limits);
  if (code !== undefined) return code;
  // A header's name keeps its first spelling, in duplicates too.
  append(draft, first === undefined ? entry : { ...entry, key: first.entry.key });
  return undefined;
}

function updateOne(draft: Draft, entry: Entry, limits: DataLimits): DropCode | undefined {
  const same = samePairs(draft, entry);
  const first = same[0];
  if (first === undefined) return attachOne(draft, entry, limits);
  const replacement = replacementOf(first.entry, entry);
  const stays = replacement.scope === first.entry.scope && isSameValue(first.entry, entry);
  if (same.length === 1 && stays) return undefined;
  const growth = growthBy(replacement, same);
  const code = faultOf(replacement, limits) ?? overLimit(draft, growth, limits);
  if (code !== undefined) return code;
  for (const { place } of same) draft.slots[place] = undefined;
  draft.slots[first.place] = replacement;
  draft.bytes += growth.bytes;
  draft.voipCount += growth.voipCount;
  return undefined;
}

/**
 * An existing entry keeps its spelling and its place on the wire; value and author are new. One that had no place (scope `call`) gets
 * the one that is named.
 */
function replacementOf(existing: Entry, entry: Entry): Entry {
  const { scope, headerName } = existing.scope === 'call' ? entry : existing;
  return {
    ...pairOf(entry),
    key: existing.key,
    scope,
    from: entry.from,
    ...(headerName !== undefined && { headerName }),
  };
}

function append(draft: Draft, entry: Entry): void {
  const key = entry.key.toLowerCase();
  const places = draft.places.get(key);
  if (places === undefined) draft.places.set(key, [draft.slots.length]);
  else places.push(draft.slots.length);
  draft.slots.push(entry);
  draft.bytes += packedPairBytes(entry);
  if (entry.scope === 'voip') draft.voipCount += 1;
}

function samePairs(draft: Draft, wanted: Entry): { entry: Entry; place: number }[] {
  const found: { entry: Entry; place: number }[] = [];
  for (const place of draft.places.get(wanted.key.toLowerCase()) ?? []) {
    const entry = draft.slots[place];
    if (entry !== undefined && isSamePair(entry, wanted)) found.push({ entry, place });
  }
  return found;
}

/**
 * Header injection: CR, LF and NUL never enter what lives in a header or is mapped to one, nor does a key that makes no header
 * name.
 */
function faultOf(entry: Entry, { keys = openKeyPolicy }: DataLimits): DropCode | undefined {
  const { scope } = entry;
  if (entry.key === '') return 'bad-key';
  if (scope === 'voip') return isVoipHeader(entry.key, valueText(entry)) ? undefined : 'voip-limit';
  const header = keys.headerNameOf(entry.key);
  const fault = header === undefined ? undefined : mappedHeaderFault(header, valueText(entry));
  if (fault !== undefined || scope === 'call') return fault;
  if (breaksHeader(entry.key) || breaksHeader(valueText(entry))) return 'control-character';
  return scope === 'sip' && !isToken(entry.key) ? 'bad-key' : undefined;
}

/** In mode `refuse` only the final size counts: `applyAll` looks at it. What makes the data smaller is always taken. */
function overLimit(draft: Draft, growth: Growth, limits: DataLimits): DropCode | undefined {
  if (limits.mode === 'refuse') return undefined;
  if (growth.bytes > 0 && draft.bytes + growth.bytes > limits.packedBytes) return 'packed-limit';
  const tooMany = growth.voipCount > 0 && draft.voipCount + growth.voipCount > ACS_MAX_VOIP_HEADERS;
  return tooMany ? 'voip-limit' : undefined;
}

/** By how much the data becomes larger; negative when it becomes smaller. */
type Growth = Pick<Draft, 'bytes' | 'voipCount'>;

function growthBy(entry: Entry, instead: readonly { readonly entry: Entry }[] = []): Growth {
  const growth = { bytes: packedPairBytes(entry), voipCount: entry.scope === 'voip' ? 1 : 0 };
  for (const { entry: old } of instead) {
    growth.bytes -= packedPairBytes(old);
    if (old.scope === 'voip') growth.voipCount -= 1;
  }
  return growth;
}

function biggestKey(operations: readonly Operation[]): string {
  let biggest = { key: '', bytes: 0 };
  for (const operation of operations) {
    for (const entry of 'entries' in operation ? operation.entries : []) {
      const bytes = packedPairBytes(entry);
      if (bytes > biggest.bytes) biggest = { key: entry.key, bytes };
    }
  }
  return biggest.key;
}
