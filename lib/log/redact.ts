import { isDataHeader, redacted, withoutUriData } from './uri-data.ts';

/** Below these, values are data whatever their shape. */
const dataFields: ReadonlySet<string> = new Set(['userData', 'UserData', 'customContext']);

/**
 * What may be logged of anything: a signal, an effect, an event, a whole line. Hidden, wherever they stand, are values of
 * attached data (in `userData`, `UserData`, `customContext`, and in pairs `{key, value}`), values of data headers
 * (User-to-User, X-…) as lines `{name, value}` or by name, bodies `{contentType, content}` but SDP, bytes, and what URIs in
 * text carry under names of data headers. Keys, names and types stay. The original is left as it is.
 */
export function withoutData(thing: unknown): unknown {
  return shown(thing, []);
}

/** A line of the log; the same as `withoutData`. */
export function lineWithoutData(line: Record<string, unknown>): Record<string, unknown> {
  return recordShown(line, [line]);
}

function shown(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value === 'string') return withoutUriData(value);
  if (!isRecord(value)) return value;
  if (ArrayBuffer.isView(value)) return redacted;
  // What knows how it is written: dates, and errors by their serializer.
  if (value instanceof Error || typeof value['toJSON'] === 'function') return value;
  if (above.includes(value)) return '[circular]';
  const path = [...above, value];
  return Array.isArray(value) ? value.map(inner => shown(inner, path)) : recordShown(value, path);
}

function recordShown(record: Record<string, unknown>, path: readonly unknown[]): Record<string, unknown> {
  const hidden = hiddenMember(record);
  return Object.fromEntries(
    Object.entries(record).map(([key, inner]) => {
      if (key === hidden) return [key, valueHidden(inner)];
      if (dataFields.has(key)) return [key, dataKeysOnly(inner)];
      return [key, isDataHeader(key) ? redacted : shown(inner, path)];
    }),
  );
}

/** The member that is data in a header line, a pair or a body. */
function hiddenMember(record: Record<string, unknown>): 'value' | 'content' | undefined {
  const { name, key, contentType } = record;
  if (typeof key === 'string' || (typeof name === 'string' && isDataHeader(name))) return 'value';
  return typeof contentType === 'string' && !isSdp(contentType) ? 'content' : undefined;
}

/** RFC 3261 §7.4.1: a media type, letter case does not count, perhaps with parameters. */
function isSdp(contentType: string): boolean {
  const [type = ''] = contentType.split(';', 1);
  return type.trim().toLowerCase() === 'application/sdp';
}

/** Data as an array of pairs keeps keys and types; every other shape keeps its keys. */
function dataKeysOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pairShown);
  if (!isRecord(value)) return redacted;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isEmpty(inner) ? inner : dataKeysOnly(inner)]),
  );
}

function pairShown(pair: unknown): unknown {
  return isRecord(pair) && 'value' in pair
    ? { ...pair, value: valueHidden(pair['value']) }
    : dataKeysOnly(pair);
}

/** The value of a list is pairs again: they keep their keys. */
function valueHidden(value: unknown): unknown {
  return Array.isArray(value) ? value.map(pairShown) : redacted;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
