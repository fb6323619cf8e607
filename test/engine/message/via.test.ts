import { expect } from 'chai';
import { parseVia, withReceived } from '../../../lib/engine/message/via.ts';

describe('Via', () => {
  const table: readonly (readonly [string, Record<string, unknown>])[] = [
    [
      'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa',
      {
        protocol: 'UDP',
        host: '192.0.2.1',
        port: 5060,
        branch: 'z9hG4bKa',
        received: undefined,
        rport: undefined,
      },
    ],
    ['SIP/2.0/tcp host', { protocol: 'TCP', host: 'host', port: undefined, branch: '' }],
    [
      'SIP  / 2.0  / TCP     a.example.com   ;  branch  =   z9hG4bK1  , x',
      { protocol: 'TCP', host: 'a.example.com', branch: 'z9hG4bK1' },
    ],
    ['sip/2.0/UDP a : 5061 ;branch=b', { host: 'a', port: 5061, branch: 'b' }],
    [
      'SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=b',
      { host: '[2001:db8::9:1]', received: '[2001:db8::9:255]' },
    ],
    [
      'SIP/2.0/UDP [2001:db8::9:1]:5062;received=2001:db8::9:255',
      { port: 5062, received: '2001:db8::9:255' },
    ],
    ['SIP/2.0/UDP a;rport;branch=b', { rport: '', branch: 'b' }],
    ['SIP/2.0/UDP a;rport=5070', { rport: 5070 }],
    ['SIP/2.0/UDP a;rport=x', { rport: '' }],
    ['SIP/2.0/UDP a;BRANCH=b;RPORT', { rport: '', branch: 'b' }],
    ['SIP/2.0/UDP a;;,;,,', { host: 'a', branch: '' }],
    ['SIP/2.0/UDP a, SIP/2.0/TCP b;branch=2', { host: 'a', branch: '' }],
    ['SIP/2.0/UDP a;hidden;x="1;branch=no";branch=b', { branch: 'b' }],
  ];
  for (const [value, expected] of table) {
    it(`reads ${value}`, () => {
      expect(parseVia(value)).to.include(expected);
    });
  }

  for (const value of [
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/2.0 host',
    'HTTP/2.0/UDP host',
    'SIP/2.0/UDP ;branch=x',
    'SIP/2.0/UDP a:b',
    'SIP/2.0/ host',
    'SIP/2.0/UDP 2001:db8::1',
    'SIP/2.0/UDP a b',
    ';',
  ]) {
    it(`cannot read ${JSON.stringify(value)}`, () => {
      expect(parseVia(value)).to.equal(undefined);
    });
  }
});

describe('what the server adds to Via (RFC 3261 §18.2.1, RFC 3581 §4)', () => {
  const table: readonly (readonly [string, string | undefined, number | undefined, string])[] = [
    ['SIP/2.0/UDP a;branch=b', '192.0.2.9', undefined, 'SIP/2.0/UDP a;branch=b;received=192.0.2.9'],
    [
      'SIP/2.0/UDP a;rport;branch=b',
      '192.0.2.9',
      5070,
      'SIP/2.0/UDP a;rport=5070;branch=b;received=192.0.2.9',
    ],
    ['SIP/2.0/UDP a;rport=1;received=x;k', '::1', 5070, 'SIP/2.0/UDP a;rport=5070;received=::1;k'],
    ['SIP/2.0/UDP a', undefined, 5070, 'SIP/2.0/UDP a;rport=5070'],
    ['SIP/2.0/UDP a', undefined, undefined, 'SIP/2.0/UDP a'],
    [
      'SIP / 2.0 / UDP a : 5060 ; branch = 1 , SIP/2.0/UDP b;rport',
      '192.0.2.9',
      7,
      'SIP / 2.0 / UDP a : 5060 ; branch = 1;received=192.0.2.9;rport=7 , SIP/2.0/UDP b;rport',
    ],
    [
      'SIP/2.0/UDP a, SIP/2.0/UDP b;received=z',
      '192.0.2.9',
      undefined,
      'SIP/2.0/UDP a;received=192.0.2.9, SIP/2.0/UDP b;received=z',
    ],
    ['unreadable', '192.0.2.9', 7, 'unreadable'],
  ];
  for (const [line, address, rport, expected] of table) {
    it(`${line} becomes ${expected}`, () => {
      expect(withReceived(line, address, rport)).to.equal(expected);
    });
  }
});
