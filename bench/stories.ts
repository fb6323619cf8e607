import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unroll } from './unroll.ts';

/** What a load consists of; its scenario is in stories/. */
export interface Story {
  readonly name: 'short-call' | 'standing-call' | 'data-change';
  /** From INVITE to the end of BYE, roughly. */
  readonly callSeconds: number;
  /** Changes of data in one call. */
  readonly changes: number;
}

export const shortCall: Story = { name: 'short-call', callSeconds: 0.1, changes: 0 };
/** Until its caller is killed. */
export const standingCall: Story = { name: 'standing-call', callSeconds: 3_600, changes: 0 };
export const dataChange: Story = { name: 'data-change', callSeconds: 1, changes: 10 };

const pathOf = (name: string): string => fileURLToPath(new URL(`stories/${name}.xml`, import.meta.url));

/** The called side of all of them. */
export const answering = pathOf('answer');

/** Path of the caller's scenario, written into the folder as the system asks for it. */
export async function callerScenario(
  { name, changes }: Story,
  options: { readonly folder: string; readonly tellsChanges: boolean },
): Promise<string> {
  const text = unroll(await readFile(pathOf(name), 'utf8'), { times: changes, told: options.tellsChanges });
  const path = join(options.folder, `${name}.xml`);
  await mkdir(options.folder, { recursive: true });
  await writeFile(path, text);
  return path;
}
