import { expect } from 'chai';
import fc from 'fast-check';
import { decodeField, encodeField, textField } from '../../../lib/engine/control/field.ts';

describe('a field of the first line', () => {
  for (const [value, field] of [
    ['', ''],
    ['1-25567@127.0.0.1;from-tag=25567SIPpTag001', '1-25567@127.0.0.1;from-tag=25567SIPpTag001'],
    ['100%25-sure', '100%25-sure'],
    ['a|b', 'a%7Cb'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['a%7Cb', 'a%257Cb'],
    ['a%257Cb', 'a%25257Cb'],
    ['a%0d', 'a%0d'],
  ] as const) {
    it(`carries ${JSON.stringify(value)} as ${JSON.stringify(field)}, and back`, () => {
      expect(encodeField(value)).to.equal(field);
      expect(decodeField(field)).to.equal(value);
    });
  }

  it('comes back as it was and never breaks the line, whatever the network sent', () => {
    const piece = fc.constantFrom('|', '\r', '\n', '%', '25', '7C', '0D', '0A', 'a', '\xff');
    const values = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''));
    fc.assert(
      fc.property(values, value => {
        const field = encodeField(value);
        expect(field).not.to.match(/[|\r\n]/);
        expect(decodeField(field)).to.equal(value);
      }),
    );
  });

  it('carries free text without separators, as UTF-8 octets', () => {
    expect(textField('no route|to\r\nhöst')).to.equal('no route to h\xc3\xb6st');
  });
});
