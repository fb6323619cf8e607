import { expect } from 'chai';
import { breaksHeader, isToken, unfold } from '../../lib/attached-data/header-text.ts';

describe('header text', () => {
  it('a token is letters, digits and the marks of RFC 3261', () => {
    expect(isToken("aZ09-.!%*_+`'~")).to.equal(true);
    for (const text of ['', 'a b', 'a:b', 'a=b', 'a/b', 'é', '"a"', 'a\0'])
      expect(isToken(text), text).to.equal(false);
  });

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
