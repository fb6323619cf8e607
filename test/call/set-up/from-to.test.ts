import { expect } from 'chai';
import { calleeFrom, contactUser, isStreamUri, nextMaxForwards } from '../../../lib/call/set-up/from-to.ts';
import { trunk } from '../support/story.ts';

describe('From of the callee leg', () => {
  const table: [string, 'own' | 'keep' | 'target', string][] = [
    ['"Alice A." <sip:alice@client.example:5070;tag=no>;tag=1', 'own', '"Alice A." <sip:alice@localhost>'],
    ['sip:alice@client.example;tag=1', 'keep', '<sip:alice@client.example>'],
    ['<sip:alice@client.example:5099;user=phone>', 'keep', '<sip:alice@client.example:5099;user=phone>'],
    ['<sip:+49@client.example;user=phone>;tag=1', 'target', '<sip:+49@b.example;user=phone>'],
    ['<tel:+49>;tag=1', 'own', '<sip:+49@localhost;user=phone>'],
    ['<tel:*21#>', 'own', '<sip:*21%23@localhost;user=phone>'],
    ['<tel:+49>', 'keep', '<sip:+49@localhost;user=phone>'],
    [
      '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
      'own',
      '"Anonymous" <sip:anonymous@anonymous.invalid>',
    ],
    ['<sip:client.example>', 'own', '<sip:localhost>'],
    ['nonsense', 'own', '<sip:localhost>'],
  ];
  for (const [from, fromHost, expected] of table) {
    it(`${from} with fromHost ${fromHost}`, () => {
      expect(calleeFrom(from, trunk({ name: 't', fromHost }), 'sip:bob@b.example:5080')).to.equal(expected);
    });
  }
});

describe('Contact towards the callee', () => {
  it('has the user of the caller', () => {
    expect(contactUser('"A" <sip:al%20ice@h>')).to.equal('al%20ice');
    expect(contactUser('<tel:*21#>')).to.equal('*21%23');
    expect(contactUser('nonsense')).to.equal('');
  });
});

describe('Max-Forwards', () => {
  const table: [string | undefined, number | undefined][] = [
    ['70', 69],
    ['5', 4],
    ['1', 0],
    ['0', undefined],
    ['300', 254],
    ['1000', 254],
    [undefined, 70],
    ['many', 70],
    ['-1', 70],
  ];
  for (const [value, next] of table) {
    it(`${value ?? 'none'} becomes ${String(next)}`, () => {
      expect(nextMaxForwards(value === undefined ? [] : [{ name: 'max-forwards', value }])).to.equal(next);
    });
  }
});

describe('a URI over a stream', () => {
  const table: [string, boolean][] = [
    ['sip:b@h', false],
    ['sip:b@h;transport=UDP', false],
    ['sip:b@h;transport=tcp', true],
    ['sips:b@h', true],
    ['nonsense', false],
  ];
  for (const [uri, stream] of table) {
    it(`${uri}: ${String(stream)}`, () => {
      expect(isStreamUri(uri)).to.equal(stream);
    });
  }
});
