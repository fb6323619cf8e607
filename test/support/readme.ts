import { readFileSync } from 'node:fs';

export const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The lines of each block of commands in a chapter. */
export function commandsIn(heading: string): string[][] {
  const chapter = readme.split('\n## ').find(text => text.startsWith(heading)) ?? '';
  return [...chapter.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block.trim().split('\n'));
}
