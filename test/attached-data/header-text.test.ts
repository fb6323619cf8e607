import { expect } from 'chai';
import { breaksHeader, unfold } from '../../lib/attached-data/header-text.ts';

describe('header text', () => {
  it('folding is one space, white space around is none', () => {
    expect(unfold('a\r\n b')).to.equal('a b');
    expect(unfold('a \r\n\t  b')).to.equal('a b');
    expect(unfold(' \ta\t ')).to.equal('a');
    expect(unfold('a\r\n ')).to.equal('a');
  });

  it('a line break without white space after it is no folding and stays', () => {
    expect(breaksHeader(unfold('a\r\nX-Evil: 1'))).to.equal(true);
    expect(breaksHeader(unfold('a\r\n'))).to.equal(true);
    expect(breaksHeader(unfold('a\r b'))).to.equal(true);
    expect(breaksHeader(unfold('a\r\n b'))).to.equal(false);
  });
});
