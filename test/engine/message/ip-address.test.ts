import { expect } from 'chai';
import {
  contains,
  familyOf,
  isLoopback,
  isWildcard,
  parseAddress,
  parseCidr,
  withoutZone,
} from '../../../lib/engine/message/ip-address.ts';

function holds(cidr: string, address: string): boolean | undefined {
  const block = parseCidr(cidr);
  const groups = parseAddress(address);
  return block === undefined || groups === undefined ? undefined : contains(block, groups);
}

describe('CIDR', () => {
  const table: [string, string, boolean][] = [
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7/32', '::ffff:192.0.2.7', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['::/0', '192.0.2.1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1', '[::1]', true],
  ];
  for (const [cidr, address, expected] of table) {
    it(`${cidr} ${expected ? 'holds' : 'does not hold'} ${address}`, () => {
      expect(holds(cidr, address)).to.equal(expected);
    });
  }

  for (const text of [
    '',
    'example.com',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4/33',
    '::/129',
    '1:2:3',
    '::1::',
    '1.2.3.4/',
    'g::',
    '1.2.3.4/-1',
  ]) {
    it(`refuses '${text}'`, () => {
      expect(parseCidr(text)).to.equal(undefined);
    });
  }
});

describe('address literals', () => {
  const rows: { text: string; is: 'ipv4' | 'ipv6' | 'none' }[] = [
    { text: '0.0.0.0', is: 'ipv4' },
    { text: '255.255.255.255', is: 'ipv4' },
    { text: '1.2.3', is: 'none' },
    { text: '1.2.3.4.5', is: 'none' },
    { text: '1.2.3.x', is: 'none' },
    { text: '::', is: 'ipv6' },
    { text: '::1', is: 'ipv6' },
    { text: 'fe80::', is: 'ipv6' },
    { text: '2001:DB8:0:0:0:0:0:1', is: 'ipv6' },
    { text: '::ffff:192.0.2.1', is: 'ipv6' },
    { text: '64:ff9b::192.0.2.33', is: 'ipv6' },
    { text: '1:2:3:4:5:6:7', is: 'none' },
    { text: '1:2:3:4:5:6:7:8:9', is: 'none' },
    { text: '1::2::3', is: 'none' },
    { text: '1:2:3:4:5:6:7::8', is: 'none' },
    { text: '12345::', is: 'none' },
    { text: '::g', is: 'none' },
    { text: '::1.2.3.400', is: 'none' },
    { text: 'fe80::1%eth0', is: 'ipv6' },
    { text: '[1.2.3.4]', is: 'none' },
    { text: '010.0.0.1', is: 'none' },
    { text: '1.2.3.04', is: 'none' },
    { text: '', is: 'none' },
  ];
  for (const { text, is } of rows) {
    it(`'${text}': ${is}`, () => {
      expect(parseAddress(text) === undefined ? 'none' : familyOf(text)).to.equal(is);
    });
  }
});

describe('kinds of addresses', () => {
  const rows = [
    { address: '127.0.0.1', loopback: true, wildcard: false, family: 'ipv4' },
    { address: '127.8.9.1', loopback: true, wildcard: false, family: 'ipv4' },
    { address: '0.0.0.0', loopback: false, wildcard: true, family: 'ipv4' },
    { address: '126.0.0.1', loopback: false, wildcard: false, family: 'ipv4' },
    { address: '192.0.2.1', loopback: false, wildcard: false, family: 'ipv4' },
    { address: '::1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '0:0:0:0:0:0:0:1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '::FFFF:7f00:1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '::ffff:127.9.9.9', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '::ffff:127.0.0.1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '::', loopback: false, wildcard: true, family: 'ipv6' },
    { address: '::0', loopback: false, wildcard: true, family: 'ipv6' },
    { address: '2001:db8::1', loopback: false, wildcard: false, family: 'ipv6' },
    { address: '::2', loopback: false, wildcard: false, family: 'ipv6' },
    { address: '::ffff:10.0.0.1', loopback: false, wildcard: false, family: 'ipv6' },
    { address: '::11', loopback: false, wildcard: false, family: 'ipv6' },
  ];
  for (const { address, loopback, wildcard, family } of rows) {
    it(address, () => {
      expect([isLoopback(address), isWildcard(address), familyOf(address)]).to.deep.equal([
        loopback,
        wildcard,
        family,
      ]);
    });
  }

  it('lose the zone', () => {
    expect([withoutZone('fe80::1%eth0'), withoutZone('::1')]).to.deep.equal(['fe80::1', '::1']);
  });
});
