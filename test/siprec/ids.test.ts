import { expect } from 'chai';
import fc from 'fast-check';
import { idOf, randomId } from '../../lib/siprec/ids.ts';

const digits = (count: number) =>
  fc
    .array(
      fc.integer({ max: 15, min: 0 }).map(digit => digit.toString(16)),
      { minLength: count, maxLength: count },
    )
    .map(all => all.join(''));
const octetsOf = (id: string): Buffer => Buffer.from(id, 'base64');
const version = (id: string): number => (octetsOf(id)[6] ?? 0) >> 4;
const variant = (id: string): number => (octetsOf(id)[8] ?? 0) >> 6;

describe('ids of a recording', () => {
  it('are base64 of the sixteen octets of a UUID', () => {
    fc.assert(
      fc.property(digits(32), digits(16), (random, call) => {
        for (const [id, expected] of [
          [randomId(random), 4],
          [idOf('session', call), 8],
          [idOf('group', call), 8],
        ] as const) {
          expect(id).to.match(/^[A-Za-z0-9+/]{22}==$/);
          expect(version(id)).to.equal(expected);
          expect(variant(id)).to.equal(0b10);
        }
      }),
    );
  });

  it('that are random differ when their digits do', () => {
    expect(randomId('0123456789abcdef0123456789abcdef')).to.equal('ASNFZ4mrTe+BI0VniavN7w==');
    expect(randomId('f'.repeat(32))).to.not.equal(randomId('0'.repeat(32)));
  });

  it('of a name are the same each time, and others for other names and other things', () => {
    fc.assert(
      fc.property(digits(16), digits(16), (one, other) => {
        expect(idOf('session', one)).to.equal(idOf('session', one));
        expect(idOf('session', one)).to.not.equal(idOf('group', one));
        expect(idOf('group', one) === idOf('group', other)).to.equal(one === other);
      }),
    );
  });
});
