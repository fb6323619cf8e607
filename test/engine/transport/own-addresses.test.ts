import { expect } from 'chai';
import { ownAddresses } from '../../../lib/engine/transport/own-addresses.ts';

/** A machine with one address of each family. */
const interfaces = () => ({
  eth0: ['192.0.2.10', '2001:db8::10'].map(address => ({
    address,
    netmask: '',
    family: 'IPv4' as const,
    mac: '',
    internal: false,
    cidr: null,
  })),
});

describe('our own addresses', () => {
  const isOwn = ownAddresses(
    [
      { address: '0.0.0.0', port: 5060 },
      { address: '198.51.100.1', port: 5080 },
    ],
    { host: 'sip.example.com' },
    interfaces,
  );

  const rows: readonly [string, number | undefined, boolean][] = [
    ['192.0.2.10', 5060, true],
    // RFC 3261 §19.1.2: 5060 is meant.
    ['192.0.2.10', undefined, true],
    ['[2001:DB8::10]', 5060, true],
    ['localhost', 5060, true],
    ['192.0.2.10', 5070, false],
    ['192.0.2.11', 5060, false],
    ['198.51.100.1', 5080, true],
    ['198.51.100.1', undefined, false],
    ['SIP.example.com', undefined, true],
    ['sip.example.com', 5080, true],
    ['sip.example.com', 5081, false],
  ];
  for (const [host, port, own] of rows) {
    it(`${host}${port === undefined ? '' : `:${port}`} is ${own ? 'ours' : 'not ours'}`, () => {
      expect(isOwn(host, port)).to.equal(own);
    });
  }

  it('has the port of the external address, when it names one', () => {
    const isOurs = ownAddresses(
      [{ address: '192.0.2.10', port: 5060 }],
      { host: 'x', port: 6000 },
      interfaces,
    );
    expect([isOurs('x', 6000), isOurs('x', 5060), isOurs('192.0.2.10', 5060)]).to.deep.equal([
      true,
      false,
      true,
    ]);
  });
});
