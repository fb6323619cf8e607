import { expect } from 'chai';
import fc from 'fast-check';
import { profileNames, profileOf } from '../../lib/attached-data/profile.ts';
import { convertUui, type UuiConversion } from '../../lib/attached-data/uui-conversion.ts';

const plain = profileOf('plain');
const avaya = profileOf('avaya');
const toAvaya: UuiConversion = { from: plain, to: avaya };

function converted(lines: string | readonly string[], conversion: UuiConversion = toAvaya): string[] {
  const result = convertUui(typeof lines === 'string' ? [lines] : lines, conversion);
  return [
    ...result.lines.map(line => line ?? '(nothing)'),
    ...result.dropped.map(({ key, code }) => `${key}: ${code}`),
  ];
}

describe('User-to-User from form to form', () => {
  const rules: [what: string, line: string, result: string[]][] = [
    ['text becomes hex with a discriminator', 'Hello;encoding=ascii', ['0448656C6C6F;encoding=hex']],
    [
      'what has the form already stays to the letter',
      '"00fa08" ; Encoding=HEX;app=1',
      ['"00fa08" ; Encoding=HEX;app=1'],
    ],
    [
      'another package stays to the letter',
      'ZZ;purpose=foo ;encoding=fooenc',
      ['ZZ;purpose=foo ;encoding=fooenc'],
    ],
    ['a list is converted value by value', 'AA;pd=04, ZZ;purpose=foo', ['04AA;encoding=hex, ZZ;purpose=foo']],
    ['what is no hex goes as it came', '616d6;encoding=hex', ['616d6;encoding=hex', 'UUI: not-converted']],
    ['what is no token goes as it came', '{"a":1}', ['{"a":1}', 'UUI: not-converted']],
    ['an empty line stays empty', '', ['']],
    ['a folded line is one line', 'AA;pd=04\r\n ;encoding=hex', ['04AA;encoding=hex']],
  ];
  for (const [what, line, result] of rules) {
    it(what, () => expect(converted(line)).to.deep.equal(result));
  }

  it('what has no place in the form goes as it came', () => {
    const ascii = { ...plain, discriminator: 'none', encoding: 'ascii' } as const;
    expect(converted('00FA08;encoding=hex', { from: plain, to: ascii })).to.deep.equal([
      '00FA08;encoding=hex',
      'UUI: not-converted',
    ]);
  });

  it('several values of the ISDN package are not sent, those of others are', () => {
    expect(converted(['0401;encoding=hex', '0402, ZZ;purpose=foo'])).to.deep.equal([
      '(nothing)',
      'ZZ;purpose=foo',
      'UUI: uui-several',
    ]);
  });

  it('nothing changes where no form is asked for', () => {
    const lines = ['0401, 0402', 'jason', '{"a":1}', 'AA;pd=04'];
    expect(converted(lines, { from: plain })).to.deep.equal(lines);
  });

  it('what is too long is not sent, whatever its form', () => {
    const limited: UuiConversion = { ...toAvaya, maxBytes: 3 };
    expect(converted('04AABBCC;encoding=hex', limited)).to.deep.equal(['04AABBCC;encoding=hex']);
    for (const long of ['04AABBCCDD;encoding=hex', 'Hell;encoding=ascii', 'AABBCCDD;pd=04'])
      expect(converted(long, limited)).to.deep.equal(['(nothing)', 'UUI: uui-too-long']);
    expect(converted('four', { from: plain, maxBytes: 3 })).to.deep.equal(['(nothing)', 'UUI: uui-too-long']);
    expect(converted('{ñ}', { from: plain, maxBytes: 3 })).to.deep.equal(['(nothing)', 'UUI: uui-too-long']);
  });

  it('converting twice is converting once', () => {
    const lines = fc.oneof(
      fc.string({ maxLength: 20 }).filter(text => !/[\r\n\0]/.test(text)),
      fc.constantFrom(
        'Hello;encoding=ascii',
        'AA;pd=04',
        '04AA',
        '"Zü";encoding=text',
        'jason',
        '0401, 0402',
      ),
    );
    fc.assert(
      fc.property(lines, fc.constantFrom(...profileNames.map(profileOf)), (line, to) => {
        const [once] = convertUui([line], { from: plain, to }).lines;
        if (once !== undefined) expect(convertUui([once], { from: plain, to }).lines).to.deep.equal([once]);
      }),
    );
  });
});
