/** JSON that other JSON is compared with; `fits` tells how. */
export type Pattern =
  | string
  | number
  | boolean
  | null
  | readonly Pattern[]
  | { readonly [member: string]: Pattern };

/**
 * Whether `actual` is as told: of an object the members that are named, of a list every item, `null` is what is not there, a text
 * between slashes is a regular expression on the text (of what is no text: on its JSON), everything else is itself.
 */
export function fits(actual: unknown, pattern: Pattern): boolean {
  if (pattern === null) return actual === null || actual === undefined;
  if (typeof pattern === 'string') return fitsText(actual, pattern);
  if (typeof pattern !== 'object') return actual === pattern;
  if (isList(pattern))
    return (
      Array.isArray(actual) &&
      actual.length === pattern.length &&
      pattern.every((item, at) => fits(actual[at], item))
    );
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
  const members: Readonly<Record<string, unknown>> = { ...actual };
  return Object.entries(pattern).every(([member, wanted]) => fits(members[member], wanted));
}

function isList(pattern: Pattern): pattern is readonly Pattern[] {
  return Array.isArray(pattern);
}

function fitsText(actual: unknown, pattern: string): boolean {
  const expression = /^\/(.*)\/$/s.exec(pattern)?.[1];
  if (expression === undefined) return actual === pattern;
  const text = typeof actual === 'string' ? actual : JSON.stringify(actual ?? null);
  return new RegExp(expression, 's').test(text);
}
