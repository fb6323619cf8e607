import { parseParams } from '../engine/message/params.ts';

/** What an Event header names: RFC 6665 §8.2.1. */
export interface NamedEvent {
  /** In lower case; empty when there is none. */
  readonly package: string;
  /** Which subscription of that package in its dialog. */
  readonly id: string | undefined;
}

export function eventOf(value: string): NamedEvent {
  const end = value.indexOf(';');
  if (end < 0) return { package: value.trim().toLowerCase(), id: undefined };
  const id = parseParams(value.slice(end)).find(({ name }) => name.toLowerCase() === 'id')?.value;
  return { package: value.slice(0, end).trim().toLowerCase(), id };
}

/** The pair of `eventOf`. */
export function eventText({ package: named, id }: NamedEvent): string {
  return id === undefined ? named : `${named};id=${id}`;
}
