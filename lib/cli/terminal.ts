import type { Environment } from '../config/settings.ts';

/** What a command sees of the outside: its texts, its input, its environment. */
export interface Terminal {
  readonly env: Environment;
  readonly input: AsyncIterable<string | Buffer>;
  /** Standard output is read by a person; a program gets JSON. */
  readonly isTerminal: boolean;
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
  noInput: 66,
  unavailable: 69,
  internal: 70,
  protocol: 76,
  noPermission: 77,
  config: 78,
} as const;

/** What `baton --help` says of them. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  failed: 'refused, or failed otherwise',
  usage: 'the command line is wrong',
  noInput: 'there is no such call, agent or event, or no such file',
  unavailable: 'nothing answers, a running Baton holds it, or it is not in this version',
  internal: 'a defect of Baton',
  protocol: 'what answers is no Baton',
  noPermission: 'the token is missing, wrong or lacks the scope',
  config: 'the configuration is wrong',
};
