import { expect } from 'chai';
import {
  cutList,
  parseNameAddr,
  serializeNameAddr,
  splitList,
  tagOf,
  uriOf,
  withTag,
} from '../../../lib/engine/message/name-addr.ts';
import { utf8 } from './wire.ts';

describe('a name-addr', () => {
  const table: readonly (readonly [string, { display: string; uri: string; params: string }])[] = [
    ['<sip:a@b>', { display: '', uri: 'sip:a@b', params: '' }],
    ['"A, B" <sip:a@b;lr>;tag=1', { display: '"A, B"', uri: 'sip:a@b;lr', params: ';tag=1' }],
    ['Alice Smith <sip:a@b> ; tag = 1 ', { display: 'Alice Smith', uri: 'sip:a@b', params: '; tag = 1' }],
    ['sip:a@b;tag=1', { display: '', uri: 'sip:a@b', params: ';tag=1' }],
    ['sip:a@b', { display: '', uri: 'sip:a@b', params: '' }],
    ['sip:a@b;x="<y>"', { display: '', uri: 'sip:a@b', params: ';x="<y>"' }],
    ['"<sip:evil@x>" <sip:a@b>', { display: '"<sip:evil@x>"', uri: 'sip:a@b', params: '' }],
    ['"quote \\" <" <sip:a@b>', { display: '"quote \\" <"', uri: 'sip:a@b', params: '' }],
    ['caller<sip:a@b>;tag=3', { display: 'caller', uri: 'sip:a@b', params: ';tag=3' }],
    ['<sip:a@b>;x=">";tag=1', { display: '', uri: 'sip:a@b', params: ';x=">";tag=1' }],
    ['<sip:a@b>, <sip:c@d>;q=1', { display: '', uri: 'sip:a@b', params: '' }],
    ['< sip:a@b >', { display: '', uri: 'sip:a@b', params: '' }],
    [`${utf8('voilà')} <sip:a@b>`, { display: utf8('voilà'), uri: 'sip:a@b', params: '' }],
    // Decoded text is read as well as octets are.
    ['Jürgen 😀\u00a0 <sip:ü@b>', { display: 'Jürgen 😀\u00a0', uri: 'sip:ü@b', params: '' }],
    ['tel:+15551234;phone-context=x', { display: '', uri: 'tel:+15551234', params: ';phone-context=x' }],
  ];
  for (const [value, expected] of table) {
    it(`reads ${value}`, () => {
      expect(parseNameAddr(value)).to.deep.equal(expected);
      expect(uriOf(value)).to.equal(expected.uri);
    });
  }

  for (const value of [
    '',
    '   ',
    '<>',
    '<sip:a@b',
    '"A <sip:a@b>',
    '"A" sip:a@b',
    'A "B" <sip:a@b>',
    '<<sip:a@b>',
    '<sip:a@b> junk',
    'sip:a@b junk',
    'sip:a@b?Subject=x',
    ';tag=1',
  ]) {
    it(`cannot read ${JSON.stringify(value)}`, () => {
      expect(parseNameAddr(value)).to.equal(undefined);
    });
  }

  it('is written with brackets', () => {
    expect(serializeNameAddr({ display: '"A"', uri: 'sip:a@b', params: ';tag=1' })).to.equal(
      '"A" <sip:a@b>;tag=1',
    );
    expect(serializeNameAddr({ display: '', uri: 'sip:a@b', params: '' })).to.equal('<sip:a@b>');
  });
});

describe('the tag', () => {
  const table: readonly (readonly [string, string])[] = [
    ['<sip:a@b>;tag=1', '1'],
    ['<sip:a@b>;tag=1;x=2', '1'],
    ['<sip:a@b>;x=2;TAG=1', '1'],
    ['<sip:a@b> ; tag = 1 ', '1'],
    ['sip:a@b;tag=1', '1'],
    ['<sip:a@b;tag=uri>', ''],
    ['"x;tag=display" <sip:a@b>', ''],
    ['"x;tag=display" <sip:a@b>;tag=1', '1'],
    ['<sip:a@b>;x=";tag=2";tag=1', '1'],
    ['<sip:a@b>;xtag=2', ''],
    ['<sip:a@b>;tag', ''],
    ['"open <sip:a@b>;tag=1', ''],
    ['', ''],
  ];
  for (const [value, tag] of table) {
    it(`of ${JSON.stringify(value)} is ${JSON.stringify(tag)}`, () => {
      expect(tagOf(value)).to.equal(tag);
    });
  }

  it('is added at the end', () => {
    expect(withTag('<sip:a@b>', 't')).to.equal('<sip:a@b>;tag=t');
    expect(withTag('"A" <sip:a@b>;x=1', 't')).to.equal('"A" <sip:a@b>;x=1;tag=t');
    expect(withTag('sip:a@b', 't')).to.equal('sip:a@b;tag=t');
  });

  it('replaces the one that stands there, and nothing else', () => {
    expect(withTag('<sip:a@b>;x=1; tag = old ;y="z"', 'new')).to.equal('<sip:a@b>;x=1;tag=new ;y="z"');
    expect(withTag('<sip:a@b>;tag', 'new')).to.equal('<sip:a@b>;tag=new');
  });

  it('goes when it is set to nothing', () => {
    expect(withTag('<sip:a@b>;tag=1;x', '')).to.equal('<sip:a@b>;x');
    expect(withTag('<sip:a@b>', '')).to.equal('<sip:a@b>');
  });
});

describe('a list', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['a', ['a']],
    ['a, b ,c', ['a', 'b', 'c']],
    ['a,,b,', ['a', 'b']],
    ['"x,y" <sip:a,b@c>, <sip:d>', ['"x,y" <sip:a,b@c>', '<sip:d>']],
    ['"open, <sip:d>', ['"open, <sip:d>']],
    ['<sip:open, x', ['<sip:open, x']],
    ['"a\\",b", c', ['"a\\",b"', 'c']],
    [utf8('à, à'), [utf8('à'), utf8('à')]],
  ];
  for (const [value, values] of table) {
    it(`${JSON.stringify(value)} has ${values.length}`, () => {
      expect(splitList(value)).to.deep.equal(values);
    });
  }

  it('can be had with its empty values', () => {
    expect(cutList('"a,b" <sip:x,y>, ,c,')).to.deep.equal(['"a,b" <sip:x,y>', '', 'c', '']);
    expect(cutList('')).to.deep.equal(['']);
  });
});
