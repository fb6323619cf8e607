import { expect } from 'chai';
import { firstValue, isNamed } from '../../lib/call/header-lines.ts';
import { lines } from './support/story.ts';

describe('a header line', () => {
  const table: [string, string, boolean][] = [
    ['Max-Forwards', 'max-forwards', true],
    ['MAX-forwards', 'max-forwards', true],
    ['Max-Forward', 'max-forwards', false],
    ['Min-Forwards', 'max-forwards', false],
    ['m', 'contact', true],
    ['M', 'contact', true],
    ['z', 'contact', false],
    ['c', 'contact', false],
    ['z', 'z', true],
  ];
  for (const [name, key, is] of table) {
    it(`${name} ${is ? 'is' : 'is not'} ${key}`, () => {
      expect(isNamed({ name, value: '' }, key)).to.equal(is);
    });
  }

  it('is the first of its name, when there is one', () => {
    const headers = lines(['To: a', 'X-A: 1', 'x-a: 2', 'X-B:']);
    expect(firstValue(headers, 'x-a')).to.equal('1');
    expect(firstValue(headers, 'x-b')).to.equal('');
    expect(firstValue(headers, 'x-c')).to.equal(undefined);
  });
});
