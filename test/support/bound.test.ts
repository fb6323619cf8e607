import { expect } from 'chai';
import { misses } from './bound.ts';

describe('a bound', () => {
  const table = [
    [3, 3, undefined],
    [2, 3, '2 instead of 3'],
    [2, { atLeast: 1 }, undefined],
    [0, { atLeast: 1 }, '0, not at least 1'],
    [9, { atLeast: 1, atMost: 8 }, '9, not at most 8'],
    [Number.NaN, 0, 'NaN instead of 0'],
    [Number.NaN, { atMost: 5 }, 'never counted'],
  ] as const;
  for (const [actual, bound, wrong] of table) {
    it(`${JSON.stringify(bound)} ${wrong === undefined ? 'is met by' : 'is missed by'} ${actual}`, () => {
      expect(misses(actual, bound)).to.equal(wrong);
    });
  }
});
