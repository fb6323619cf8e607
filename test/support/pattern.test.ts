import { expect } from 'chai';
import { fits, type Pattern } from './pattern.ts';

describe('a pattern', () => {
  const table: readonly (readonly [Pattern, unknown, boolean])[] = [
    [1, 1, true],
    [1, '1', false],
    [true, true, true],
    ['bob', 'bob', true],
    ['bob', 'bobby', false],
    ['/^bob/', 'bobby', true],
    ['/^bob/', 'alice', false],
    ['/"a":1/', { a: 1 }, true],
    ['/x/', undefined, false],
    ['/-\\d+$/', '00c0ffee-12', true],
    [null, null, true],
    [null, undefined, true],
    [null, 0, false],
    [{ a: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1, b: null }, { a: 1 }, true],
    [{ a: 1, b: null }, { a: 1, b: 2 }, false],
    [{ a: { b: '/^c/' } }, { a: { b: 'cd' } }, true],
    [{ a: 1 }, undefined, false],
    [{}, [], false],
    [[1, { a: 2 }], [1, { a: 2, b: 3 }], true],
    [[1], [1, 2], false],
    [[], {}, false],
  ];
  for (const [pattern, actual, fitting] of table) {
    it(`${JSON.stringify(pattern)} ${fitting ? 'fits' : 'does not fit'} ${JSON.stringify(actual)}`, () => {
      expect(fits(actual, pattern)).to.equal(fitting);
    });
  }
});
