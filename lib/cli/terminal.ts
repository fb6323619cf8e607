import type { Environment } from '../config/settings.ts';

/** What a command sees of the outside: its texts, its input, its environment. */
export interface Terminal {
  readonly env: Environment;
  readonly input: AsyncIterable<string | Buffer>;
  /** Standard output; the text brings its own newlines. */
  print(text: string): void;
  /** Standard error, one line. */
  complain(line: string): void;
}

/** Exit codes: those of sysexits.h where it has one. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 64,
  unsupported: 69,
  internal: 70,
  config: 78,
} as const;
