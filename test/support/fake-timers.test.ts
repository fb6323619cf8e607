import { expect } from 'chai';
import { Timer } from '../../lib/engine/transaction/clock.ts';
import { FakeTimers } from './fake-timers.ts';

describe('FakeTimers', () => {
  it('fires what is due in order, those started on the way included, and nothing later', () => {
    const timers = new FakeTimers();
    const fired: string[] = [];
    const target = {
      onTimer: (name: string) => {
        fired.push(`${name}@${timers.nowMs}`);
        if (name === 'first') timers.start(new Timer(target, 'started on the way'), 5);
      },
    };
    const stopped = new Timer(target, 'stopped');
    timers.start(new Timer(target, 'last'), 21);
    timers.start(new Timer(target, 'second'), 20);
    timers.start(new Timer(target, 'first'), 10);
    timers.start(stopped, 10);
    timers.stop(stopped);
    timers.advance(20);
    expect(fired).to.deep.equal(['first@10', 'started on the way@15', 'second@20']);
    expect(timers.runningNames).to.deep.equal(['last']);
    expect(timers.nowMs).to.equal(20);
  });
});
