import { expect } from 'chai';
import { parseRetryAfter } from '../../lib/client/retry-after.ts';

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-20T12:00:00Z');
  for (const [value, expected] of [
    [undefined, undefined],
    ['0', 0],
    ['120', 120_000],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
  ] as const) {
    it(`${value === undefined ? 'absent' : `"${value}"`} is ${expected ?? 'no'} ms`, () => {
      expect(parseRetryAfter(value, nowMs)).to.equal(expected);
    });
  }
});
