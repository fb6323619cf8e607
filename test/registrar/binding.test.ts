import { expect } from 'chai';
import fc from 'fast-check';
import { type Binding, bindingsAfter, inOrder } from '../../lib/registrar/binding.ts';
import { readRegister } from '../../lib/registrar/register-wish.ts';
import { limits, register } from './support.ts';

const nowMs = 1_700_000_000_000;
const registering = { source: 'udp:192.0.2.7:5060', trunk: 'agents', nowMs };

/** What becomes of the bindings by a REGISTER with these headers. */
function after(bindings: readonly Binding[], headers: readonly string[]) {
  const wish = readRegister(register(headers), limits);
  if ('code' in wish) throw new Error(wish.text);
  return bindingsAfter(bindings, wish, registering, limits);
}

/** In short: `uri until-seconds call-id/cseq`, or the code of the refusal. */
function shown(result: ReturnType<typeof after>): string | string[] {
  if ('code' in result) return result.code;
  return result.map(
    ({ uri, expiresAtMs, callId, cseq }) => `${uri} ${(expiresAtMs - nowMs) / 1000} ${callId}/${cseq}`,
  );
}

function bound(uri: string, parts: Partial<Binding> = {}): Binding {
  const order = { callId: 'c1', cseq: 5 };
  return { uri, q: 1, ...order, ...registering, refreshedAtMs: nowMs, expiresAtMs: nowMs + 60_000, ...parts };
}

const a = 'sip:a@192.0.2.7';
const b = 'sip:b@192.0.2.7';

describe('the bindings of a DN after a REGISTER (RFC 3261 §10.3)', () => {
  const cases: [string, Binding[], string[], string | string[]][] = [
    ['have its contact', [], [`Contact: <${a}>;expires=90`], [`${a} 90 c1/1`]],
    ['keep the others', [bound(b)], [`Contact: <${a}>;expires=90`], [`${b} 60 c1/5`, `${a} 90 c1/1`]],
    [
      'have a contact once, however it is written',
      [bound(a)],
      ['Contact: <SIP:%61@192.0.2.7>;expires=90', 'CSeq: 6 REGISTER'],
      ['SIP:%61@192.0.2.7 90 c1/6'],
    ],
    [
      'have no contact that is to go',
      [bound(a), bound(b)],
      [`Contact: <${a}>;expires=0`, 'CSeq: 6 REGISTER'],
      [`${b} 60 c1/5`],
    ],
    [
      'do not mind a contact to go that is not there',
      [bound(b)],
      [`Contact: <${a}>;expires=0`],
      [`${b} 60 c1/5`],
    ],
    ['are none after *', [bound(a), bound(b)], ['Contact: *', 'Expires: 0', 'CSeq: 6 REGISTER'], []],
    ['are as they were when there is nothing in it', [bound(a)], [], [`${a} 60 c1/5`]],
    [
      'are as they were when it is late',
      [bound(a)],
      [`Contact: <${a}>;expires=90`, 'CSeq: 5 REGISTER'],
      'register-out-of-order',
    ],
    [
      'are as they were when it is late with *',
      [bound(a), bound(b, { cseq: 9 })],
      ['Contact: *', 'Expires: 0', 'CSeq: 7 REGISTER'],
      'register-out-of-order',
    ],
    [
      'are as they were when it is late with one of its contacts',
      [bound(a, { cseq: 9 })],
      [`Contact: <${b}>, <${a}>`, 'CSeq: 7 REGISTER'],
      'register-out-of-order',
    ],
    [
      'are new when it has another Call-ID, whatever its CSeq',
      [bound(a, { cseq: 9 })],
      [`Contact: <${a}>;expires=90`, 'Call-ID: c2', 'CSeq: 1 REGISTER'],
      [`${a} 90 c2/1`],
    ],
    [
      'are none after * with another Call-ID, whatever its CSeq',
      [bound(a, { cseq: 9 })],
      ['Contact: *', 'Expires: 0', 'Call-ID: c2'],
      [],
    ],
    [
      'have the last of what it says twice about one contact',
      [],
      [`Contact: <${a}>;expires=60, <${a}>;expires=90`],
      [`${a} 90 c1/1`],
    ],
    [
      'are no more than there may be',
      [bound(a), bound(b), bound('sip:c@192.0.2.7')],
      ['Contact: <sip:d@192.0.2.7>'],
      'registrar-full',
    ],
    [
      'may change while there are as many as may be',
      [bound(a), bound(b), bound('sip:c@192.0.2.7')],
      [`Contact: <sip:d@192.0.2.7>;expires=90, <${a}>;expires=0, <${b}>;expires=0`, 'CSeq: 6 REGISTER'],
      ['sip:c@192.0.2.7 60 c1/5', 'sip:d@192.0.2.7 90 c1/6'],
    ],
  ];
  for (const [what, before, headers, expected] of cases) {
    it(what, () => {
      expect(shown(after(before, headers))).to.deep.equal(expected);
    });
  }

  it('know where they came from', () => {
    const [binding] = after([], [`Contact: <${a}>;q=0.3`]) as Binding[];
    expect(binding).to.include({
      source: 'udp:192.0.2.7:5060',
      trunk: 'agents',
      q: 0.3,
      refreshedAtMs: nowMs,
    });
  });

  it('are called best first, and of equals the one heard of last', () => {
    const bindings = [
      bound('sip:low@h', { q: 0.1 }),
      bound('sip:old@h', { refreshedAtMs: nowMs - 1 }),
      bound('sip:new@h', { refreshedAtMs: nowMs }),
    ];
    expect(inOrder(bindings).map(({ uri }) => uri)).to.deep.equal(['sip:new@h', 'sip:old@h', 'sip:low@h']);
  });

  it('change as a whole or not at all, are never too many, and none stands there twice', () => {
    const contact = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(0, 60, 600));
    const requests = fc.record({
      contacts: fc.oneof(fc.constant('*' as const), fc.array(contact, { maxLength: 5 })),
      callId: fc.constantFrom('c1', 'c2'),
      cseq: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 12 }), all => {
        let bindings: readonly Binding[] = [];
        for (const { contacts, callId, cseq } of all) {
          const order = [`Call-ID: ${callId}`, `CSeq: ${cseq} REGISTER`];
          const lines =
            contacts === '*'
              ? ['Contact: *', 'Expires: 0']
              : contacts.map(([at, expiresS]) => `Contact: <sip:${at}@192.0.2.7>;expires=${expiresS}`);
          const result = after(bindings, [...order, ...lines]);
          if ('code' in result) continue;
          expect(result.length).to.be.at.most(limits.maxContacts);
          expect(new Set(result.map(({ uri }) => uri)).size).to.equal(result.length);
          const untouched = bindings.filter(binding => result.includes(binding));
          for (const each of result) if (!untouched.includes(each)) expect(each).to.include({ callId, cseq });
          bindings = result;
        }
      }),
    );
  });
});
