import { expect } from 'chai';
import type { AgentStateEvent, CallEvent } from '../../lib/events/event.ts';
import { AGENT_STATE_EVENTS, CALL_THREAD_EVENTS } from '../../lib/events/names.ts';
import { recordOf } from '../../lib/kafka/record.ts';
import { callEvent } from '../support/call-event.ts';

const rules = { userDataEvents: false };

function agentEvent(parts: Partial<AgentStateEvent> = {}): AgentStateEvent {
  return { id: 'EventAgentLogin', tenant: 'house', time: 1, Server: 'baton/n1', ThisDN: '7001', ...parts };
}

describe('the place of an event in the stream', () => {
  it('is the topic of calls for each of the 21 call events, its key tenant and thread of the call', () => {
    for (const id of CALL_THREAD_EVENTS)
      expect(recordOf({ ...callEvent(), id } as CallEvent, rules), id).to.deep.equal({
        topic: 'callThread',
        key: 'acme:fedcba9876543210',
      });
  });

  it('is the topic of agents for each of the 21 agent and DN events, its key tenant and agent', () => {
    for (const id of AGENT_STATE_EVENTS)
      expect(recordOf(agentEvent({ id, AgentID: 'ann' }), rules), id).to.deep.equal({
        topic: 'agentState',
        key: 'house:ann',
      });
  });

  it('has the DN where no agent is logged in', () => {
    expect(recordOf(agentEvent(), rules)?.key).to.equal('house:7001');
  });

  it('is none for a change of data, unless those are wanted', () => {
    const changed = callEvent({ id: 'EventAttachedDataChanged', ThirdPartyDN: 'crm' });
    expect(recordOf(changed, rules)).to.equal(undefined);
    expect(recordOf(changed, { ...rules, userDataEvents: true })).to.deep.equal({
      topic: 'callThread',
      key: 'acme:fedcba9876543210',
    });
  });

  it('has the tenant of the configuration in all keys when one is set', () => {
    const all = { ...rules, tenant: 'one' };
    expect(recordOf(callEvent(), all)?.key).to.equal('one:fedcba9876543210');
    expect(recordOf(agentEvent(), all)?.key).to.equal('one:7001');
  });
});
