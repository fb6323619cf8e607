import { expect } from 'chai';
import { nextHopOf, resolveHop } from '../../../lib/engine/user-agent/next-hop.ts';

const both = new Set(['udp', 'tcp'] as const);

describe('the next hop', () => {
  const table = [
    ['sip:a@192.0.2.1', { kind: 'hop', hop: { protocol: 'udp', address: '192.0.2.1', port: 5060 } }],
    [
      'sip:192.0.2.1:5080;transport=TCP',
      { kind: 'hop', hop: { protocol: 'tcp', address: '192.0.2.1', port: 5080 } },
    ],
    [
      'sip:a@[2001:db8::1]:5070',
      { kind: 'hop', hop: { protocol: 'udp', address: '2001:db8::1', port: 5070 } },
    ],
    ['sip:a@sbc.example:5090', { kind: 'name', host: 'sbc.example', port: 5090, protocol: 'udp' }],
    [
      'sip:a@192.0.2.1;maddr=192.0.2.9',
      { kind: 'hop', hop: { protocol: 'udp', address: '192.0.2.1', port: 5060 } },
    ],
  ] as const;
  for (const [uri, expected] of table) {
    it(`of ${uri}`, () => {
      expect(nextHopOf(uri, both)).to.deep.equal(expected);
    });
  }

  for (const [uri, reason] of [
    ['sips:a@192.0.2.1', /sips is not supported/],
    ['tel:+15550100', /tel is not supported/],
    ['sip:a@192.0.2.1;transport=wss', /wss is not available/],
    ['http://x', /invalid uri|not supported/],
    ['', /invalid uri/],
  ] as const) {
    it(`is refused for '${uri}'`, () => {
      const next = nextHopOf(uri, both);
      expect(next.kind === 'refused' ? next.reason : '').to.match(reason);
    });
  }

  it('never lets a separator of the control protocol into a reason', () => {
    const next = nextHopOf('sip:a@b|c\r\n', both);
    expect(next.kind === 'refused' ? next.reason : 'none').to.not.match(/[|\r\n]/);
  });

  it('takes the first address of a name that a listener can reach', async () => {
    const name = { host: 'sbc.example', port: 5060, protocol: 'udp' } as const;
    const resolver = (): Promise<string[]> => Promise.resolve(['2001:db8::1', '192.0.2.1']);
    expect((await resolveHop(name, resolver, hop => !hop.address.includes(':')))?.address).to.equal(
      '192.0.2.1',
    );
    expect(
      await resolveHop(
        name,
        () => Promise.resolve([]),
        () => true,
      ),
    ).to.equal(undefined);
  });
});
