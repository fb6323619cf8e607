import { expect } from 'chai';
import fc from 'fast-check';
import type { UserDataPair } from '../../lib/attached-data/entry.ts';
import { utf8Bytes } from '../../lib/attached-data/header-text.ts';
import { packedBytes } from '../../lib/attached-data/packed-size.ts';

describe('the packed size', () => {
  const sizes: [string, UserDataPair, number][] = [
    [
      'a string: key, terminator, type, value, terminator',
      { key: 'ab', type: 'string', value: 'xyz' },
      2 + 1 + 1 + 3 + 1,
    ],
    ['a string in octets of UTF-8', { key: 'k', type: 'string', value: 'né€😀' }, 3 + 1 + 2 + 3 + 4 + 1],
    ['a small int', { key: 'k', type: 'int', value: -5 }, 3 + 4],
    ['an int of more than 32 bits', { key: 'k', type: 'int', value: 2 ** 40 }, 3 + 8],
    ['binary by its decoded octets', { key: 'k', type: 'binary', value: 'SGVsbG8=' }, 3 + 2 + 5],
    [
      'a list by its pairs',
      { key: 'k', type: 'list', value: [{ key: 'i', type: 'int', value: 1 }] },
      3 + 2 + 7,
    ],
  ];
  for (const [what, pair, bytes] of sizes) {
    it(`counts ${what}`, () => expect(packedBytes([pair])).to.equal(bytes));
  }

  it('counts octets as UTF-8 encoding does, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        text => utf8Bytes(text) === new TextEncoder().encode(text).length,
      ),
    );
    expect(utf8Bytes('a\ud800b')).to.equal(5);
  });
});
