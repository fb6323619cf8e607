import { expect } from 'chai';
import { backoffMs, waitFor } from '../../lib/client/timing.ts';
import { ImpatientClock } from './support.ts';

describe('the time between attempts', () => {
  for (const [failures, random, expected] of [
    [1, 0, 500],
    [1, 1, 1_000],
    [2, 1, 2_000],
    [3, 0.5, 3_000],
    [6, 1, 30_000],
    [2_000, 0, 15_000],
  ] as const) {
    it(`is ${expected} ms after ${failures} failures with the die at ${random}`, () => {
      expect(backoffMs({ firstMs: 1_000, longestMs: 30_000, failures, random })).to.equal(expected);
    });
  }

  it('is cut short by a signal, with its reason, and leaves no timer', async () => {
    const clock = new ImpatientClock();
    const leaving = new AbortController();
    const waiting = waitFor(clock.after, 20_000, leaving.signal);
    leaving.abort('enough');
    expect(await waiting.catch((reason: unknown) => reason)).to.equal('enough');
    expect(clock.limits).to.equal(0);
    const again = waitFor(clock.after, 20_000, leaving.signal);
    expect(await again.catch((reason: unknown) => reason)).to.equal('enough');
  });
});
