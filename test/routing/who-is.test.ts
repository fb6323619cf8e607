import { expect } from 'chai';
import { compileSources, neighbourWithoutTrunk, whoIs } from '../../lib/routing/who-is.ts';

const named = (name: string, ...sources: string[]) => ({ ...neighbourWithoutTrunk('acme'), name, sources });

describe('who is this', () => {
  const table = compileSources({
    trunks: [
      named('wide', '192.0.2.0/24', '2001:db8::/32'),
      named('narrow', '192.0.2.8/30'),
      named('lab', '127.0.0.5'),
    ],
    trusted: ['203.0.113.0/24', '192.0.2.9', 'nonsense'],
    tenant: 'acme',
  });
  const cases: [string, string, string, boolean][] = [
    ['192.0.2.1', 'trunk', 'wide', false],
    ['192.0.2.9', 'trunk', 'narrow', false],
    ['2001:db8::7', 'trunk', 'wide', false],
    ['::ffff:192.0.2.1', 'trunk', 'wide', false],
    ['127.0.0.5', 'trunk', 'lab', true],
    ['127.0.0.1', 'loopback', '', true],
    ['::1', 'loopback', '', true],
    ['203.0.113.7', 'trusted', '', false],
    ['198.51.100.1', 'untrusted', '', false],
    ['sbc.example', 'untrusted', '', false],
  ];
  for (const [address, kind, trunk, loopback] of cases) {
    it(`${address} is ${kind} ${trunk}`, () => {
      const standing = whoIs(address, table);
      expect([standing.kind, standing.trunk.name, standing.loopback]).to.deep.equal([kind, trunk, loopback]);
    });
  }
});
