import { expect } from 'chai';
import {
  formatHop,
  formatSocketAddress,
  parseListenAddress,
  parseSocketAddress,
  readHostPort,
} from '../../../lib/engine/transport/address.ts';
import type { Hop } from '../../../lib/engine/transport/transport.ts';

describe('parseListenAddress', () => {
  const good: { text: string; hop: Hop }[] = [
    { text: 'udp:0.0.0.0:5060', hop: { protocol: 'udp', address: '0.0.0.0', port: 5060 } },
    { text: 'tcp:[::1]:5070', hop: { protocol: 'tcp', address: '::1', port: 5070 } },
    { text: 'udp:[::]:0', hop: { protocol: 'udp', address: '::', port: 0 } },
    { text: 'TCP:127.0.0.1:5060', hop: { protocol: 'tcp', address: '127.0.0.1', port: 5060 } },
    { text: 'udp:LocalHost:5060', hop: { protocol: 'udp', address: '127.0.0.1', port: 5060 } },
  ];
  for (const { text, hop } of good) {
    it(`reads ${text}`, () => {
      expect(parseListenAddress(text)).to.deep.equal(hop);
    });
  }

  const bad = [
    { text: '', says: 'expected udp:address:port or tcp:address:port' },
    { text: '127.0.0.1:5060', says: 'expected udp:address:port or tcp:address:port' },
    { text: 'tls:127.0.0.1:5061', says: 'tls is not supported yet' },
    { text: 'udp:', says: 'expected host or host:port' },
    { text: 'udp:192.0.2.1', says: 'the port is missing' },
    { text: 'udp:[2001:db8::1]', says: 'the port is missing' },
    { text: 'udp:sip.example:5060', says: 'expected an IP address and a port' },
    { text: 'udp:256.0.0.1:5060', says: 'expected an IP address and a port' },
    { text: 'udp:::1:5060', says: 'IPv6 addresses need brackets' },
    { text: 'udp:[::1:5060', says: 'no IPv6 address in the brackets' },
    { text: 'udp:[127.0.0.1]:5060', says: 'no IPv6 address in the brackets' },
    { text: 'udp:127.0.0.1:', says: 'the port must be 0 to 65535' },
    { text: 'udp:127.0.0.1:sip', says: 'the port must be 0 to 65535' },
    { text: 'udp:[::1]5060', says: 'expected host or host:port' },
    { text: 'udp:127.0.0.1:65536', says: 'the port must be 0 to 65535' },
  ];
  for (const { text, says } of bad) {
    it(`refuses '${text}' and says why`, () => {
      const refused = parseListenAddress(text);
      expect(refused instanceof Error && refused.message).to.include(says);
    });
  }
});

describe('formatHop', () => {
  for (const text of ['udp:0.0.0.0:5060', 'tcp:[::1]:5070']) {
    it(`writes ${text} as it was read`, () => {
      expect(formatHop(parseListenAddress(text) as Hop)).to.equal(text);
    });
  }
});

describe('parseSocketAddress', () => {
  it('reads an address without protocol', () => {
    expect(parseSocketAddress('[2001:db8::1]:5070')).to.deep.equal({ address: '2001:db8::1', port: 5070 });
  });

  it('is written as it was read', () => {
    expect(formatSocketAddress({ address: '2001:db8::1', port: 5070 })).to.equal('[2001:db8::1]:5070');
  });
});

describe('readHostPort', () => {
  it('takes names, and needs no port', () => {
    expect(readHostPort('sip.example:5070')).to.deep.equal({ host: 'sip.example', port: 5070 });
    expect(readHostPort('[::1]')).to.deep.equal({ host: '::1', port: undefined });
  });
});
