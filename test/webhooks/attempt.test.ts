import { expect } from 'chai';
import { outcomeOf, waitMs } from '../../lib/webhooks/attempt.ts';
import { answered } from './support.ts';

describe('an attempt to deliver', () => {
  for (const [status, outcome] of [
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'failing'],
    [425, 'failing'],
    [429, 'failing'],
    [500, 'failing'],
    [503, 'failing'],
  ] as const) {
    it(`that is answered ${status} is ${outcome}`, () => {
      expect(outcomeOf(answered(status))).to.equal(outcome);
    });
  }

  it('without an answer says why', () => {
    expect(outcomeOf({ kind: 'failed', why: 'timeout' })).to.equal('timeout');
    expect(outcomeOf({ kind: 'failed', why: 'network' })).to.equal('network');
  });
});

describe('the wait before the next attempt', () => {
  const backoff = { firstMs: 500, maxMs: 60_000 };
  for (const [attempt, random, retryAfterMs, expected] of [
    [1, 1, undefined, 500],
    [2, 1, undefined, 1_000],
    [5, 1, undefined, 8_000],
    [5, 0.25, undefined, 2_000],
    [5, 0, undefined, 0],
    [8, 1, undefined, 60_000],
    [5_000, 1, undefined, 60_000],
    [1, 0.5, 3_000, 3_000],
    [5, 1, 3_000, 8_000],
    [1, 0.5, 86_400_000, 60_000],
  ] as const) {
    const asked = retryAfterMs === undefined ? '' : `, Retry-After ${retryAfterMs} ms`;
    it(`after attempt ${attempt}, chance ${random}${asked}: ${expected} ms`, () => {
      expect(waitMs(attempt, answered(503, retryAfterMs), backoff, () => random)).to.equal(expected);
    });
  }
});
