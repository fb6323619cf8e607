import { parse } from 'yaml';

/** Reads YAML. An Error says what is wrong and where, without the text itself: it may hold tokens and secrets. */
export function readYaml(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The package quotes the line behind the place.
    return new Error(message.split(':\n\n', 1)[0]);
  }
}
