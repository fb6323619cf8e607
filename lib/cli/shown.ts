import type { UserDataPair } from '../attached-data/entry.ts';

/** Quoted where it would break the line or give the terminal orders; everything but strings as JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' && !/["\p{Cc}]/u.test(value) ? value : JSON.stringify(value);
  // JSON leaves DEL and the C1 controls as they are.
  return text.replace(/\p{Cc}/gu, control => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `CaseId=42`; a list in brackets, what is no string with its type. */
export function shownPair({ key, type, value }: UserDataPair): string {
  if (type === 'list') return `${shown(key)}=[${value.map(shownPair).join(' ')}]`;
  return `${shown(key)}${type === 'string' ? '' : `:${type}`}=${shown(value)}`;
}

/** `10:00:00.123`, local time. */
export function timeOfDay(time: unknown): string {
  if (typeof time !== 'number') return '--:--:--.---';
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
