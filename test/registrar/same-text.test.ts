import { expect } from 'chai';
import { isSameText } from '../../lib/registrar/same-text.ts';

describe('two texts', () => {
  it('are the same when every character is', () => {
    expect(isSameText('abc', 'abc')).to.equal(true);
    expect(isSameText('', '')).to.equal(true);
    for (const other of ['abd', 'bbc', 'ab', 'abcd', '']) {
      expect(isSameText('abc', other), other).to.equal(false);
      expect(isSameText(other, 'abc'), other).to.equal(false);
    }
  });
});
