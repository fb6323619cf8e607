import type { Clock } from '../ports.ts';

/** What comes of it by a time of the clock; `late` afterwards. It must not reject. */
export async function until<T>(clock: Clock, deadlineMs: number, outcome: Promise<T>): Promise<T | 'late'> {
  return await new Promise(resolve => {
    const cancel = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () => resolve('late'));
    void outcome.then(value => {
      cancel();
      resolve(value);
    });
  });
}
