import { expect } from 'chai';
import { type CallFollowerParts, CallFollower } from '../../lib/agents/call-follower.ts';
import { AgentTable } from '../../lib/agents/agent-table.ts';
import type { ConnId, Dn } from '../../lib/call/ids.ts';
import type { CallEvent, CallHandlingEvent } from '../../lib/events/event.ts';
import { callEvent } from '../support/call-event.ts';
import { agentsAt, onCalls } from './agents-at.ts';

const nobody: CallFollowerParts = {
  agents: onCalls(agentsAt({})),
  isRegistered: () => false,
  tenantOf: trunk => (trunk === 'globex-trunk' ? 'globex' : 'acme'),
};
const one = '0123456789abcdef@acme:n1' as ConnId;
const two = '1123456789abcdef@acme:n1' as ConnId;

function event(id: CallHandlingEvent['id'], parts: Partial<CallHandlingEvent> = {}): CallHandlingEvent {
  return {
    ...(callEvent({ id }) as CallHandlingEvent),
    ThisDN: '2001',
    ConnID: one,
    ...parts,
  };
}

/** Names without Event; a DN of ours with its agent. */
function told(follower: CallFollower, ...events: readonly CallEvent[]): string[] {
  return follower.follow(events).map(each => {
    const name = each.id.replace('Event', '');
    const isHook = each.id === 'EventOffHook' || each.id === 'EventOnHook';
    return isHook ? `${name} ${each.ThisDN} ${each.AgentID ?? '-'}` : name;
  });
}

describe('a DN that is followed through its calls', () => {
  it('is told nothing of when it is not ours', () => {
    const follower = new CallFollower(nobody);
    const events = [event('EventDialing'), event('EventEstablished'), event('EventReleased')];
    expect(follower.follow(events)).to.equal(events);
  });

  it('goes off the hook before it dials, and on it after the last release', () => {
    const follower = new CallFollower({ ...nobody, agents: onCalls(agentsAt({ '2001': {} })) });
    expect(told(follower, event('EventDialing'))).to.deep.equal(['OffHook 2001 agent-2001', 'Dialing']);
    expect(told(follower, event('EventEstablished'))).to.deep.equal(['Established']);
    expect(told(follower, event('EventHeld'))).to.deep.equal(['Held']);
    expect(told(follower, event('EventDialing', { ConnID: two }))).to.deep.equal(['Dialing']);
    expect(told(follower, event('EventReleased'))).to.deep.equal(['Released']);
    expect(told(follower, event('EventReleased', { ConnID: two }))).to.deep.equal([
      'Released',
      'OnHook 2001 agent-2001',
    ]);
    expect(follower.size).to.equal(0);
  });

  it('that rings goes off the hook only by answering', () => {
    const follower = new CallFollower({ ...nobody, agents: onCalls(agentsAt({ '2001': {} })) });
    expect(told(follower, event('EventRinging'), event('EventAbandoned'))).to.deep.equal([
      'Ringing',
      'Abandoned',
    ]);
    expect(told(follower, event('EventRinging'), event('EventReleased'))).to.deep.equal([
      'Ringing',
      'Released',
    ]);
    expect(told(follower, event('EventRinging'), event('EventEstablished'))).to.deep.equal([
      'Ringing',
      'OffHook 2001 agent-2001',
      'Established',
    ]);
  });

  it('is ours too when it is registered, of its own tenant only', () => {
    const isRegistered = (tenant: string, dn: string) => tenant === 'globex' && dn === '2001';
    const follower = new CallFollower({ ...nobody, isRegistered });
    expect(told(follower, event('EventDialing'))).to.deep.equal(['Dialing']);
    const ofGlobex = { ThisTrunk: 'globex-trunk', ConnID: two };
    const [hook] = follower.follow([event('EventDialing', ofGlobex)]);
    expect(hook).to.deep.equal({
      id: 'EventOffHook',
      tenant: 'globex',
      time: 1_000,
      Server: 'baton/n1',
      ThisDN: '2001',
    });
    expect(told(follower, event('EventReleased', ofGlobex))).to.deep.equal(['Released', 'OnHook 2001 -']);
  });

  it('goes on the hook as the agent who went off it, whoever is there by then', () => {
    const places: Record<string, object> = { '2001': {} };
    const follower = new CallFollower({ ...nobody, agents: onCalls(agentsAt(places)) });
    follower.follow([event('EventEstablished')]);
    delete places['2001'];
    expect(told(follower, event('EventReleased'))).to.deep.equal(['Released', 'OnHook 2001 agent-2001']);
  });

  it('comes over into another call with its party', () => {
    const follower = new CallFollower({ ...nobody, agents: onCalls(agentsAt({ '2001': {} })) });
    follower.follow([event('EventEstablished', { ConnID: two })]);
    expect(told(follower, event('EventPartyChanged', { PreviousConnID: two }))).to.deep.equal([
      'PartyChanged',
    ]);
    expect(told(follower, event('EventReleased', { ConnID: two }))).to.deep.equal(['Released']);
    expect(told(follower, event('EventReleased'))).to.deep.equal(['Released', 'OnHook 2001 agent-2001']);
  });

  it('that calls itself is on the hook when both ends are', () => {
    const follower = new CallFollower({ ...nobody, agents: onCalls(agentsAt({ '2001': {} })) });
    const start = [event('EventDialing'), event('EventRinging')];
    expect(told(follower, ...start)).to.deep.equal(['OffHook 2001 agent-2001', 'Dialing', 'Ringing']);
    const answer = [event('EventEstablished'), event('EventEstablished')];
    expect(told(follower, ...answer)).to.deep.equal(['Established', 'Established']);
    const end = [event('EventReleased'), event('EventReleased')];
    expect(told(follower, ...end)).to.deep.equal(['Released', 'Released', 'OnHook 2001 agent-2001']);
  });

  it('in one call of which an agent is muted is so no more with its end, and brings that into another call', () => {
    const agents = new AgentTable({ maxAgents: 1 });
    const name = { tenant: 'acme', agentId: '1001' };
    const moment = { nowMs: 1, server: 'baton/n1' };
    agents.carryOut(name, { action: 'login', dn: '2001' as Dn }, moment);
    agents.carryOut(name, { action: 'mute-on', connId: two }, moment);
    agents.carryOut(name, { action: 'listen-disconnect' }, moment);
    const follower = new CallFollower({ ...nobody, agents });
    follower.follow([event('EventEstablished', { ConnID: two }), event('EventEstablished', { ConnID: one })]);
    follower.follow([event('EventReleased', { ConnID: one })]);
    expect(agents.get(name)).to.deep.include({ muted: { connId: two }, deafened: {} });
    follower.follow([event('EventPartyChanged', { PreviousConnID: two, ConnID: one })]);
    expect(agents.get(name)).to.deep.include({ muted: { connId: one } });
    const last = follower.follow([event('EventReleased')]);
    expect(last.map(({ id, ConnID }) => [id, ConnID])).to.deep.equal([
      ['EventReleased', one],
      ['EventMuteOff', one],
      ['EventOnHook', undefined],
    ]);
    expect(agents.get(name)).to.deep.include({ muted: undefined, deafened: {} });
  });

  it('is forgotten with a call that ends without a word', () => {
    const follower = new CallFollower({ ...nobody, agents: onCalls(agentsAt({ '2001': {} })) });
    follower.follow([event('EventDialing'), event('EventDialing', { ConnID: two })]);
    follower.forget(one);
    expect(follower.size).to.equal(1);
    follower.forget(two);
    expect(follower.size).to.equal(0);
  });
});
