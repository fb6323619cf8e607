import { z } from 'zod';

/** Longest time a timer of Node takes. */
const maxDurationMs = 2 ** 31 - 1;

export const name = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected letters, digits, _ and - (at most 64)');
export const durationMs = z.int().min(1).max(maxDurationMs);
/** One that may be none. */
export const spanMs = z.int().min(0).max(maxDurationMs);
export const count = z.int().min(1);

/**
 * A string that `parse` turns into what the program works with. It gives an Error for a bad value: the message says what is
 * wrong, the key is added here.
 */
export function parsed<T>(parse: (text: string) => T | Error) {
  return z.string().transform((text, context): T => {
    const value = parse(text.trim());
    if (!(value instanceof Error)) return value;
    context.addIssue({ code: 'custom', message: value.message, input: text });
    return z.NEVER;
  });
}

/** A list, or one string with commas between (that is how environment and flags write lists). */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  const texts = z.union([z.string().transform(splitAtCommas), z.array(z.string())], {
    error: 'expected a list of strings, or one string with commas between',
  });
  return texts.pipe(z.array(item));
}

/** Empty texts are left out: `a,,b` and a trailing comma are no entries. */
export function splitAtCommas(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}

/** One of some words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.enum(words, { error: () => `expected one of ${words.join(', ')}` });
}
