import { z } from 'zod';

/** Thrown by the parsers of single values; the message says what is wrong, the key is known to the caller. */
export class BadValue extends Error {}

/** A string that `parse` turns into what the program works with. */
export function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text.trim());
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      context.addIssue({ code: 'custom', message: error.message, input: text });
      return z.NEVER;
    }
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
