import { expect } from 'chai';
import type { Hop, Transport } from '../../../lib/engine/transport/transport.ts';
import { Addresses, contactFor, withOwnAddress } from '../../../lib/engine/user-agent/addresses.ts';

const own = { host: '198.51.100.7', port: 5070 };

describe('the placeholder localhost', () => {
  const table = [
    ['sip:alice@localhost', '<sip:alice@198.51.100.7:5070>'],
    ['"A" <sip:alice@localhost>;tag=1', '"A" <sip:alice@198.51.100.7:5070>;tag=1'],
    ['<sip:alice@localhost:5060;user=phone>', '<sip:alice@198.51.100.7:5070;user=phone>'],
    ['<sip:localhost>', '<sip:198.51.100.7:5070>'],
    ['<sip:localhost@localhost>', '<sip:localhost@198.51.100.7:5070>'],
    ['<sip:alice@example.com>;x=localhost', '<sip:alice@example.com>;x=localhost'],
    ['<sip:alice@localhost.example.com>', '<sip:alice@localhost.example.com>'],
    ['<sip:alice@LOCALHOST>', '<sip:alice@LOCALHOST>'],
  ] as const;
  for (const [given, expected] of table) {
    it(`${given} becomes ${expected}`, () => {
      expect(withOwnAddress(given, own)).to.equal(expected);
    });
  }

  it('gets the transport in a Contact that needs it, unless it is named', () => {
    expect(withOwnAddress('<sip:a@localhost>', own, 'tcp')).to.equal(
      '<sip:a@198.51.100.7:5070;transport=tcp>',
    );
    expect(withOwnAddress('<sip:a@localhost;transport=udp>', own, 'tcp')).to.equal(
      '<sip:a@198.51.100.7:5070;transport=udp>',
    );
  });
});

describe('our own address', () => {
  const listeners: readonly Hop[] = [
    { protocol: 'udp', address: '0.0.0.0', port: 5060 },
    { protocol: 'tcp', address: '::', port: 5062 },
  ];
  const transport = {
    listeners,
    listenerFor: (hop: Hop) => listeners.find(({ protocol }) => protocol === hop.protocol),
  } as unknown as Transport;
  const local = (hop: Hop): string => (hop.address.includes(':') ? '2001:db8::7' : '10.0.0.7');
  const outside: Hop = { protocol: 'udp', address: '203.0.113.1', port: 5060 };
  const addresses = (external?: { host: string; port?: number }): Addresses =>
    new Addresses({
      transport,
      localAddressTowards: local,
      external,
      isOfMachine: address => ['10.0.0.7', '10.0.0.8', '127.0.0.2'].includes(address),
      isLocalNet: address => address.startsWith('10.'),
    });

  it('is the bound one, in brackets for IPv6', () => {
    expect(addresses().ours(outside)).to.deep.equal({ host: '10.0.0.7', port: 5060 });
    expect(addresses().ours({ ...outside, protocol: 'tcp', address: '2001:db8::1' })).to.deep.equal({
      host: '[2001:db8::7]',
      port: 5062,
    });
  });

  it('is the external one for peers beyond our own net only', () => {
    const behindNat = addresses({ host: '198.51.100.1' });
    expect(behindNat.ours(outside)).to.deep.equal({ host: '198.51.100.1', port: 5060 });
    expect(behindNat.ours({ ...outside, address: '10.0.0.9' })).to.deep.equal({
      host: '10.0.0.7',
      port: 5060,
    });
    expect(addresses({ host: 'sip.example', port: 5080 }).ours(outside)).to.deep.equal({
      host: 'sip.example',
      port: 5080,
    });
  });

  it('is told to applications as advertised and as bound', () => {
    const behindNat = addresses({ host: '198.51.100.1' });
    expect(behindNat.hostports('advertised')).to.equal('udp/198.51.100.1:5060,tcp/198.51.100.1:5062');
    expect(behindNat.hostports('local')).to.equal('udp/10.0.0.7:5060,tcp/[2001:db8::7]:5062');
  });

  it('is recognised as the goal of a request, also behind a wildcard', () => {
    for (const address of ['10.0.0.7', '10.0.0.8', '127.0.0.2'])
      expect(addresses().isOwn({ protocol: 'udp', address, port: 5060 }), address).to.equal(true);
    expect(addresses().isOwn({ protocol: 'udp', address: '10.0.0.9', port: 5060 })).to.equal(false);
    expect(addresses().isOwn({ protocol: 'udp', address: '10.0.0.7', port: 5070 })).to.equal(false);
    expect(addresses().isOwn({ protocol: 'tcp', address: '10.0.0.7', port: 5060 })).to.equal(false);
  });

  it('is recognised from outside as well', () => {
    const behindNat = addresses({ host: '198.51.100.1', port: 5080 });
    expect(behindNat.isOwn({ protocol: 'udp', address: '198.51.100.1', port: 5080 })).to.equal(true);
    expect(behindNat.isOwn({ protocol: 'udp', address: '198.51.100.1', port: 5060 })).to.equal(false);
    const samePort = addresses({ host: '198.51.100.1' });
    expect(samePort.isOwn({ protocol: 'tcp', address: '198.51.100.1', port: 5062 })).to.equal(true);
  });

  it('names its transport in a Contact when it is not UDP', () => {
    expect(contactFor(own, 'udp')).to.equal('<sip:198.51.100.7:5070>');
    expect(contactFor(own, 'tcp')).to.equal('<sip:198.51.100.7:5070;transport=tcp>');
  });
});
