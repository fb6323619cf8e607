const maxPatternLength = 200;

/**
 * Checks a route's regular expression and gives it back as it is. A group that repeats without bound may hold neither
 * repetition nor alternatives: `(a+)+` and `(a|a)*` take exponential time on a number somebody else chooses.
 */
export function parseNumberPattern(text: string): string | Error {
  if (text.length > maxPatternLength) return new Error(`longer than ${maxPatternLength} characters`);
  try {
    new RegExp(text, 'u');
  } catch (error) {
    return error instanceof Error ? error : new Error('no regular expression');
  }
  if (repeatsChoices(text)) {
    return new Error(
      'a repeated group holds repetition or alternatives: it can take for ever; write [\\d*#]+ for (\\d|[*#])+',
    );
  }
  return text;
}

/** The pattern is known to be well-formed. */
function repeatsChoices(pattern: string): boolean {
  const outer: boolean[] = [];
  let choices = false;
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    if (letter === '(') {
      outer.push(choices);
      choices = false;
      continue;
    }
    if (letter === '\\') at++;
    else if (letter === '[') at = endOfClass(pattern, at);
    else if (letter === '|') choices = true;
    const unbounded = isUnbounded(pattern, at + 1);
    if (letter === ')') {
      if (choices && unbounded) return true;
      choices = choices || (outer.pop() ?? false);
    }
    choices = choices || unbounded;
  }
  return false;
}

function endOfClass(pattern: string, open: number): number {
  let at = open + 1;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at;
}

/** A quantifier without upper limit starts here: `*`, `+`, `{2,}`. */
function isUnbounded(pattern: string, at: number): boolean {
  return /^(?:[*+]|\{\d+,\})/.test(pattern.slice(at, at + 12));
}
