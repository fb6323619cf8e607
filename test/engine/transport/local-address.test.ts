import type { NetworkInterfaceInfo } from 'node:os';
import { expect } from 'chai';
import { LocalAddresses } from '../../../lib/engine/transport/local-address.ts';
import type { Hop } from '../../../lib/engine/transport/transport.ts';

const ANY4: Hop = { protocol: 'udp', address: '0.0.0.0', port: 5060 };
const ANY6: Hop = { protocol: 'udp', address: '::', port: 5060 };

function address(cidr: string, internal = false): NetworkInterfaceInfo {
  const [text = ''] = cidr.split('/');
  const mac = '00:00:00:00:00:00';
  if (text.includes(':'))
    return { address: text, netmask: '', mac, internal, cidr, family: 'IPv6', scopeid: 0 };
  return { address: text, netmask: '', mac, internal, cidr, family: 'IPv4' };
}

const machine = {
  lo: [address('127.0.0.1/8', true), address('::1/128', true)],
  eth0: [address('192.0.2.10/24'), address('fe80::10/64'), address('2001:db8:1::10/64')],
  eth1: [address('10.1.0.10/16'), address('2001:db8:2::10/64')],
};

describe('the local address towards a peer', () => {
  const rows = [
    { listener: ANY4, peer: '127.0.0.1', expected: '127.0.0.1', because: 'the peer is on loopback' },
    { listener: ANY4, peer: '192.0.2.77', expected: '192.0.2.10', because: 'they share a subnet' },
    { listener: ANY4, peer: '10.1.200.3', expected: '10.1.0.10', because: 'they share a subnet' },
    { listener: ANY4, peer: '192.0.2.10', expected: '192.0.2.10', because: 'it is this machine' },
    { listener: ANY4, peer: '203.0.113.9', expected: '192.0.2.10', because: 'it is the first one' },
    { listener: ANY6, peer: '::1', expected: '::1', because: 'the peer is on loopback' },
    { listener: ANY6, peer: '2001:db8:2::77', expected: '2001:db8:2::10', because: 'they share a subnet' },
    {
      listener: ANY6,
      peer: '2001:db8:9::1',
      expected: '2001:db8:1::10',
      because: 'it is the first beyond the link',
    },
    { listener: ANY6, peer: 'fe80::77%eth0', expected: 'fe80::10', because: 'they share the link' },
    {
      listener: { ...ANY4, address: '192.0.2.10' },
      peer: '10.1.0.5',
      expected: '192.0.2.10',
      because: 'it is bound',
    },
  ];
  for (const { listener, peer, expected, because } of rows) {
    it(`${peer}: ${expected}, since ${because}`, () => {
      const addresses = new LocalAddresses({ interfaces: () => machine });
      expect([addresses.towards(listener, peer), addresses.towards(listener, peer)]).to.deep.equal([
        expected,
        expected,
      ]);
    });
  }

  it('is loopback on a machine without any other', () => {
    const addresses = new LocalAddresses({ interfaces: () => ({ lo: machine.lo }) });
    expect([addresses.towards(ANY4, '203.0.113.9'), addresses.towards(ANY6, '2001:db8::1')]).to.deep.equal([
      '127.0.0.1',
      '::1',
    ]);
  });

  it('is looked up once in half a minute', () => {
    let nowMs = 0;
    let reads = 0;
    let interfaces = { eth0: [address('192.0.2.10/24')] };
    const addresses = new LocalAddresses({
      nowMs: () => nowMs,
      interfaces: () => {
        reads += 1;
        return interfaces;
      },
    });
    const towards = (): string => addresses.towards(ANY4, '203.0.113.9');
    expect(towards()).to.equal('192.0.2.10');
    interfaces = { eth0: [address('198.51.100.4/24')] };
    nowMs = 29_999;
    expect([towards(), reads]).to.deep.equal(['192.0.2.10', 1]);
    nowMs = 30_000;
    expect([towards(), reads]).to.deep.equal(['198.51.100.4', 2]);
  });
});

describe('an address of this machine', () => {
  for (const [literal, isOurs] of [
    ['10.1.0.10', true],
    ['2001:db8:2::10', true],
    ['127.0.0.2', true],
    ['::1', true],
    ['10.1.0.11', false],
  ] as const) {
    it(`${literal}: ${String(isOurs)}`, () => {
      expect(new LocalAddresses({ interfaces: () => machine }).has(literal)).to.equal(isOurs);
    });
  }
});
