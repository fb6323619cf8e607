import { expect } from 'chai';
import { type BadQuery, parseWanted } from '../../../lib/http/stream/query.ts';

const set = (...values: string[]): ReadonlySet<string> => new Set(values);

describe('what a subscriber asks for', () => {
  for (const [query, wanted] of [
    ['', { filter: {} }],
    ['?', { filter: {} }],
    ['?dn=alice', { filter: { dn: set('alice') } }],
    ['?dn=alice&dn=%2B49301234', { filter: { dn: set('alice', '+49301234') } }],
    [
      '?connId=00a1@acme:n1&id=EventRinging',
      { filter: { connId: set('00a1@acme:n1'), id: set('EventRinging') } },
    ],
    ['?after=00c0ffee-12', { filter: {}, after: { run: '00c0ffee', number: 12 } }],
  ] as const) {
    it(`/v1/events${query}`, () => {
      expect(parseWanted(`/v1/events${query}`)).to.deep.equal(wanted);
    });
  }

  for (const [query, parameter, detail] of [
    ['?dnn=alice', 'dnn', '"dnn": no such parameter; there are dn, connId, id, after'],
    ['?dn=', 'dn', '"dn": empty'],
    ['?id=EventRing', 'id', '"id": no event is named "EventRing"'],
    ['?after=12', 'after', '"after": not a position of a stream'],
    ['?after=00c0ffee-1&after=00c0ffee-2', 'after', '"after": given twice'],
  ] as const) {
    it(`refuses /v1/events${query}`, () => {
      expect(parseWanted(`/v1/events${query}`)).to.deep.equal({ parameter, detail });
    });
  }

  it('refuses in a sentence that fits into a close frame', () => {
    for (const query of [`?${'x'.repeat(500)}=1`, `?id=${'€'.repeat(500)}`]) {
      expect(Buffer.byteLength((parseWanted(query) as BadQuery).detail)).to.be.at.most(123);
    }
  });

  it('believes Last-Event-ID more than the older position in the address', () => {
    expect(parseWanted('/v1/events?after=00c0ffee-1', '00c0ffee-9')).to.deep.equal({
      filter: {},
      after: { run: '00c0ffee', number: 9 },
    });
  });

  it('takes an empty Last-Event-ID for none', () => {
    expect(parseWanted('/v1/events', '')).to.deep.equal({ filter: {} });
  });

  it('takes a Last-Event-ID that is none of ours for one of another run', () => {
    expect(parseWanted('/v1/events', '17')).to.deep.equal({ filter: {}, after: { run: '', number: 0 } });
  });
});
