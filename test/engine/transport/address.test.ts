import { expect } from 'chai';
import {
  familyOf,
  formatHop,
  isIpv4Literal,
  isIpv6Literal,
  isLoopback,
  isWildcard,
  parseListenAddress,
  parseSocketAddress,
  withoutZone,
} from '../../../lib/engine/transport/address.ts';

describe('parseListenAddress', () => {
  const good = [
    { text: 'udp:0.0.0.0:5060', hop: { protocol: 'udp', address: '0.0.0.0', port: 5060 } },
    { text: 'tcp:[::1]:5070', hop: { protocol: 'tcp', address: '::1', port: 5070 } },
    { text: 'udp:[::]:0', hop: { protocol: 'udp', address: '::', port: 0 } },
    { text: 'TCP:127.0.0.1:5060', hop: { protocol: 'tcp', address: '127.0.0.1', port: 5060 } },
    { text: 'udp:192.0.2.1', hop: { protocol: 'udp', address: '192.0.2.1', port: 5060 } },
    { text: 'udp:[2001:db8::1]', hop: { protocol: 'udp', address: '2001:db8::1', port: 5060 } },
  ];
  for (const { text, hop } of good) {
    it(`reads ${text}`, () => {
      expect(parseListenAddress(text)).to.deep.equal(hop);
    });
  }

  const bad = [
    { text: '', says: 'begins with udp: or tcp:' },
    { text: '127.0.0.1:5060', says: 'begins with udp: or tcp:' },
    { text: 'tls:127.0.0.1:5061', says: 'begins with udp: or tcp:' },
    { text: 'udp:', says: 'is not an IPv4 address' },
    { text: 'udp:sip.example:5060', says: 'is not an IPv4 address' },
    { text: 'udp:256.0.0.1:5060', says: 'is not an IPv4 address' },
    { text: 'udp:::1:5060', says: 'is not an IPv4 address' },
    { text: 'udp:[::1:5060', says: 'is not an IPv4 address' },
    { text: 'udp:[127.0.0.1]:5060', says: 'is not an IPv4 address' },
    { text: 'udp:127.0.0.1:', says: 'port number' },
    { text: 'udp:127.0.0.1:sip', says: 'port number' },
    { text: 'udp:[::1]5060', says: 'port number' },
    { text: 'udp:127.0.0.1:65536', says: 'larger than 65535' },
  ];
  for (const { text, says } of bad) {
    it(`refuses '${text}' and says why`, () => {
      expect(() => parseListenAddress(text)).to.throw(says);
    });
  }
});

describe('formatHop', () => {
  for (const text of ['udp:0.0.0.0:5060', 'tcp:[::1]:5070']) {
    it(`writes ${text} as it was read`, () => {
      expect(formatHop(parseListenAddress(text))).to.equal(text);
    });
  }
});

describe('parseSocketAddress', () => {
  it('reads an address without protocol', () => {
    expect(parseSocketAddress('[2001:db8::1]:5070')).to.deep.equal({ address: '2001:db8::1', port: 5070 });
  });
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
    { text: 'fe80::1%eth0', is: 'none' },
    { text: '', is: 'none' },
  ];
  for (const { text, is } of rows) {
    it(`'${text}': ${is}`, () => {
      expect([isIpv4Literal(text), isIpv6Literal(text)]).to.deep.equal([is === 'ipv4', is === 'ipv6']);
    });
  }
});

describe('kinds of addresses', () => {
  const rows = [
    { address: '127.0.0.1', loopback: true, wildcard: false, family: 'ipv4' },
    { address: '127.8.9.1', loopback: true, wildcard: false, family: 'ipv4' },
    { address: '0.0.0.0', loopback: false, wildcard: true, family: 'ipv4' },
    { address: '192.0.2.1', loopback: false, wildcard: false, family: 'ipv4' },
    { address: '::1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '0:0:0:0:0:0:0:1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '::ffff:127.0.0.1', loopback: true, wildcard: false, family: 'ipv6' },
    { address: '::', loopback: false, wildcard: true, family: 'ipv6' },
    { address: '::0', loopback: false, wildcard: true, family: 'ipv6' },
    { address: '2001:db8::1', loopback: false, wildcard: false, family: 'ipv6' },
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
