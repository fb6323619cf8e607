import { expect } from 'chai';
import { Timer } from '../../../lib/engine/transaction/clock.ts';
import { TimerWheel, type TimerWheelOptions } from '../../../lib/engine/transaction/timer-wheel.ts';

/** A wheel whose time a test moves. */
function wheelAt(startMs: number, options: TimerWheelOptions = {}) {
  let nowMs = startMs;
  const wheel = new TimerWheel({ tickMs: 10, slots: 8, ...options, nowMs: () => nowMs });
  const fired: string[] = [];
  const target = { onTimer: (name: string) => fired.push(`${name}@${nowMs - startMs}`) };
  /** Moves in steps of a tick, as the system timeout does. */
  const advance = (ms: number, stepMs = 10): void => {
    for (const untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs = Math.min(untilMs, nowMs + stepMs);
      wheel.turn();
    }
  };
  return { wheel, fired, target, advance };
}

describe('TimerWheel', () => {
  it('fires at the time or up to a tick later, never before', () => {
    const { wheel, fired, target, advance } = wheelAt(1_003);
    for (const delayMs of [1, 10, 11, 25]) wheel.start(new Timer(target, `${delayMs} ms`), delayMs);
    advance(60, 1);
    expect(fired).to.deep.equal(['1 ms@10', '10 ms@10', '11 ms@20', '25 ms@30']);
    wheel.stop();
  });

  it('fires a timer without delay at the next tick, not within start', () => {
    const { wheel, fired, target, advance } = wheelAt(0);
    wheel.start(new Timer(target, 'now'), 0);
    expect(fired).to.deep.equal([]);
    advance(10);
    expect(fired).to.deep.equal(['now@10']);
    wheel.stop();
  });

  it('keeps a timer that is due in a later turn', () => {
    const { wheel, fired, target, advance } = wheelAt(0);
    wheel.start(new Timer(target, 'third turn'), 200);
    wheel.start(new Timer(target, 'same slot, first turn'), 40);
    advance(190);
    expect(fired).to.deep.equal(['same slot, first turn@40']);
    advance(10);
    expect(fired).to.deep.equal(['same slot, first turn@40', 'third turn@200']);
    wheel.stop();
  });

  it('moves a running timer, and forgets a stopped one', () => {
    const { wheel, fired, target, advance } = wheelAt(0);
    const moved = new Timer(target, 'moved');
    const stopped = new Timer(target, 'stopped');
    wheel.start(moved, 20);
    wheel.start(stopped, 20);
    wheel.start(moved, 50);
    wheel.stop(stopped);
    wheel.stop(stopped);
    expect([moved.running, stopped.running, wheel.runningCount]).to.deep.equal([true, false, 1]);
    advance(100);
    expect(fired).to.deep.equal(['moved@50']);
    expect([moved.running, wheel.runningCount]).to.deep.equal([false, 0]);
    wheel.stop();
  });

  it('lets a firing timer start itself, and stop another one that is due as well', () => {
    const { wheel, fired, advance } = wheelAt(0);
    const victim = new Timer({ onTimer: () => fired.push('victim') }, 'victim');
    let rounds = 0;
    const again: Timer = new Timer(
      {
        onTimer: () => {
          rounds += 1;
          wheel.stop(victim);
          if (rounds < 3) wheel.start(again, 10);
        },
      },
      'again',
    );
    wheel.start(again, 10);
    wheel.start(victim, 10);
    advance(50);
    expect([rounds, fired, wheel.runningCount]).to.deep.equal([3, [], 0]);
    wheel.stop();
  });

  it('fires all that became due while the process stood still, in the order they were due', () => {
    const { wheel, fired, target, advance } = wheelAt(0);
    for (const delayMs of [70, 30, 50]) wheel.start(new Timer(target, `${delayMs}`), delayMs);
    advance(75, 75);
    expect(fired).to.deep.equal(['30@75', '50@75', '70@75']);
    wheel.start(new Timer(target, 'turns later'), 100);
    advance(5_000, 5_000);
    expect(fired.at(-1)).to.equal('turns later@5075');
    wheel.stop();
  });

  it('goes on when a target throws, and tells', () => {
    const errors: unknown[] = [];
    const { wheel, fired, target, advance } = wheelAt(0, { onError: error => errors.push(error) });
    const defect = new Error('a defect');
    wheel.start(
      new Timer(
        {
          onTimer: () => {
            throw defect;
          },
        },
        'defective',
      ),
      10,
    );
    wheel.start(new Timer(target, 'next'), 10);
    advance(10);
    expect(errors).to.deep.equal([defect]);
    expect(fired).to.deep.equal(['next@10']);
    wheel.stop();
  });

  it('sleeps while nothing runs', () => {
    const { wheel, target, advance } = wheelAt(0);
    const timer = new Timer(target, 'only one');
    expect(wheel.asleep).to.equal(true);
    wheel.start(timer, 20);
    expect(wheel.asleep).to.equal(false);
    wheel.stop(timer);
    expect(wheel.asleep).to.equal(true);
    wheel.start(timer, 20);
    advance(30);
    expect(wheel.asleep).to.equal(true);
  });

  it('counts from now after a long sleep', () => {
    const { wheel, fired, target, advance } = wheelAt(0);
    advance(10_000, 10_000);
    wheel.start(new Timer(target, 'woken'), 20);
    advance(30);
    expect(fired).to.deep.equal(['woken@10020']);
    wheel.stop();
  });

  it('stops everything for good', () => {
    const { wheel, fired, target, advance } = wheelAt(0);
    const timer = new Timer(target, 'stopped');
    wheel.start(timer, 10);
    wheel.stop();
    wheel.start(timer, 10);
    advance(50);
    expect([fired, timer.running, wheel.runningCount, wheel.asleep]).to.deep.equal([[], false, 0, true]);
  });

  it('fires 100,000 timers, each once, except those that were stopped', () => {
    const { wheel, advance } = wheelAt(0, { slots: 4096 });
    let fired = 0;
    const target = {
      onTimer: () => {
        fired += 1;
      },
    };
    const timers = Array.from({ length: 100_000 }, () => new Timer(target, 'B'));
    timers.forEach((timer, at) => {
      wheel.start(timer, (at * 7) % 64_000);
    });
    expect(wheel.runningCount).to.equal(100_000);
    timers.forEach((timer, at) => {
      if (at % 4 === 0) wheel.stop(timer);
    });
    expect(wheel.runningCount).to.equal(75_000);
    advance(64_010);
    expect([fired, wheel.runningCount]).to.deep.equal([75_000, 0]);
  });

  it('runs by itself on the system clock', async () => {
    const wheel = new TimerWheel({ keepsProcessAlive: true });
    const name = await new Promise(resolve => {
      wheel.start(new Timer({ onTimer: resolve }, 'real'), 5);
    });
    expect([name, wheel.asleep]).to.deep.equal(['real', true]);
  });

  it('refuses a number of slots that is no power of two', () => {
    expect(() => new TimerWheel({ slots: 12 })).to.throw(RangeError);
  });
});
