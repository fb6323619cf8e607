import { z } from 'zod';

/** A number that must be met exactly, or its limits. */
export const bound = z.union([
  z.number(),
  z.strictObject({ atLeast: z.number().optional(), atMost: z.number().optional() }),
]);
export type Bound = z.infer<typeof bound>;

/** What is wrong with `actual`, or undefined. NaN, what nobody counted, is always wrong. */
export function misses(actual: number, expected: Bound): string | undefined {
  if (typeof expected === 'number')
    return actual === expected ? undefined : `${actual} instead of ${expected}`;
  const { atLeast, atMost } = expected;
  if (Number.isNaN(actual)) return 'never counted';
  if (atLeast !== undefined && actual < atLeast) return `${actual}, not at least ${atLeast}`;
  if (atMost !== undefined && actual > atMost) return `${actual}, not at most ${atMost}`;
  return undefined;
}
