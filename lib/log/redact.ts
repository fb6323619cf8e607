import { UUI_KEY } from '../attached-data/custom-name.ts';
import type { KeyPolicy } from '../attached-data/key-policy.ts';
import type { Trunk } from '../routing/trunk.ts';
import { isDataHeader, redacted, withoutUriData } from './uri-data.ts';

/** Below these, values are data whatever their shape. */
const dataFields: ReadonlySet<string> = new Set(['userData', 'UserData', 'customContext']);

/** Of which pairs and headers no value is shown. */
export interface Hidden {
  key(key: string): boolean;
  header(name: string): boolean;
}

const all: Hidden = { key: () => true, header: isDataHeader };

/** What the key policy hides of data that is logged otherwise, under the names of the trunks too. */
export function hiddenByPolicy(keys: KeyPolicy, trunks: readonly Pick<Trunk, 'rename'>[]): Hidden {
  const names = new Set<string>();
  for (const { rename } of trunks)
    for (const [key, header] of rename.headers) if (keys.redacts(key, 'log')) names.add(header.toLowerCase());
  return {
    key: key => keys.redacts(key, 'log'),
    // A key may be called like a member of a line: only what can be a data header is asked about.
    header: name => isDataHeader(name) && (keys.redactsHeader(name) || names.has(name.toLowerCase())),
  };
}

/**
 * What may be logged of anything: a signal, an effect, an event, a whole line. Hidden, wherever they stand, are values of
 * attached data (in `userData`, `UserData`, `customContext`, and in pairs `{key, value}`), values of data headers
 * (User-to-User, X-…) as lines `{name, value}` or by name, bodies `{contentType, content}` but SDP, bytes, and what URIs in
 * text carry under names of data headers. Keys, names and types stay. With `hidden` only its pairs and headers are; bodies,
 * bytes and what URIs carry are hidden whole all the same, for they may hold them. The original is left as it is.
 */
export function withoutData(thing: unknown, hidden: Hidden = all): unknown {
  return shown(thing, [], hidden);
}

/** A line of the log; the same as `withoutData`. */
export function lineWithoutData(
  line: Record<string, unknown>,
  hidden: Hidden = all,
): Record<string, unknown> {
  return recordShown(line, [line], hidden);
}

function shown(value: unknown, above: readonly unknown[], hidden: Hidden): unknown {
  if (typeof value === 'string') return withoutUriData(value);
  if (!isRecord(value)) return value;
  if (ArrayBuffer.isView(value)) return redacted;
  // What knows how it is written: dates, and errors by their serializer.
  if (value instanceof Error || typeof value['toJSON'] === 'function') return value;
  if (above.includes(value)) return '[circular]';
  const path = [...above, value];
  return Array.isArray(value)
    ? value.map(inner => shown(inner, path, hidden))
    : recordShown(value, path, hidden);
}

function recordShown(
  record: Record<string, unknown>,
  path: readonly unknown[],
  hidden: Hidden,
): Record<string, unknown> {
  const member = hiddenMember(record, hidden);
  return Object.fromEntries(
    Object.entries(record).map(([key, inner]) => {
      if (key === member) return [key, valueHidden(inner)];
      if (dataFields.has(key)) return [key, dataShown(inner, hidden)];
      return [key, hidden.header(key) ? redacted : shown(inner, path, hidden)];
    }),
  );
}

/** The member that is data in a header line, a pair or a body. */
function hiddenMember(record: Record<string, unknown>, hidden: Hidden): 'value' | 'content' | undefined {
  const { name, key, contentType } = record;
  if (typeof key === 'string' && hidden.key(key)) return 'value';
  if (typeof name === 'string' && hidden.header(name)) return 'value';
  return typeof contentType === 'string' && !isSdp(contentType) ? 'content' : undefined;
}

/** RFC 3261 §7.4.1: a media type, letter case does not count, perhaps with parameters. */
function isSdp(contentType: string): boolean {
  const [type = ''] = contentType.split(';', 1);
  return type.trim().toLowerCase() === 'application/sdp';
}

/** Data as an array of pairs keeps keys and types; every other shape keeps its keys. */
function dataShown(value: unknown, hidden: Hidden): unknown {
  if (Array.isArray(value)) return value.map(pair => pairShown(pair, hidden));
  if (!isRecord(value)) return hidden === all ? redacted : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (isEmpty(inner)) return [name, inner];
      return [name, dataShown(inner, isHiddenName(name, hidden) ? all : hidden)];
    }),
  );
}

/** In `customContext` User-to-User has a name of its own. */
function isHiddenName(name: string, hidden: Hidden): boolean {
  return hidden.key(name) || hidden.header(name) || (name === 'userToUser' && hidden.key(UUI_KEY));
}

function pairShown(pair: unknown, hidden: Hidden): unknown {
  if (!isRecord(pair) || !('value' in pair)) return dataShown(pair, hidden);
  const { key, value } = pair;
  const below = typeof key === 'string' && !hidden.key(key) ? hidden : all;
  return { ...pair, value: dataShown(value, below) };
}

/** The value of a list is pairs again: they keep their keys. */
function valueHidden(value: unknown): unknown {
  return Array.isArray(value) ? dataShown(value, all) : redacted;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
