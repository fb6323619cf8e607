import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs a command in the repository until it ends; of this process's environment it has PATH only. */
export async function run(
  command: readonly [program: string, ...args: string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: root, env: { PATH: process.env['PATH'], ...env } });
  let out = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, error };
}
