import { expect } from 'chai';
import { type EventFilter, passes, traitsOf } from '../../lib/stream/filter.ts';
import { changeOf, changeOfThirdParty } from '../../support/sample-change.ts';

const set = (...values: string[]): ReadonlySet<string> => new Set(values);

describe('a filter of events', () => {
  const bobsCopy = changeOf('x');
  const carolsCopy = changeOfThirdParty('x');
  for (const [what, event, filter, expected] of [
    ['nothing: every copy', bobsCopy, {}, true],
    ['nothing: the copy without ThisDN too', carolsCopy, {}, true],
    ['the DN whose copy it is', bobsCopy, { dn: set('bob') }, true],
    ['one of several DNs', bobsCopy, { dn: set('alice', 'bob') }, true],
    ["the author's DN: not the copies of others", bobsCopy, { dn: set('carol') }, false],
    ["the author's DN: the copy without ThisDN", carolsCopy, { dn: set('carol') }, true],
    ['a DN: not the copy without ThisDN', carolsCopy, { dn: set('bob') }, false],
    ['the call', bobsCopy, { connId: set('0123456789abcdef@acme:n1') }, true],
    ['another call', bobsCopy, { connId: set('1123456789abcdef@acme:n1') }, false],
    ['the name of the event', bobsCopy, { id: set('EventAttachedDataChanged', 'EventRinging') }, true],
    ['another name', bobsCopy, { id: set('EventRinging') }, false],
    ["the call's tenant", bobsCopy, { tenant: 'acme' }, true],
    ['another tenant', bobsCopy, { tenant: 'acm' }, false],
    ['two kinds that do not agree', bobsCopy, { dn: set('bob'), id: set('EventRinging') }, false],
  ] as const satisfies [string, object, EventFilter, boolean][]) {
    it(`${what}: ${expected ? 'passes' : 'is left out'}`, () => {
      expect(passes(traitsOf(event), filter)).to.equal(expected);
    });
  }

  it('of a call leaves out what belongs to none', () => {
    const event = {
      id: 'EventAgentLogin',
      tenant: 'acme',
      ThisDN: 'bob',
      Server: 'baton/n1',
      time: 1,
    } as const;
    const login = traitsOf(event);
    expect(passes(login, { connId: set('0123456789abcdef@acme:n1') })).to.equal(false);
    expect(passes(login, { dn: set('bob') })).to.equal(true);
    expect(passes(login, { tenant: 'acme' })).to.equal(true);
    expect(passes(login, { tenant: 'acm' })).to.equal(false);
  });
});
