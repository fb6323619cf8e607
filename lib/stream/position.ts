/**
 * Where an event stands in the stream of one process run. On the wire `<run>-<number>`: 8 lower-case hex digits that
 * are drawn anew at each start, and 1, 2, 3 … in the order in which the events were published. Number 0 is before the first.
 */
export interface Position {
  readonly run: string;
  readonly number: number;
}

/** The pair of `parsePosition`. */
export function formatPosition({ run, number }: Position): string {
  return `${run}-${number}`;
}

/** Undefined for what no Baton has ever written. */
export function parsePosition(text: string): Position | undefined {
  const [, run, digits] = /^([0-9a-f]{8})-(0|[1-9]\d{0,14})$/.exec(text) ?? [];
  return run === undefined ? undefined : { run, number: Number(digits) };
}
