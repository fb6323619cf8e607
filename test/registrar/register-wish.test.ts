import { expect } from 'chai';
import type { NewRequest } from '../../lib/call/signal.ts';
import { readRegister } from '../../lib/registrar/register-wish.ts';
import { limits, phone, register } from './support.ts';

function read(headers: readonly string[], parts: Partial<NewRequest> = {}) {
  return readRegister(register(headers, parts), limits);
}

/** `uri expires q` of each contact. */
function contacts(headers: readonly string[], parts: Partial<NewRequest> = {}) {
  const wish = read(headers, parts);
  if ('code' in wish) return `${wish.code}: ${wish.text}`;
  if (wish.contacts === 'none-any-more') return wish.contacts;
  return wish.contacts.map(({ uri, expiresS, q }) => `${uri} ${expiresS} ${q}`);
}

describe('what a REGISTER wants', () => {
  const cases: [string, string[], unknown][] = [
    ['nothing but to know', [], []],
    ['a contact for the usual time', [`Contact: ${phone}`], ['sip:bob@192.0.2.7 3600 1']],
    ['a contact for the time of Expires', [`Contact: ${phone}`, 'Expires: 120'], ['sip:bob@192.0.2.7 120 1']],
    [
      'a contact for a time of its own, which comes before that of Expires',
      [`Contact: ${phone};expires=90;q=0.5`, 'Expires: 120'],
      ['sip:bob@192.0.2.7 90 0.5'],
    ],
    [
      'several contacts, in one line and in several',
      ['Contact: <sip:a@192.0.2.7>, "B, b" <sip:b@192.0.2.7>;expires=60', 'm: sip:c@192.0.2.7;expires=0'],
      ['sip:a@192.0.2.7 3600 1', 'sip:b@192.0.2.7 60 1', 'sip:c@192.0.2.7 0 1'],
    ],
    ['no more than it may have', [`Contact: ${phone};expires=999999`], ['sip:bob@192.0.2.7 7200 1']],
    [
      'no more than it may have, however much it wants',
      [`Contact: ${phone};expires=99999999999999999999`],
      ['sip:bob@192.0.2.7 7200 1'],
    ],
    [
      'an hour when its time cannot be read',
      [`Contact: ${phone};expires=soon`],
      ['sip:bob@192.0.2.7 3600 1'],
    ],
    [
      'an hour when Expires cannot be read',
      [`Contact: ${phone}`, 'Expires: -1'],
      ['sip:bob@192.0.2.7 3600 1'],
    ],
    ['a contact to go', [`Contact: ${phone};expires=0`], ['sip:bob@192.0.2.7 0 1']],
    ['all contacts to go', ['Contact: *', 'Expires: 0'], 'none-any-more'],
  ];
  for (const [what, headers, expected] of cases) {
    it(`is ${what}`, () => {
      expect(contacts(headers)).to.deep.equal(expected);
    });
  }

  it('has the Call-ID and the number of CSeq', () => {
    expect(read(['CSeq: 7 REGISTER', 'Call-ID: c7'])).to.include({ callId: 'c7', cseq: 7 });
  });
});

describe('a REGISTER is refused', () => {
  const long = 'x'.repeat(513);
  const many = Array.from({ length: 101 }, (_, at) => `Contact: <sip:b${at}@192.0.2.7>`);
  const cases: [string, string[], string][] = [
    ['with * beside another contact', ['Contact: *', `Contact: ${phone}`, 'Expires: 0'], 'stands alone'],
    ['with * beside another contact in one line', [`Contact: *, ${phone}`, 'Expires: 0'], 'stands alone'],
    ['with * and without Expires', ['Contact: *'], 'needs Expires: 0'],
    ['with * and another Expires than 0', ['Contact: *', 'Expires: 60'], 'needs Expires: 0'],
    ['with * and an Expires that cannot be read', ['Contact: *', 'Expires: now'], 'needs Expires: 0'],
    ['with a sips contact', ['Contact: <sips:bob@192.0.2.7>'], 'TLS is not supported'],
    ['with a contact over TLS', ['Contact: <sip:bob@192.0.2.7;transport=tls>'], 'TLS is not supported'],
    ['with a tel contact', ['Contact: <tel:+4930>'], 'expected a SIP URI'],
    ['with a mail address', ['Contact: <mailto:bob@example.com>'], 'expected a SIP URI'],
    ['with a contact at port 0', ['Contact: <sip:bob@192.0.2.7:0>'], 'port 0'],
    ['with a contact that has headers', ['Contact: <sip:bob@192.0.2.7?X=1>'], 'no headers'],
    ['with a contact whose brackets do not match', ['Contact: <sip:bob@192.0.2.7'], 'cannot be read'],
    ['with a very long contact', [`Contact: <sip:${long}@192.0.2.7>`], 'longer than 512'],
    ['with very many contacts', many, 'too many contacts'],
    ['without CSeq', ['CSeq: x'], 'CSeq is missing'],
    ['without Call-ID', ['Call-ID: '], 'Call-ID or CSeq'],
  ];
  for (const [what, headers, text] of cases) {
    it(what, () => {
      expect(contacts(headers)).to.be.a('string').that.includes(text);
    });
  }

  it('for a time that is too short, and is told the shortest', () => {
    expect(read([`Contact: ${phone};expires=59`])).to.deep.include({
      code: 'interval-too-brief',
      headers: [{ name: 'Min-Expires', value: '60' }],
    });
  });
});

describe('a contact is called', () => {
  const cases: [string, string, Partial<NewRequest>, string | undefined][] = [
    ['where it says, when that is where it is', phone, {}, undefined],
    ['where it says, at another port of the same address', '<sip:bob@192.0.2.7:5099>', {}, undefined],
    ['where it came from, when it names another address', '<sip:bob@10.0.0.5>', {}, 'sip:192.0.2.7:5060'],
    ['where it came from, when it names a host', '<sip:bob@phone.example>', {}, 'sip:192.0.2.7:5060'],
    [
      'over the stream that it came by',
      '<sip:bob@10.0.0.5;transport=tcp>',
      { source: { protocol: 'tcp', address: '192.0.2.7', port: 49_152 } },
      'sip:192.0.2.7:49152;transport=tcp',
    ],
    [
      'where it says, however its IPv6 address is written',
      '<sip:bob@[2001:DB8:0::7]>',
      { source: { protocol: 'udp', address: '2001:db8::7', port: 5060 } },
      undefined,
    ],
    [
      'where it came from over IPv6',
      '<sip:bob@10.0.0.5>',
      { source: { protocol: 'udp', address: '2001:db8::7', port: 5060 } },
      'sip:[2001:db8::7]:5060',
    ],
  ];
  for (const [what, contact, parts, via] of cases) {
    it(what, () => {
      const wish = read([`Contact: ${contact}`], parts);
      if ('code' in wish || wish.contacts === 'none-any-more') throw new Error('a contact was expected');
      expect(wish.contacts.map(each => each.via)).to.deep.equal([via]);
    });
  }
});
