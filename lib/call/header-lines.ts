import { keyOf } from '../engine/message/header-names.ts';
import type { HeaderLine } from './signal.ts';

/** Is the line of this header? `key` is its name written out, in lower case; letter case and compact forms do not count (RFC 3261 §7.3). */
export function isNamed({ name }: HeaderLine, key: string): boolean {
  if (name.length === 1) return keyOf(name) === key;
  return name.length === key.length && name.toLowerCase() === key;
}

/** The value of the first line of a header; undefined when there is none. `key` as for `isNamed`. */
export function firstValue(headers: readonly HeaderLine[], key: string): string | undefined {
  for (const line of headers) if (isNamed(line, key)) return line.value;
  return undefined;
}
