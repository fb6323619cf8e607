import type { z } from 'zod';

/** One thing wrong with the configuration. */
export interface Problem {
  /** `sip.t1Ms`, `trunks[0].name`; a file name or flag when it is about one as a whole. */
  readonly key: string;
  readonly message: string;
}

/** The configuration is refused; `message` is for people, a line for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      ['configuration refused:', ...problems.map(problem => `  ${problem.key}: ${problem.message}`)].join(
        '\n',
      ),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Each thing that the schema does not like, by its key. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({ key: keyOf([...issue.path, key]), message: 'unknown key' }));
    }
    return [{ key: keyOf(issue.path), message: wording(issue.message) }];
  });
}

function wording(message: string): string {
  return message.replace(/^(?:Invalid input|Too small|Too big): /, '');
}

function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .slice(1);
}
