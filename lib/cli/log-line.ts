import type { styleText } from 'node:util';
import { shown, timeOfDay } from './shown.ts';

type Style = Parameters<typeof styleText>[0];
/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

const levelNames = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);
const levelStyles = new Map<string, Style>([
  ['info', 'green'],
  ['warn', 'yellow'],
  ['error', 'red'],
  ['fatal', 'red'],
]);

/** Shown first and in this order; all others follow as they stand in the line. */
const leading = ['connId', 'leg', 'dn'];
const hidden = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err']);

/** One line of the log for people; what is no line of the log is given back as it is. */
export function formatLogLine(line: string, paint: Paint): string {
  const entry = parseLine(line);
  if (entry === undefined) return line;
  const level = levelNames.get(Number(entry['level'])) ?? String(entry['level']);
  const parts = [
    paint('dim', timeOfDay(entry['time'])),
    paint(levelStyles.get(level) ?? 'dim', level.padEnd(5)),
    shown(entry['msg']),
  ];
  const fields = fieldsOf(entry).map(([key, value]) => `${paint('cyan', key)}=${shown(value)}`);
  return [...parts, ...fields].join(' ') + stackOf(entry['err'], paint);
}

function parseLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function fieldsOf(entry: Record<string, unknown>): [string, unknown][] {
  const fields = Object.entries(entry).filter(([key]) => !hidden.has(key));
  const first = leading.flatMap(name => fields.filter(([key]) => key === name));
  return [...first, ...fields.filter(([key]) => !leading.includes(key))];
}

function stackOf(error: unknown, paint: Paint): string {
  if (typeof error !== 'object' || error === null) return '';
  const text = 'stack' in error ? error.stack : 'message' in error ? error.message : undefined;
  return typeof text === 'string' ? `\n${paint('dim', text.replace(/^/gm, '    '))}` : '';
}
