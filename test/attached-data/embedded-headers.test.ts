import { expect } from 'chai';
import fc from 'fast-check';
import {
  countAddresses,
  embedHeaders,
  parseEmbeddedHeaders,
} from '../../lib/attached-data/embedded-headers.ts';

const embedded = (query: string) => parseEmbeddedHeaders(`<sip:bob@example.com?${query}>`);

describe('headers embedded in a URI', () => {
  const valid: [query: string, headers: [string, string][]][] = [
    ['User-to-User=0401%3Bencoding%3Dhex', [['User-to-User', '0401;encoding=hex']]],
    ['Subject=a+b', [['Subject', 'a+b']]],
    ['X-A=%C3%A9%E2%82%AC', [['X-A', 'é€']]],
    [
      'X-A=1&X-B=2&X-A=3',
      [
        ['X-A', '1'],
        ['X-B', '2'],
        ['X-A', '3'],
      ],
    ],
    ['X%2DA=1', [['X-A', '1']]],
  ];
  for (const [query, headers] of valid) {
    it(`${query} is read`, () => {
      const parsed = embedded(query);
      expect(parsed).to.include({ syntax: 'valid', targetUri: 'sip:bob@example.com' });
      expect('headers' in parsed && parsed.headers.map(({ name, value }) => [name, value])).to.deep.equal(
        headers,
      );
    });
  }

  const lenient: [query: string, reason: string][] = [
    ['Replaces=abc@h;to-tag=t1', "';' and '=' must be escaped in hvalue"],
    ['Replaces=abc@h', "'@' must be escaped in hvalue"],
    ['User-to-User=a,b', "',' must be escaped in hvalue"],
  ];
  for (const [query, reason] of lenient) {
    it(`${query} is understood: ${reason}`, () =>
      expect(embedded(query)).to.include({ syntax: 'lenient', reason }));
  }

  const invalid: [value: string, reason: string][] = [
    ['<sip:b@h?A=%4>', "'%' must be followed by two HEXDIG"],
    ['<sip:b@h?A=%zz>', "'%' must be followed by two HEXDIG"],
    ['<sip:b@h?A=%0D%0AX-Evil:1>', 'CR, LF and NUL must not be embedded'],
    ['<sip:b@h?A=%00>', 'CR, LF and NUL must not be embedded'],
    ['<sip:b@h?A=%FF>', 'escapes are not UTF-8'],
    ['<sip:b@h?A="b">', "'\"' must be escaped in hvalue"],
    ['<sip:b@h?A=é>', "'é' must be escaped in hvalue"],
    ['<sip:b@h?A>', "'=' missing after hname"],
    ['<sip:b@h?A=1&>', 'empty header'],
    ['<sip:b@h?>', 'empty header'],
    ['<sip:b@h?=1>', 'hname is no header name'],
    ['<sip:b@h?A%20B=1>', 'hname is no header name'],
    ['<sip:b c@h>', 'SP must be escaped'],
    ['<sip:b@h', 'no URI in <>'],
    ['<>', 'no URI'],
    ['', 'no URI'],
    ['bob', 'no URI'],
    ['sip:b@h,sip:c@h', 'URI containing ? , or ; must be in <>'],
    ['<sip:b@h>\r\nX-Evil: 1', 'CRLF in value is not folding'],
  ];
  for (const [value, reason] of invalid) {
    it(`${JSON.stringify(value)} is refused: ${reason}`, () => {
      expect(parseEmbeddedHeaders(value)).to.deep.equal({ syntax: 'invalid', reason });
    });
  }

  it('names that are not honoured are told', () => {
    const parsed = embedded('From=x&call-id=1&Route=r&Subject=s&body=b&Via=v');
    expect(parsed).to.have.deep.property('refused', ['From', 'call-id', 'Route', 'body', 'Via']);
  });

  it('names that would speak of our capabilities are not honoured, those of a transfer are', () => {
    const parsed = embedded(
      'Supported=100rel&Allow=INFO&User-Agent=x&Require=replaces&Replaces=a%3Bto-tag%3Db',
    );
    expect(parsed).to.have.deep.property('refused', ['Supported', 'Allow', 'User-Agent']);
  });

  it('a display name, a bare URI and header parameters are no part of the URI', () => {
    expect(parseEmbeddedHeaders('"A <b> \\" c" <sip:bob@h;user=phone>;q=1')).to.deep.include({
      targetUri: 'sip:bob@h;user=phone',
      uriParams: [['user', 'phone']],
    });
    expect(parseEmbeddedHeaders('sip:bob@h;method=INVITE')).to.deep.include({
      targetUri: 'sip:bob@h',
      uriParams: [],
    });
  });

  it('a question mark of the user is not the start of the headers', () => {
    expect(parseEmbeddedHeaders('<sip:a?b@h?X-A=1>')).to.deep.include({
      targetUri: 'sip:a?b@h',
      headers: [{ name: 'X-A', value: '1' }],
    });
  });

  it('written and read again are what they were', () => {
    const headers = fc.array(
      fc.record({
        name: fc.stringMatching(/^X-[A-Za-z0-9.!%*_+`'~-]{1,10}$/),
        value: fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\r\n\0]/g, '')),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(headers, lines => {
        const parsed = parseEmbeddedHeaders(`<${embedHeaders('sip:bob@example.com', lines)}>`);
        expect(parsed).to.deep.include({ syntax: 'valid', headers: lines });
      }),
    );
  });

  it('never make the parser throw', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '?',
      '&',
      '=',
      '%',
      '%41',
      '@',
      ';',
      ',',
      '"',
      '\\',
      'sip:',
      'a',
      ' ',
      'é',
      '\ud800',
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map(parts => parts.join('')),
    );
    fc.assert(fc.property(value, text => void parseEmbeddedHeaders(text)));
    expect(embedHeaders('sip:a', [{ name: 'X-A', value: '\ud800' }])).to.equal('sip:a?X-A=%EF%BF%BD');
  });

  it('a comma in quotes or brackets does not part addresses', () => {
    expect(countAddresses(['"a,b" <sip:x?A=1,2>', '<sip:y>'])).to.equal(2);
    expect(countAddresses(['"a,b" <sip:x?A=1,2>, <sip:y>,'])).to.equal(3);
  });
});
