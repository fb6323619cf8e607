import { expect } from 'chai';
import { shown, shownPair } from '../../lib/cli/shown.ts';

describe('what a terminal shows', () => {
  for (const [value, expected] of [
    ['plain', 'plain'],
    ['ä €', 'ä €'],
    ['two\nlines', '"two\\nlines"'],
    ['say "a"', '"say \\"a\\""'],
    ['\u001b[2J', '"\\u001b[2J"'],
    ['\u009b2J', '"\\u009b2J"'],
    ['\u007f', '"\\u007f"'],
    [{ a: ['\u009b'] }, '{"a":["\\u009b"]}'],
    [5, '5'],
    [undefined, ''],
  ] as const) {
    it(`of ${JSON.stringify(value)} is ${expected}`, () => {
      expect(shown(value)).to.equal(expected);
    });
  }

  it('of a pair has its type unless it is a string', () => {
    expect(shownPair({ key: 'A', type: 'string', value: '1' })).to.equal('A=1');
    expect(shownPair({ key: 'A', type: 'int', value: 1 })).to.equal('A:int=1');
    const list = { key: 'L', type: 'list', value: [{ key: 'B', type: 'binary', value: 'AA==' }] } as const;
    expect(shownPair(list)).to.equal('L=[B:binary=AA==]');
  });
});
