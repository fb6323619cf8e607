import { expect } from 'chai';
import { endOfToken, isToken } from '../../../lib/engine/message/token.ts';

describe('a token', () => {
  it('is letters, digits and the marks of RFC 3261', () => {
    expect(isToken("extensionHeader-!.%*+_`'~09AZ")).to.equal(true);
  });

  for (const text of ['', 'a b', 'a:b', 'a=b', 'a/b', 'a\t', 'a(b)', 'é', 'Ā', '😀', 'a\0', 'a@b', '"a"']) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(isToken(text)).to.equal(false);
    });
  }

  it('ends where something else stands', () => {
    expect([endOfToken('ab;c', 0), endOfToken('ab;c', 3), endOfToken(';', 0)]).to.deep.equal([2, 4, 0]);
  });
});
