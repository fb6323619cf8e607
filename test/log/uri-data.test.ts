import { expect } from 'chai';
import { isDataHeader, withoutUriData } from '../../lib/log/uri-data.ts';

const hidden = '[redacted]';

describe('data in URIs', () => {
  for (const [what, text, expected] of [
    [
      'URI headers',
      '<sip:c@d?X-MS-Custom-Q=1&User-to-User=2>',
      `<sip:c@d?X-MS-Custom-Q=${hidden}&User-to-User=${hidden}>`,
    ],
    ['URI headers without brackets', 'sip:c@d?X-A=1', `sip:c@d?X-A=${hidden}`],
    ['a URI parameter', 'sip:2001@h;User-to-User=1', `sip:2001@h;User-to-User=${hidden}`],
    [
      'both, and what follows',
      '<sip:a@h;x-b=1;lr?x-c=2&Replaces=3>;tag=4',
      `<sip:a@h;x-b=${hidden};lr?x-c=${hidden}&Replaces=3>;tag=4`,
    ],
    ['a parameter that holds &', 'sip:a@h;X-A=1&2;lr', `sip:a@h;X-A=${hidden};lr`],
    [
      'a URI header that holds ; unescaped',
      '<sip:a@h?User-to-User=04;encoding=hex&Subject=s>',
      `<sip:a@h?User-to-User=${hidden}&Subject=s>`,
    ],
    [
      'a URI header that holds escapes',
      '<sip:a@h?User-to-User=04%3Bencoding%3Dhex%263>',
      `<sip:a@h?User-to-User=${hidden}>`,
    ],
    ['a quoted header parameter', '<sip:a@h>;X-A="1;\\"2>3";tag=4', `<sip:a@h>;X-A=${hidden};tag=4`],
    ['a quotation that does not end', '<sip:a@h>;X-A="1;2>3', `<sip:a@h>;X-A=${hidden}`],
    ['room around the equals sign', '<sip:a@h>; X-A = 1;q=1', `<sip:a@h>; X-A =${hidden};q=1`],
    ['any letter case', 'sip:a@h?user-TO-user=1', `sip:a@h?user-TO-user=${hidden}`],
    [
      'an escaped name',
      'sip:a@h?%55ser-to-User=1&X%2DA=2',
      `sip:a@h?%55ser-to-User=${hidden}&X%2DA=${hidden}`,
    ],
    ['a data parameter of another one', 'sip:a@h;b=c&X-A=1', `sip:a@h;b=c&X-A=${hidden}`],
    [
      'several addresses',
      '<sip:a@h?X-A=1>, <sip:b@h?X-A=2>;index=1',
      `<sip:a@h?X-A=${hidden}>, <sip:b@h?X-A=${hidden}>;index=1`,
    ],
    [
      'a URI in a URI',
      'sip:a@h?Referred-By=%3Csip:b%40h%3FX-A%3D1%26Subject%3Ds%3E&X-B=2',
      `sip:a@h?Referred-By=%3Csip:b%40h%3FX-A%3D${hidden}%26Subject%3Ds%3E&X-B=${hidden}`,
    ],
    ['a URI escaped twice', 'sip:a@h?B=%253Fx-a%253D1&C=2', `sip:a@h?B=%253Fx-a%253D${hidden}&C=2`],
    ['another scheme', 'tel:+1;X-A=1', `tel:+1;X-A=${hidden}`],
    ['no value', 'sip:a@h;X-A=;lr', `sip:a@h;X-A=${hidden};lr`],
  ] as const) {
    it(`are hidden: ${what}`, () => {
      expect(withoutUriData(text)).to.equal(expected);
    });
  }

  for (const text of [
    '',
    'sip:x-ray@example.com;transport=tcp?Replaces=a%40b%3Bto-tag%3D1',
    '<sip:a@h>;tag=x-1',
    'sip:a@h;x-flag',
    'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx-1=2',
    '100 % of x-mas = fun',
    'a=fmtp:101 0-15',
  ]) {
    it(`are not seen in "${text}"`, () => {
      expect(withoutUriData(text)).to.equal(text);
    });
  }

  for (const [what, piece] of [
    ['open quotes', ';X-A="\\'],
    ['escapes of escapes', '%25'],
    ['headers in headers', '?a=?X-A%3D'],
    ['signs', ';%3b&'],
  ] as const) {
    it(`are looked for once through, also in a long text of ${what}`, () => {
      expect(withoutUriData(piece.repeat(100_000))).to.be.a('string');
    });
  }
});

describe('a data header', () => {
  for (const [name, expected] of [
    ['User-to-User', true],
    ['X-MS-Custom-A', true],
    ['x-acme', true],
    ['Xylophone', false],
    ['User-Agent', false],
  ] as const) {
    it(`${expected ? 'is' : 'is not'} ${name}`, () => {
      expect(isDataHeader(name)).to.equal(expected);
    });
  }
});
