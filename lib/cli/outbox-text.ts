import type { StreamTopic } from '../ports.ts';
import type { OutboxStatus, Retried, ShownLetter } from '../store/outbox/stopped-outbox.ts';
import { shown } from './shown.ts';

/** As configured. */
export type TopicNames = Readonly<Record<StreamTopic, string>>;

/** What programs get of an outbox. Times are ISO 8601. */
export function statusView(folder: string, { id, records, bytes, oldestMs, deadLetters }: OutboxStatus) {
  return {
    folder,
    id,
    waiting: { records, bytes, oldest: oldestMs === undefined ? null : isoOf(oldestMs) },
    deadLetters: { records: deadLetters.records, codes: Object.fromEntries(deadLetters.codes) },
  };
}

export function formatStatus(
  folder: string,
  { id, records, bytes, oldestMs, deadLetters }: OutboxStatus,
): string {
  const oldest = oldestMs === undefined ? '' : `, ${bytes} octets, the oldest of ${isoOf(oldestMs)}`;
  const codes = [...deadLetters.codes].map(([code, count]) => `${shown(code)} ${count}`).join(', ');
  const apart = codes === '' ? '' : `: ${codes}`;
  return `${shown(folder)} ${id}\n  waiting ${records}${oldest}\n  set apart ${deadLetters.records}${apart}\n`;
}

/** Undefined in it: the record cannot be read any more. */
export interface DeadLetterView {
  readonly position: number;
  readonly code: string;
  readonly reason: string;
  readonly setApartAt: string;
  readonly bytes: number;
  readonly topic?: string;
  readonly key?: string;
  readonly sequence?: number;
  readonly event?: string;
  readonly time?: string;
  /** The event itself. */
  readonly value?: unknown;
}

/** `whole`: with the event, which may hold personal data. */
export function deadLetterView(letter: ShownLetter, topics: TopicNames, whole: boolean): DeadLetterView {
  const { position, code, reason, apartMs, bytes, record } = letter;
  const head = { position, code, reason, setApartAt: isoOf(apartMs), bytes };
  if (record === undefined) return head;
  const { topic, key, sequence, event, timeMs, value } = record;
  return {
    ...head,
    ...{ topic: topics[topic], key, sequence, event, time: isoOf(timeMs) },
    ...(whole && { value: JSON.parse(value.toString()) as unknown }),
  };
}

/** An event for people: itself, why it was set apart, and what is in it where that was asked for. */
export function formatDeadLetter(view: DeadLetterView): string {
  const {
    position,
    code,
    reason,
    setApartAt,
    bytes,
    topic,
    key,
    event = 'unreadable',
    time = '',
    value,
  } = view;
  const place = topic === undefined ? '' : ` ${shown(topic)} ${shown(key)}`;
  const lines = [
    [position, time, shown(event)].filter(text => text !== '').join(' ') + place,
    `  ${shown(code)}: ${shown(reason)}, ${bytes} octets, set apart ${setApartAt}`,
    ...(value === undefined ? [] : [`  ${shown(value)}`]),
  ];
  return lines.map(line => `${line}\n`).join('');
}

export function formatRetried({ retried, left }: Retried): string {
  const lines = [
    `put back: ${retried.length}; the next run publishes them`,
    ...left.map(({ position, reason }) => `  ${position} stays set apart: ${reason}`),
  ];
  return lines.map(line => `${line}\n`).join('');
}

function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
