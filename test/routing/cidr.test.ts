import { expect } from 'chai';
import { contains, isLoopback, parseAddress, parseCidr } from '../../lib/routing/cidr.ts';

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

  it('knows loopback of both families', () => {
    const answers = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '126.0.0.1', '::2'].map(text => {
      const address = parseAddress(text);
      return address !== undefined && isLoopback(address);
    });
    expect(answers).to.deep.equal([true, true, true, true, false, false]);
  });
});
