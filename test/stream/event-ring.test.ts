import { expect } from 'chai';
import fc from 'fast-check';
import { EventRing, type EventRingOptions, type SubscribeOptions } from '../../lib/stream/event-ring.ts';
import type { Subscription } from '../../lib/stream/subscription.ts';
import { changeOf } from '../../support/sample-change.ts';
import { SubscriberRecorder, Turn, unlimited } from './support.ts';

const run = '00c0ffee';

describe('the ring of events', () => {
  let turn: Turn;
  let ring: EventRing;

  function makeRing(options: Partial<EventRingOptions> = {}): void {
    turn = new Turn();
    ring = new EventRing({ run, maxEvents: 1000, maxBytes: 1_000_000, soon: turn.soon, ...options });
  }

  function publish(count: number): void {
    for (let left = count; left > 0; left -= 1) ring.publish(changeOf(`${left}`));
  }

  function subscribe(options: Partial<SubscribeOptions> & { subscriber: SubscriberRecorder }): Subscription {
    return ring.subscribe({ filter: {}, limits: unlimited, ...options });
  }

  beforeEach(() => makeRing());

  it('gives positions 1, 2, 3 … of this run', () => {
    const alice = new SubscriberRecorder();
    subscribe({ subscriber: alice });
    publish(3);
    turn.end();
    expect(alice.events.map(({ number }) => ring.positionOf(number))).to.deep.equal([
      '00c0ffee-1',
      '00c0ffee-2',
      '00c0ffee-3',
    ]);
  });

  it('hands over what is published after a subscriber came, in order, and not at once', () => {
    const alice = new SubscriberRecorder();
    publish(2);
    subscribe({ subscriber: alice });
    publish(2);
    expect(alice.heard).to.deep.equal([]);
    turn.end();
    expect(alice.heard).to.deep.equal(['3', '4']);
  });

  it('hands over only what passes the filter', () => {
    const alice = new SubscriberRecorder();
    subscribe({ subscriber: alice, filter: { dn: new Set(['alice']) } });
    ring.publish(changeOf('x', { ThisDN: 'alice' }));
    ring.publish(changeOf('x', { ThisDN: 'bob' }));
    ring.publish(changeOf('x', { ThisDN: 'alice' }));
    turn.end();
    expect(alice.heard).to.deep.equal(['1', '3']);
  });

  it('encodes an event once for all who read it', () => {
    const [alice, bob] = [new SubscriberRecorder(), new SubscriberRecorder()];
    subscribe({ subscriber: alice });
    subscribe({ subscriber: bob });
    publish(1);
    turn.end();
    expect(alice.events[0]).to.equal(bob.events[0]);
  });

  describe('for one who comes back', () => {
    for (const [what, after, heard] of [
      ['nothing missed', { run, number: 10 }, []],
      ['two missed', { run, number: 8 }, ['9', '10']],
      ['from the oldest that is there', { run, number: 5 }, ['6', '7', '8', '9', '10']],
      [
        'older than the ring: a gap, then what is there',
        { run, number: 2 },
        ['gap 3-5', '6', '7', '8', '9', '10'],
      ],
      ['from the beginning', { run, number: 0 }, ['gap 1-5', '6', '7', '8', '9', '10']],
      ['of another run', { run: 'aaaaaaaa', number: 8 }, ['gap ?-5', '6', '7', '8', '9', '10']],
      ['a position never given', { run, number: 11 }, ['gap ?-5', '6', '7', '8', '9', '10']],
    ] as const) {
      it(what, () => {
        makeRing({ maxEvents: 5 });
        publish(10);
        const alice = new SubscriberRecorder();
        subscribe({ subscriber: alice, after });
        turn.end();
        expect(alice.heard).to.deep.equal(heard);
      });
    }

    it('of another run, when nothing has happened in this one', () => {
      const alice = new SubscriberRecorder();
      subscribe({ subscriber: alice, after: { run: 'aaaaaaaa', number: 8 } });
      turn.end();
      expect(alice.heard).to.deep.equal(['gap ?-0']);
    });

    it('catches up at its own pace, then gets what came meanwhile', () => {
      publish(4);
      const alice = new SubscriberRecorder();
      alice.patience = 2;
      const subscription = subscribe({ subscriber: alice, after: { run, number: 0 } });
      turn.end();
      expect(alice.heard).to.deep.equal(['1', '2']);
      publish(2);
      turn.end();
      alice.patience = Infinity;
      subscription.resume();
      expect(alice.heard).to.deep.equal(['1', '2', '3', '4', '5', '6']);
    });

    it('is not cut for what is published while it catches up, however much', () => {
      publish(4);
      const alice = new SubscriberRecorder();
      alice.patience = 1;
      const limits = { maxEvents: 1, maxBytes: 1 };
      const subscription = subscribe({ subscriber: alice, after: { run, number: 0 }, limits });
      turn.end();
      publish(100);
      turn.end();
      alice.patience = Infinity;
      subscription.resume();
      expect(alice.heard).to.have.length(104);
      expect(alice.cut).to.equal(undefined);
    });

    it('is cut when the ring lets go of what it would read next, and hears of the gap when it comes back', () => {
      makeRing({ maxEvents: 4 });
      publish(4);
      const alice = new SubscriberRecorder();
      alice.patience = 1;
      subscribe({ subscriber: alice, after: { run, number: 0 } });
      turn.end();
      publish(6);
      turn.end();
      expect([alice.heard, alice.cut]).to.deep.equal([['1'], 'slow-subscriber']);
      const again = new SubscriberRecorder();
      subscribe({ subscriber: again, after: { run, number: 1 } });
      turn.end();
      expect(again.heard).to.deep.equal(['gap 2-6', '7', '8', '9', '10']);
    });
  });

  describe('for one who reads little of it', () => {
    const filter = { dn: new Set(['alice']) };
    const forOthers = (count: number): void => publish(count);
    const forAlice = (): void => ring.publish(changeOf('x', { ThisDN: 'alice' }));

    it('tells the position when a quarter of the ring has passed by', () => {
      makeRing({ maxEvents: 100 });
      const alice = new SubscriberRecorder();
      subscribe({ subscriber: alice, filter });
      forOthers(24);
      turn.end();
      expect(alice.heard).to.deep.equal([]);
      forOthers(1);
      turn.end();
      forAlice();
      forOthers(24);
      turn.end();
      expect(alice.heard).to.deep.equal(['at 25', '26']);
    });

    it('tells the position when asked to, once', () => {
      const alice = new SubscriberRecorder();
      const subscription = subscribe({ subscriber: alice, filter });
      forOthers(3);
      turn.end();
      subscription.tellPosition();
      subscription.tellPosition();
      expect(alice.heard).to.deep.equal(['at 3']);
    });

    it('tells no position beyond what waits, nor before a gap of unknown size', () => {
      const [alice, bob] = [new SubscriberRecorder(), new SubscriberRecorder()];
      alice.patience = 1;
      const reading = subscribe({ subscriber: alice, filter });
      forAlice();
      turn.end();
      forOthers(2);
      forAlice();
      turn.end();
      expect(reading.seenTo).to.equal(3);
      reading.tellPosition();
      expect(alice.heard).to.deep.equal(['1']);
      const returning = subscribe({ subscriber: bob, filter, after: { run: 'aaaaaaaa', number: 1 } });
      expect(returning.seenTo).to.equal(undefined);
      turn.end();
      expect(bob.heard).to.deep.equal(['gap ?-0', '1', '4']);
    });

    it('never loses an event in silence when it comes back to the last position that it was told', () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('others' as const), count: fc.integer({ min: 1, max: 6 }) }),
        fc.constant({ do: 'alice' as const, count: 1 }),
        fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) }),
        fc.constantFrom(
          { do: 'turn' as const, count: 0 },
          { do: 'beat' as const, count: 0 },
          { do: 'reconnect' as const, count: 0 },
        ),
      );
      fc.assert(
        fc.property(
          fc.array(step, { maxLength: 60 }),
          fc.integer({ min: 1, max: 12 }),
          (steps, maxEvents) => {
            makeRing({ maxEvents });
            const limits = { maxEvents: 3, maxBytes: 1_000_000 };
            const owed = new Set<number>();
            let [seen, count] = [0, 0];
            let alice = new SubscriberRecorder();
            let subscription = subscribe({ subscriber: alice, limits, filter, after: { run, number: 0 } });
            const settle = (): void => {
              for (const word of alice.heard.splice(0)) {
                const [, from, to] = /^gap (\d+)-(\d+)$/.exec(word) ?? [];
                const at = Number(to ?? word.replace('at ', ''));
                expect(at).to.be.greaterThan(seen);
                if (from === undefined && !word.startsWith('at')) expect(owed.has(at)).to.equal(true);
                for (let gone = Number(from ?? at); gone <= at; gone += 1)
                  if (!word.startsWith('at')) owed.delete(gone);
                for (const number of owed) expect(number).to.be.greaterThan(at);
                seen = at;
              }
            };
            const comeBack = (patience: number): void => {
              subscription.end();
              alice = new SubscriberRecorder();
              alice.patience = patience;
              subscription = subscribe({ subscriber: alice, limits, filter, after: { run, number: seen } });
            };
            for (const { do: what, count: times } of steps) {
              if (what === 'others') {
                forOthers(times);
                count += times;
              } else if (what === 'alice') {
                forAlice();
                owed.add((count += 1));
              } else if (what === 'turn') turn.end();
              else if (what === 'beat') subscription.tellPosition();
              else if (what === 'read') {
                alice.patience = times;
                subscription.resume();
              } else comeBack(1);
              settle();
            }
            comeBack(Infinity);
            turn.end();
            settle();
            expect([...owed]).to.deep.equal([]);
          },
        ),
        { numRuns: 500 },
      );
    });
  });

  it('keeps no more octets than it may, and the newest event in any case', () => {
    makeRing({ maxBytes: 4_000 });
    for (const length of [100, 100, 2_000, 2_000]) ring.publish(changeOf('x'.repeat(length)));
    expect(ring.first).to.equal(4);
    ring.publish(changeOf('x'.repeat(9_000)));
    expect([ring.first, ring.at(4), ring.at(5)?.number]).to.deep.equal([5, undefined, 5]);
  });

  describe('with a subscriber who does not read', () => {
    for (const [what, limits] of [
      ['too many events', { maxEvents: 3, maxBytes: 1_000_000 }],
      ['too many octets', { maxEvents: 1000, maxBytes: 800 }],
    ] as const) {
      it(`cuts it when ${what} wait, and disturbs nobody else`, () => {
        const [slow, fast] = [new SubscriberRecorder(), new SubscriberRecorder()];
        slow.patience = 1;
        subscribe({ subscriber: slow, limits });
        subscribe({ subscriber: fast, limits });
        publish(1);
        turn.end();
        for (let round = 0; round < 3; round += 1) {
          publish(1);
          turn.end();
        }
        expect(slow.cut).to.equal(what === 'too many events' ? undefined : 'slow-subscriber');
        publish(1);
        turn.end();
        expect(slow.cut).to.equal('slow-subscriber');
        expect(slow.heard).to.deep.equal(['1']);
        expect(fast.heard).to.deep.equal(['1', '2', '3', '4', '5']);
      });
    }

    it('does not take a burst for slowness', () => {
      const alice = new SubscriberRecorder();
      subscribe({ subscriber: alice, limits: { maxEvents: 3, maxBytes: 1_500 } });
      publish(100);
      turn.end();
      expect(alice.heard).to.have.length(100);
      expect(alice.cut).to.equal(undefined);
    });

    it('lets one event wait that is larger than all that may wait', () => {
      const alice = new SubscriberRecorder();
      alice.patience = 1;
      const subscription = subscribe({ subscriber: alice, limits: { maxEvents: 3, maxBytes: 1_500 } });
      publish(1);
      turn.end();
      ring.publish(changeOf('x'.repeat(9_000)));
      turn.end();
      subscription.resume();
      expect(alice.heard).to.deep.equal(['1', '2']);
    });
  });

  it('cuts a subscriber who throws, and serves the others', () => {
    const failures: unknown[] = [];
    makeRing({ onFailure: error => failures.push(error) });
    const [broken, alice] = [new SubscriberRecorder(), new SubscriberRecorder()];
    broken.onEvent = () => {
      throw new Error('broken');
    };
    subscribe({ subscriber: broken });
    subscribe({ subscriber: alice });
    publish(2);
    turn.end();
    expect(broken.cut).to.equal('internal');
    expect(alice.heard).to.deep.equal(['1', '2']);
    expect(failures).to.have.length(1);
  });

  it('says nothing to one who has left', () => {
    const alice = new SubscriberRecorder();
    const subscription = subscribe({ subscriber: alice });
    publish(1);
    subscription.end();
    turn.end();
    subscription.resume();
    expect([alice.heard, alice.cut]).to.deep.equal([[], undefined]);
  });

  it('ends all when told to', () => {
    const alice = new SubscriberRecorder();
    subscribe({ subscriber: alice });
    ring.cutAll('shutting-down');
    publish(1);
    turn.end();
    expect([alice.heard, alice.cut]).to.deep.equal([[], 'shutting-down']);
  });

  it('never loses an event in silence, never doubles one, whoever reads at whatever pace', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.constant({ do: 'turn' as const, count: 0 }),
      fc.constant({ do: 'reconnect' as const, count: 0 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (steps, maxEvents) => {
        makeRing({ maxEvents });
        const limits = { maxEvents: 5, maxBytes: 1_000_000 };
        let seen = 0;
        let alice = new SubscriberRecorder();
        let subscription = subscribe({ subscriber: alice, limits, after: { run, number: 0 } });
        const read = (): void => {
          seen = follow(alice, seen);
        };
        for (const { do: what, count } of steps) {
          if (what === 'publish') publish(count);
          else if (what === 'turn') turn.end();
          else if (what === 'read') {
            alice.patience = count;
            subscription.resume();
          } else {
            read();
            subscription.end();
            alice = new SubscriberRecorder();
            alice.patience = 1;
            subscription = subscribe({ subscriber: alice, limits, after: { run, number: seen } });
          }
          read();
        }
        // Whoever comes back in the end and reads has heard of everything.
        subscription.end();
        alice = new SubscriberRecorder();
        subscribe({ subscriber: alice, after: { run, number: seen } });
        turn.end();
        read();
        expect(subscribe({ subscriber: new SubscriberRecorder() }).seenTo).to.equal(seen);
      }),
      { numRuns: 300 },
    );
  });

  /** Takes what was heard; throws unless it goes on from `seen` without a hole or tells of one. */
  function follow(subscriber: SubscriberRecorder, seen: number): number {
    let last = seen;
    for (const word of subscriber.heard.splice(0)) {
      const [, from, to] = /^gap (\d+)-(\d+)$/.exec(word) ?? [undefined, word, word];
      expect(Number(from)).to.equal(last + 1);
      last = Number(to);
    }
    return last;
  }
});
