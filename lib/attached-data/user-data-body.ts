import { unescapeText } from '../engine/message/uri.ts';
import type { Drop, Entry, EntryValue, Operation, Origin, UserDataPair } from './entry.ts';
import { type KeyPolicy, openKeyPolicy } from './key-policy.ts';

/** Bodies that change attached data: `{"userData": …}` as JSON, and forms. */

/** Objects within objects, the value of a key being the first. */
const MAX_DEPTH = 8;
/** A key is a name, not a document. */
const MAX_KEY_CHARS = 256;
/** Names that turn an ordinary object of some consumer into something else. */
const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export interface BodyChange {
  readonly operations: readonly Operation[];
  readonly dropped: readonly Drop[];
}

/**
 * Reads `{"userData": {key: value}}` or `{"userData": [{key, type?, value}]}`; undefined for anything else, broken JSON
 * included. Later pairs of a key win. Values (our choice where T-Library has no such type):
 * - null deletes the key;
 * - a string is a string, an integer an int; other numbers, true and false become strings;
 * - an object is a list of pairs; an array is a string of JSON, but with `type: "list"` an array of pairs is a list.
 *
 * `keys` renames what comes, and leaves out what a party may not write.
 */
export function userDataFromJson(content: string, from: Origin, keys?: KeyPolicy): BodyChange | undefined {
  const body = parseJson(content);
  if (!isObject(body) || !Object.hasOwn(body, 'userData')) return undefined;
  const userData = body['userData'];
  const change = new ChangeList(from, keys);
  if (Array.isArray(userData)) {
    for (const pair of userData) addArrayPair(change, pair);
  } else if (isObject(userData)) {
    for (const [key, value] of Object.entries(userData)) change.add(key, value, undefined);
  } else {
    return undefined;
  }
  return change;
}

/** Reads `application/x-www-form-urlencoded`: each field is a string, an empty one deletes its key (our choice: a form has no null). */
export function userDataFromForm(content: string, from: Origin, keys?: KeyPolicy): BodyChange {
  const change = new ChangeList(from, keys);
  for (const field of content.trim().split('&')) {
    if (field === '') continue;
    const equals = field.indexOf('=');
    const key = decodeField(equals < 0 ? field : field.slice(0, equals));
    const value = equals < 0 ? '' : decodeField(field.slice(equals + 1));
    change.add(key, value === '' ? null : value, undefined);
  }
  return change;
}

function addArrayPair(change: ChangeList, pair: unknown): void {
  if (isObject(pair) && typeof pair['key'] === 'string' && Object.hasOwn(pair, 'value')) {
    change.add(pair['key'], pair['value'], pair['type']);
  } else {
    change.refuse('', 'bad-key');
  }
}

type Collected =
  | { readonly operation: 'update'; readonly entries: Entry[] }
  | { readonly operation: 'delete'; readonly keys: string[] };

/** Collects the operations of one body in their order; neighbours of the same kind share one. */
class ChangeList implements BodyChange {
  readonly operations: Collected[] = [];
  readonly dropped: Drop[] = [];
  readonly #from: Origin;
  readonly #keys: KeyPolicy;

  constructor(from: Origin, keys: KeyPolicy = openKeyPolicy) {
    this.#from = from;
    this.#keys = keys;
  }

  add(wireKey: string, value: unknown, type: unknown): void {
    const key = this.#keys.keyFromWire(wireKey);
    if (!isFitKey(wireKey) || !isFitKey(key)) this.refuse(key, 'bad-key');
    else if (!this.#keys.mayWrite(key, 'party')) this.refuse(key, 'not-writable');
    else if (value === null) this.#delete(key);
    else if (isTooDeep(value, MAX_DEPTH)) this.refuse(key, 'too-deep');
    else this.#update({ key, ...valueOf(value, type), scope: 'call', from: this.#from });
  }

  refuse(key: string, code: Drop['code']): void {
    this.dropped.push({ key: key.slice(0, MAX_KEY_CHARS), code });
  }

  #update(entry: Entry): void {
    const last = this.operations.at(-1);
    if (last?.operation === 'update') last.entries.push(entry);
    else this.operations.push({ operation: 'update', entries: [entry] });
  }

  #delete(key: string): void {
    const last = this.operations.at(-1);
    if (last?.operation === 'delete') last.keys.push(key);
    else this.operations.push({ operation: 'delete', keys: [key] });
  }
}

/** A key that an entry from outside may have. */
export function isFitKey(key: string): boolean {
  return key !== '' && key.length <= MAX_KEY_CHARS && !REFUSED_KEYS.has(key);
}

/** As deep as a value may be nested. */
export function isFitDepth(value: unknown): boolean {
  return !isTooDeep(value, MAX_DEPTH);
}

/** The value as T-Library would type it. A `type` that does not fit the value is as if absent. */
export function valueOf(value: unknown, type: unknown): EntryValue {
  if (typeof value === 'string') return textValue(value, type);
  if (typeof value === 'number') {
    return type !== 'string' && Number.isSafeInteger(value)
      ? { type: 'int', value: value === 0 ? 0 : value }
      : { type: 'string', value: String(value) };
  }
  if (typeof value === 'boolean') return { type: 'string', value: String(value) };
  if (Array.isArray(value) && type === 'list') return { type: 'list', value: value.flatMap(listPair) };
  if (isObject(value))
    return {
      type: 'list',
      value: Object.entries(value).flatMap(([key, inner]) => pair(key, inner, undefined)),
    };
  return { type: 'string', value: JSON.stringify(value) };
}

function textValue(value: string, type: unknown): EntryValue {
  if (type === 'int' && /^-?\d{1,15}$/.test(value)) return { type: 'int', value: Number(value) || 0 };
  if (type === 'binary' && isBase64(value)) return { type: 'binary', value };
  return { type: 'string', value };
}

/** RFC 4648 §4, padding included. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function listPair(item: unknown): UserDataPair[] {
  if (!isObject(item) || typeof item['key'] !== 'string') return [];
  return pair(item['key'], item['value'], item['type']);
}

/** Within a list there is nothing to delete: null and unfit keys are left out. */
function pair(key: string, value: unknown, type: unknown): UserDataPair[] {
  return isFitKey(key) && value !== null && value !== undefined ? [{ key, ...valueOf(value, type) }] : [];
}

function isTooDeep(value: unknown, depthLeft: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depthLeft === 0) return true;
  return Object.values(value).some(inner => isTooDeep(inner, depthLeft - 1));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

/** A field with a broken escape is taken as it is. */
function decodeField(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  return unescapeText(spaced) ?? spaced;
}
