import { expect } from 'chai';
import { masked } from '../../lib/recording/masked.ts';

describe('a number in logs', () => {
  for (const [text, shown] of [
    ['+4930123456', '****3456'],
    ['12345', '****2345'],
    ['(030) 12-34.56', '****4.56'],
    ['1234', '1234'],
    ['alice', 'alice'],
    ['7f3a-12', '7f3a-12'],
    ['', ''],
  ] as const) {
    it(`${text} is shown as ${shown}`, () => {
      expect(masked(text)).to.equal(shown);
    });
  }
});
