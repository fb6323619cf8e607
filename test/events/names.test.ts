import { expect } from 'chai';
import { AGENT_STATE_EVENTS, CALL_THREAD_EVENTS } from '../../lib/events/names.ts';

describe('the event names', () => {
  it('are 21 for each topic, 42 different ones in all', () => {
    expect(CALL_THREAD_EVENTS).to.have.length(21);
    expect(AGENT_STATE_EVENTS).to.have.length(21);
    expect(new Set<string>([...CALL_THREAD_EVENTS, ...AGENT_STATE_EVENTS]).size).to.equal(42);
  });

  it('do not have EventAttachedDataChanged among them: it is in neither topic', () => {
    expect([...CALL_THREAD_EVENTS, ...AGENT_STATE_EVENTS]).to.not.include('EventAttachedDataChanged');
  });
});
