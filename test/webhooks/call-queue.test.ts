import { expect } from 'chai';
import fc from 'fast-check';
import type { StoredEvent } from '../../lib/stream/stored-event.ts';
import { CallQueue } from '../../lib/webhooks/call-queue.ts';
import { unlimited } from '../stream/support.ts';
import { stored } from './support.ts';

const numbers = (events: readonly (StoredEvent | undefined)[]) => events.map(event => event?.number);

describe('the queue of a webhook', () => {
  it('gives the events of one call one after the other, and does not make other calls wait', () => {
    const queue = new CallQueue(unlimited);
    const events = [stored(1, 'one'), stored(2, 'one'), stored(3, 'two'), stored(4, 'one')];
    for (const event of events) queue.push(event);
    const taken = [queue.take(), queue.take(), queue.take()];
    expect(numbers(taken)).to.deep.equal([1, 3, undefined]);
    if (taken[0] !== undefined) queue.release(taken[0]);
    expect(numbers([queue.take(), queue.take()])).to.deep.equal([2, undefined]);
  });

  it('drops the oldest when too many wait', () => {
    const queue = new CallQueue({ ...unlimited, maxEvents: 2 });
    expect(numbers(queue.push(stored(1, 'one')))).to.deep.equal([]);
    expect(numbers(queue.push(stored(2, 'two')))).to.deep.equal([]);
    expect(numbers(queue.push(stored(3, 'one')))).to.deep.equal([1]);
    expect(numbers([queue.take(), queue.take()])).to.have.members([2, 3]);
  });

  it('does not count what is under way', () => {
    const queue = new CallQueue({ ...unlimited, maxEvents: 1 });
    queue.push(stored(1));
    queue.take();
    expect(queue.push(stored(2))).to.deep.equal([]);
    expect([queue.length, queue.takenCount]).to.deep.equal([1, 1]);
  });

  it('drops as many as the octets ask for, and lets one event wait that is larger than all may be', () => {
    const { jsonBytes } = stored(1);
    const queue = new CallQueue({ ...unlimited, maxBytes: jsonBytes * 2 });
    queue.push(stored(1));
    queue.push(stored(2));
    const large = stored(3, 'one', { ThisDN: 'x'.repeat(jsonBytes * 3) });
    expect(numbers(queue.push(large))).to.deep.equal([1, 2]);
    expect(queue.take()).to.equal(large);
  });

  it('keeps the order of each call, whatever happens when', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), call: fc.constantFrom('one', 'two', 'three') }),
      fc.record({ do: fc.constantFrom('take' as const, 'release' as const), call: fc.constant('') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 6 }), (steps, maxEvents) => {
        const queue = new CallQueue({ ...unlimited, maxEvents });
        const open: StoredEvent[] = [];
        const last = new Map<string | undefined, number>();
        let pushed = 0;
        let left = 0;
        for (const { do: what, call } of steps) {
          if (what === 'push') left += queue.push(stored((pushed += 1), call)).length;
          else if (what === 'take') {
            const event = queue.take();
            if (event === undefined) continue;
            expect(open.map(each => each.traits.connId)).to.not.include(event.traits.connId);
            expect(event.number).to.be.greaterThan(last.get(event.traits.connId) ?? 0);
            last.set(event.traits.connId, event.number);
            open.push(event);
            left += 1;
          } else {
            const event = open.shift();
            if (event !== undefined) queue.release(event);
          }
          expect(queue.length).to.be.at.most(maxEvents);
          expect(queue.length + left).to.equal(pushed);
        }
        // Nothing is stuck.
        for (const event of open) queue.release(event);
        for (let event = queue.take(); event !== undefined; event = queue.take()) queue.release(event);
        expect([queue.length, queue.takenCount]).to.deep.equal([0, 0]);
      }),
    );
  });
});
