import { expect } from 'chai';
import fc from 'fast-check';
import { percentDecoded, percentEncoded } from '../../lib/attached-data/percent.ts';
import { acsFaultOf } from '../../lib/attached-data/acs-limits.ts';

describe('percent-encoded values', () => {
  for (const [value, encoded] of [
    ['Case-42_a.b~c', 'Case-42_a.b~c'],
    ['John Doe', 'John%20Doe'],
    ['a=b;c,d', 'a%3Db%3Bc%2Cd'],
    ["it's (100%)!", 'it%27s%20%28100%25%29%21'],
    ['Zürich', 'Z%C3%BCrich'],
    ['\ud800', '%EF%BF%BD'],
    ['', ''],
  ] as const) {
    it(`${JSON.stringify(value)}: ${encoded}`, () => expect(percentEncoded(value)).to.equal(encoded));
  }

  for (const broken of ['%', '%4', '%zz', '%C3', '%0D%0AVia: x', 'a%00']) {
    it(`${broken} is none`, () => expect(percentDecoded(broken)).to.equal(undefined));
  }

  it('decode to what they were, and break no limit but the length of Azure Communication Services', () => {
    const values = fc
      .string({ unit: 'grapheme' })
      .filter(value => !/[\r\n\0]/.test(value))
      .map(value => value.replace(/\p{Surrogate}/gu, '?'));
    fc.assert(
      fc.property(values, value => {
        const encoded = percentEncoded(value);
        expect(percentDecoded(encoded)).to.equal(value);
        expect(acsFaultOf('X-MS-Custom-K', encoded)).to.not.equal('acs-charset');
      }),
    );
  });

  it('are decoded once', () => expect(percentDecoded('a%2520b')).to.equal('a%20b'));
});
