import { setImmediate as nextTurn } from 'node:timers/promises';

/** Settles as soon as the condition holds; looks again after each turn of the event loop. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 8000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await nextTurn();
  }
}
