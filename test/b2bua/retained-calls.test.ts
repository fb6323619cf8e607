import { expect } from 'chai';
import { RetainedCalls } from '../../lib/b2bua/retained-calls.ts';
import type { Call } from '../../lib/call/call.ts';
import type { ConnId } from '../../lib/call/ids.ts';
import { Story } from '../call/support/story.ts';

function desk({ retainMs = 1_000, maxCalls = 10 } = {}) {
  const story = new Story().established();
  let nowMs = story.nowMs;
  const timers = new Map<() => void, number>();
  const counts: number[] = [];
  let pushedOut = 0;
  const retained = new RetainedCalls({
    retainMs,
    maxCalls,
    clock: {
      nowMs: () => nowMs,
      after: (delayMs, fire) => {
        timers.set(fire, nowMs + delayMs);
        return () => timers.delete(fire);
      },
    },
    onCount: count => counts.push(count),
    onPushedOut: () => (pushedOut += 1),
  });
  story.bob.hangsUp();
  const released = (name: string): Call => ({ ...story.call, connId: name as ConnId });
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const [fire, dueMs] of [...timers]) if (dueMs <= nowMs && timers.delete(fire)) fire();
  };
  const isThere = (name: string): boolean => retained.get(name as ConnId) !== undefined;
  return { retained, released, pass, isThere, timers, counts, pushedOut: () => pushedOut };
}

describe('released calls that are retained', () => {
  it('are there until their time is up, however often their data changes', () => {
    const { retained, released, pass, isThere, counts } = desk();
    const call = released('a');
    retained.keep(call);
    pass(999);
    retained.keep({ ...call, revision: 1 });
    expect(retained.get(call.connId)).to.have.property('revision', 1);
    pass(1);
    expect([isThere('a'), counts]).to.deep.equal([false, [1, 0]]);
  });

  it('are counted from their release, not from the end of their last leg', () => {
    const { retained, released, pass, isThere } = desk();
    pass(600);
    retained.keep(released('a'));
    pass(400);
    expect(isThere('a')).to.equal(false);
    retained.keep(released('a'));
    expect(isThere('a')).to.equal(false);
  });

  it('are none where nothing is to be retained, nor where nobody was called', () => {
    const none = desk({ retainMs: 0 });
    none.retained.keep(none.released('a'));
    const some = desk();
    some.retained.keep({ ...some.released('b'), callee: undefined });
    expect([none.isThere('a'), some.isThere('b'), none.timers.size + some.timers.size]).to.deep.equal([
      false,
      false,
      0,
    ]);
  });

  it('are no more than may be: the oldest goes, and is counted', () => {
    const { retained, released, isThere, timers, counts, pushedOut } = desk({ maxCalls: 2 });
    for (const name of ['a', 'b', 'c']) retained.keep(released(name));
    expect([isThere('a'), isThere('b'), isThere('c')]).to.deep.equal([false, true, true]);
    expect([timers.size, counts, pushedOut()]).to.deep.equal([2, [1, 2, 2], 1]);
  });

  it('are gone when it is closed, their timers too, and none comes after', () => {
    const { retained, released, isThere, timers, counts } = desk();
    retained.keep(released('a'));
    retained.close();
    retained.keep(released('b'));
    expect([isThere('a'), isThere('b'), timers.size, counts]).to.deep.equal([false, false, 0, [1, 0]]);
  });
});
