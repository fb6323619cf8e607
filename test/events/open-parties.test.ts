import { expect } from 'chai';
import type { ConnId } from '../../lib/call/ids.ts';
import type { CallEvent } from '../../lib/events/event.ts';
import { learnEvent } from '../../lib/events/open-parties.ts';
import { callEvent } from '../support/call-event.ts';

const consult = 'fedcba9876543210@acme:n1' as ConnId;

type Parts = Parameters<typeof callEvent>[0];

const of = (dn: string, role: string, id: string, parts: Parts = {}) =>
  callEvent({ id: `Event${id}`, ThisDN: dn, ThisDNRole: role, ...parts });
const alice = (id: string, parts?: Parts) => of('alice', 'Origination', id, parts);
const bob = (id: string, parts?: Parts) => of('bob', 'Destination', id, parts);

/** By party, the last event of whoever is open after the events. */
function partiesAfter(events: readonly CallEvent[]): ReadonlyMap<string, string> {
  const parties = new Map<string, string>();
  const store = {
    get: (party: string) => parties.get(party),
    open: (party: string, last: string) => void parties.set(party, last),
    update: (party: string, last: string) => void parties.set(party, last),
    close: (party: string) => void parties.delete(party),
  };
  for (const event of events)
    learnEvent(store, {
      event,
      last: () => event.id.slice('Event'.length),
      withData: (before, { UserData }) => `${before} with ${UserData.length} pairs`,
    });
  return parties;
}

/** Who is open after the events, each with its last: `alice: Dialing`, the call in front when it is not that of most. */
function openAfter(...events: readonly CallEvent[]): string[] {
  return [...partiesAfter(events)].map(([party, last]) => {
    const [connId = '', , , dn] = party.split(' ');
    return `${connId === consult ? 'consult ' : ''}${dn}: ${last}`;
  });
}

describe('the open parties', () => {
  const up = [alice('Dialing'), bob('Ringing'), alice('Established'), bob('Established')];

  for (const [what, events, open] of [
    ['who dials', [alice('Dialing')], ['alice: Dialing']],
    ['who rings', [alice('Dialing'), bob('Ringing')], ['alice: Dialing', 'bob: Ringing']],
    ['whoever talks', up, ['alice: Established', 'bob: Established']],
    ['who is held, and who holds', [...up, bob('Held')], ['alice: Established', 'bob: Held']],
    ['not who was released', [...up, alice('Released')], ['bob: Established']],
    ['not who rang in vain', [alice('Dialing'), bob('Ringing'), bob('Abandoned')], ['alice: Dialing']],
    ['not who was only diverted', [alice('Dialing'), bob('Diverted')], ['alice: Dialing']],
    ['not who is told before a call of his began', [bob('Established')], []],
    [
      'who goes on in another call',
      [...up, alice('PartyChanged', { PreviousConnID: up[0]?.ConnID })],
      ['bob: Established', 'alice: PartyChanged'].toSorted(),
    ],
    [
      'who comes over from another call, there no more',
      [
        of('carol', 'Destination', 'Ringing', { ConnID: consult }),
        of('carol', 'Destination', 'PartyChanged', { PreviousConnID: consult }),
      ],
      ['carol: PartyChanged'],
    ],
    [
      'who had another role there',
      [
        of('carol', 'Origination', 'Dialing', { ConnID: consult }),
        of('carol', 'Destination', 'PartyChanged', { PreviousConnID: consult }),
      ],
      ['carol: PartyChanged'],
    ],
    [
      'whoever calls himself, twice',
      [of('bob', 'Origination', 'Dialing'), bob('Ringing')],
      ['bob: Dialing', 'bob: Ringing'],
    ],
    [
      'one of two of one number after the other has gone',
      [...up, bob('Ringing'), bob('Released')],
      ['alice: Established', 'bob: Established'],
    ],
    [
      'with the data that they were told last',
      [
        ...up,
        bob('AttachedDataChanged', { ThirdPartyDN: 'crm' }),
        callEvent({ id: 'EventAttachedDataChanged', ThisDN: undefined, ThisDNRole: undefined }),
      ],
      ['alice: Established', 'bob: Established with 1 pairs'],
    ],
  ] as const)
    it(`are ${what}`, () => {
      expect(openAfter(...events).toSorted()).to.deep.equal(open);
    });
});

describe('the DNs off the hook', () => {
  const hook = (id: 'EventOffHook' | 'EventOnHook', ThisDN: string, tenant = 'acme'): CallEvent => ({
    ...{ id, tenant, time: 1, Server: 'baton/n1', ThisDN, AgentID: 'ann' },
  });

  for (const [what, events, open] of [
    ['those that were lifted', [hook('EventOffHook', '1'), hook('EventOffHook', '2')], ['acme 1', 'acme 2']],
    ['not those that hung up', [hook('EventOffHook', '1'), hook('EventOnHook', '1')], []],
    [
      'each of its own tenant',
      [hook('EventOffHook', '1'), hook('EventOffHook', '1', 'globex'), hook('EventOnHook', '1')],
      ['globex 1'],
    ],
    [
      'once, however often they were lifted',
      [hook('EventOffHook', '1'), hook('EventOffHook', '1')],
      ['acme 1'],
    ],
    ['not those that were on it all the time', [hook('EventOnHook', '1')], []],
  ] as const)
    it(`are ${what}`, () => {
      const parties = partiesAfter(events);
      expect([...parties.keys()]).to.deep.equal(open.map(name => `hook ${name}`));
    });
});
