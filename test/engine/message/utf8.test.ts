import { isUtf8 as nodeSays } from 'node:buffer';
import { expect } from 'chai';
import fc from 'fast-check';
import { isUtf8, octetsFromUtf8, octetsToUtf8 } from '../../../lib/engine/message/utf8.ts';

const octets = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 })
  .map(codes => String.fromCharCode(...codes));

describe('UTF-8 in octets', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['ASCII', 'abc', true],
    ['nothing', '', true],
    ['two octets', '\xc3\xa9', true],
    ['an emoji', '\xf0\x9f\x93\x9e', true],
    ['Latin-1', 'caf\xe9', false],
    ['an overlong slash', '\xc0\xaf', false],
    ['an overlong three', '\xe0\x80\xaf', false],
    ['a surrogate', '\xed\xa0\x80', false],
    ['beyond U+10FFFF', '\xf4\x90\x80\x80', false],
    ['a tail alone', '\x80', false],
    ['a sequence cut short', 'a\xe2\x82', false],
  ];
  for (const [what, bytes, expected] of table) {
    it(`is ${expected ? '' : 'not '}well-formed: ${what}`, () => {
      expect(isUtf8(bytes)).to.equal(expected);
    });
  }

  it('is judged as Node judges it', () => {
    fc.assert(fc.property(octets, bytes => isUtf8(bytes) === nodeSays(Buffer.from(bytes, 'latin1'))));
  });

  it('carries any octets as characters, and back', () => {
    fc.assert(
      fc.property(octets, bytes => {
        const carried = octetsToUtf8(bytes);
        expect(Buffer.from(carried, 'latin1').toString('utf8')).to.equal(bytes);
        expect(octetsFromUtf8(carried)).to.equal(bytes);
      }),
    );
  });

  it('does not take characters above U+00FF for octets', () => {
    expect(octetsFromUtf8('\xe2\x82\xac')).to.equal(undefined);
    expect(octetsFromUtf8('\xc4\x80')).to.equal(undefined);
  });
});
