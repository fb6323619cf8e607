import { expect } from 'chai';
import { type CallSignal, decide } from '../../lib/call/decide.ts';
import { Story } from './support/story.ts';

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFrozen(inner);
  return value;
}

describe('decide', () => {
  it('changes nothing it is given, and decides the same again', () => {
    const story = new Story().established({ headers: ['X-MS-Custom-A: 1'] });
    const call = deepFrozen(story.call);
    const signals: CallSignal[] = [
      {
        type: 'requested',
        leg: story.alice.leg,
        request: story.newRequestId(),
        method: 'INVITE',
        payload: { headers: [] },
      },
      {
        type: 'requested',
        leg: story.bob.leg,
        request: story.newRequestId(),
        method: 'INFO',
        payload: { headers: [{ name: 'X-MS-Custom-A', value: '2' }] },
      },
      { type: 'hungUp', leg: story.alice.leg, payload: { headers: [] } },
      { type: 'lost', leg: story.bob.leg, reason: 'x' },
    ];
    for (const signal of signals) {
      const first = decide(call, signal, 5, story.env);
      const again = decide(call, signal, 5, story.env);
      expect([again.call, again.effects, again.events, again.notes]).to.deep.equal([
        first.call,
        first.effects,
        first.events,
        first.notes,
      ]);
      expect(first.effects).to.not.deep.equal([]);
    }
  });

  it('decides nothing by what fits nothing', () => {
    const story = new Story().established();
    const strays: CallSignal[] = [
      { type: 'timerFired', timer: { kind: 'no-answer', leg: story.bob.leg } },
      { type: 'timerFired', timer: { kind: 'ack-missing', leg: story.bob.leg } },
      { type: 'rejected', leg: story.bob.leg, status: 486, reason: '', payload: { headers: [] } },
      { type: 'cancelled', leg: story.alice.leg, payload: { headers: [] } },
    ];
    for (const signal of strays) story.feed(signal);
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.state).to.equal('established');
  });
});
