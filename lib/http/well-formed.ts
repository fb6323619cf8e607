import { jsonPointer } from './json-pointer.ts';

/** An escape that may be half of a character: `\ud83d`. */
const surrogateEscape = /\\ud[89a-f]/i;
/** With the flag u it is a surrogate without its other half. */
const loneSurrogate = /\p{Surrogate}/u;

/**
 * JSON pointer to the first text, or name of a member, in a body that is no Unicode text: it holds half of a surrogate pair (RFC
 * 8259 §8.2), which no header, no event and no database can carry. Undefined when all are. `text` is what was parsed.
 */
export function pathOfBrokenText(text: string, parsed: unknown): string | undefined {
  if (!surrogateEscape.test(text)) return undefined;
  // No recursion: a body may be nested as deep as it is long.
  const waiting: { readonly value: unknown; readonly path: string }[] = [{ value: parsed, path: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && loneSurrogate.test(value)) return path;
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.entries(value as Readonly<Record<string, unknown>>);
    const broken = members.find(([name]) => loneSurrogate.test(name));
    if (broken !== undefined) return path;
    for (const [name, inner] of members.reverse())
      waiting.push({ value: inner, path: path + jsonPointer(name) });
  }
  return undefined;
}
