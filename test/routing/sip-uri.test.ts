import { expect } from 'chai';
import { formatSipUri, parseNameAddress, parseSipUri, uriParameter } from '../../lib/routing/sip-uri.ts';

describe('SIP URI', () => {
  const table: [string, object | undefined][] = [
    ['sip:bob@example.com', { scheme: 'sip', user: 'bob', host: 'example.com', parameters: '' }],
    ['SIP:bob:secret@h:5070;lr', { scheme: 'sip', user: 'bob', host: 'h', port: 5070, parameters: ';lr' }],
    ['sip:h;transport=tcp', { scheme: 'sip', user: '', host: 'h', parameters: ';transport=tcp' }],
    [
      'sip:[2001:db8::1]:5060',
      { scheme: 'sip', user: '', host: '[2001:db8::1]', port: 5060, parameters: '' },
    ],
    ['sip:+49;ext=1@h', { scheme: 'sip', user: '+49;ext=1', host: 'h', parameters: '' }],
    ['sip:a?b@h?Subject=x', { scheme: 'sip', user: 'a?b', host: 'h', parameters: '' }],
    [
      'tel:+4930123;phone-context=x',
      { scheme: 'tel', user: '+4930123', host: '', parameters: ';phone-context=x' },
    ],
    ['sip:', undefined],
    ['sip:bob@', undefined],
    ['sip:bob@h:0', undefined],
    ['sip:bob@h:99999', undefined],
    ['bob', undefined],
    ['tel:', undefined],
  ];
  for (const [text, expected] of table) {
    it(`${expected === undefined ? 'refuses' : 'reads'} ${text}`, () => {
      expect(parseSipUri(text)).to.deep.equal(expected);
    });
  }

  it('is written as it was read', () => {
    for (const text of ['sip:bob@example.com:5070;transport=tcp', 'sips:[::1];x', 'sip:h']) {
      const uri = parseSipUri(text);
      expect(uri && formatSipUri(uri)).to.equal(text);
    }
  });

  it('finds parameters by name', () => {
    const uri = parseSipUri('sip:h;Transport=TCP;lr');
    expect(
      uri && [uriParameter(uri, 'transport'), uriParameter(uri, 'lr'), uriParameter(uri, 'x')],
    ).to.deep.equal(['TCP', '', undefined]);
  });
});

describe('name and address', () => {
  const table: [string, string, string][] = [
    ['<sip:a@h>;tag=1', '', 'sip:a@h'],
    ['"A \\"<b>\\" c" <sip:a@h;x=y>;tag=1', '"A \\"<b>\\" c"', 'sip:a@h;x=y'],
    ['Alice <sip:a@h>', 'Alice', 'sip:a@h'],
    ['sip:a@h;tag=1', '', 'sip:a@h'],
    ['<sip:a@h', '', 'sip:a@h'],
  ];
  for (const [value, display, uri] of table) {
    it(`of ${value}`, () => {
      expect(parseNameAddress(value)).to.deep.equal({ display, uri });
    });
  }
});
