import { expect } from 'chai';
import fc from 'fast-check';
import type { OutboxRecord } from '../../lib/ports.ts';
import { failing, type Fate, fenced, PaperStream, refused, tooLarge, unreachable } from './support.ts';

const holds = (value: string) => (records: readonly OutboxRecord[]) =>
  records.some(record => record.value.toString() === value);

describe('Publisher', () => {
  let stream: PaperStream;

  beforeEach(() => {
    stream = new PaperStream();
  });

  /** Everything in its own transaction, unless it was kept together. */
  async function start(): Promise<void> {
    stream.publisher.start();
    await stream.settle();
  }

  describe('when all is well', () => {
    it('publishes what was there before it started, and forgets it', async () => {
      stream.outbox.keep('a', 'b');
      await start();
      expect(stream.brokers.seen).to.deep.equal(['a', 'b']);
      expect(stream.outbox.waiting).to.deep.equal([]);
      expect(stream.brokers.position).to.equal(2);
    });

    it('waits a little for others, and publishes them together', async () => {
      stream = new PaperStream({ batch: { maxRecords: 100, maxBytes: 1_000, lingerMs: 20 } });
      await start();
      stream.outbox.keep('a');
      await stream.pass(19);
      stream.outbox.keep('b');
      expect(stream.brokers.batches).to.deep.equal([]);
      await stream.pass(1);
      expect(stream.brokers.batches).to.deep.equal([['a', 'b']]);
    });

    it('does not wait when a batch is full', async () => {
      stream = new PaperStream({ batch: { maxRecords: 2, maxBytes: 1_000, lingerMs: 20 } });
      stream.outbox.keep('a', 'b', 'c', 'd', 'e');
      await start();
      expect(stream.brokers.batches).to.deep.equal([
        ['a', 'b'],
        ['c', 'd'],
      ]);
      await stream.pass(20);
      expect(stream.brokers.batches.at(-1)).to.deep.equal(['e']);
    });

    it('does not wait when it stops', async () => {
      stream = new PaperStream({ batch: { maxRecords: 100, maxBytes: 1_000, lingerMs: 20 } });
      await start();
      stream.outbox.keep('a');
      await stream.settle();
      await stream.publisher.stop(1_000);
      expect(stream.brokers.seen).to.deep.equal(['a']);
    });

    it('takes what is kept meanwhile with the next batch', async () => {
      await start();
      let release = () => {};
      stream.brokers.hold = new Promise(resolve => (release = resolve));
      stream.outbox.keep('a');
      await stream.settle();
      stream.outbox.keep('b', 'c');
      release();
      await stream.settle();
      expect(stream.brokers.batches).to.deep.equal([['a'], ['b', 'c']]);
    });

    it('publishes no more at a time than a batch may have', async () => {
      stream = new PaperStream({ batch: { maxRecords: 2, maxBytes: 1_000, lingerMs: 0 } });
      stream.outbox.keep('a', 'b', 'c', 'd', 'e');
      await start();
      expect(stream.brokers.batches).to.deep.equal([['a', 'b'], ['c', 'd'], ['e']]);
    });

    it('counts each event, and how long it took', async () => {
      await start();
      stream.outbox.keep('a');
      stream.outbox.keepOfAgents('b');
      stream.clock.pass(5);
      await stream.settle();
      expect(stream.metrics.counted).to.deep.equal(['published calls', 'published agents']);
      expect(stream.metrics.seconds).to.deep.equal([0.005, 0.005]);
    });

    it('says once that it is up', async () => {
      await start();
      stream.outbox.keep('a');
      await stream.settle();
      expect(stream.log.lines).to.deep.equal(['info stream up']);
      expect(stream.metrics.up).to.be.true;
      expect(stream.publisher.trouble).to.be.undefined;
    });
  });

  describe('when the process before it had come further than the outbox knows', () => {
    it('publishes only what the brokers do not have', async () => {
      stream.brokers.position = 2;
      stream.outbox.keep('a', 'b', 'c');
      await start();
      expect(stream.brokers.seen).to.deep.equal(['c']);
    });
  });

  describe('when an attempt fails', () => {
    it('publishes the same again by another producer', async () => {
      stream.brokers.fates = [failing];
      stream.outbox.keep('a', 'b');
      await start();
      expect(stream.brokers).to.include({ opened: 1, closed: 1 });
      await stream.pass(100);
      expect(stream.brokers).to.include({ opened: 2, closed: 1 });
      expect(stream.brokers.seen).to.deep.equal(['a', 'b']);
    });

    it('publishes nothing again that is published and of which nobody has heard', async () => {
      stream.brokers.fates = ['lost'];
      stream.outbox.keep('a', 'b');
      await start();
      stream.outbox.keep('c');
      await stream.pass(100);
      expect(stream.brokers.seen).to.deep.equal(['a', 'b', 'c']);
    });

    it('waits longer each time, up to a bound', async () => {
      stream.brokers.down = true;
      await start();
      expect(await stream.passWaits(7)).to.deep.equal([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    });

    it('asks a broker that answers again sooner', async () => {
      stream.brokers.down = true;
      stream.outbox.keep('a');
      await start();
      await stream.passWaits(6);
      stream.brokers.down = false;
      stream.brokers.fates = [failing, failing];
      expect(await stream.passWaits(3)).to.deep.equal([2_000, 100, 200]);
      expect(stream.brokers.seen).to.deep.equal(['a']);
    });

    it('waits as at first when it fails again after all was well', async () => {
      stream.brokers.down = true;
      await start();
      await stream.passWaits(4);
      stream.brokers.down = false;
      await stream.passWaits(1);
      stream.brokers.fates = [failing];
      stream.outbox.keep('a');
      await stream.settle();
      expect(stream.clock.nextMs).to.equal(100);
    });

    it('does not speak of it when the next one succeeds', async () => {
      await start();
      stream.brokers.fates = [failing];
      stream.outbox.keep('a');
      await stream.settle();
      await stream.pass(100);
      expect(stream.log.lines).to.deep.equal(['info stream up']);
      expect(stream.metrics.counted).to.deep.equal(['failed kafka-failing', 'published calls']);
    });

    it('says once that it is down, why, and once that it is up again', async () => {
      await start();
      stream.brokers.down = true;
      stream.outbox.keep('a');
      await stream.settle();
      await stream.passWaits(9);
      expect(stream.log.lines).to.deep.equal(['info stream up', 'warn stream down']);
      expect(stream.log.fields[1]).to.deep.equal({
        code: 'kafka-unreachable',
        reason: 'nobody is there',
        brokers: ['kafka1:9092'],
      });
      expect(stream.metrics.up).to.be.false;
      stream.brokers.down = false;
      await stream.passWaits(1);
      expect(stream.log.lines).to.deep.equal(['info stream up', 'warn stream down', 'info stream up']);
    });

    it('tells for how long it has been in trouble, and by what', async () => {
      const sinceMs = stream.clock.nowMs();
      stream.brokers.down = true;
      await start();
      await stream.passWaits(5);
      expect(stream.publisher.trouble).to.deep.equal({ failure: unreachable, sinceMs });
    });

    it('says at once that it is refused, and publishes when it is let in', async () => {
      stream.brokers.fates = [refused, refused];
      stream.outbox.keep('a');
      await start();
      expect(stream.log.lines).to.deep.equal(['error stream down']);
      await stream.passWaits(2);
      expect(stream.brokers.seen).to.deep.equal(['a']);
      expect(stream.log.lines).to.deep.equal(['error stream down', 'info stream up']);
    });

    it('says that it is refused also where nobody could be reached before', async () => {
      stream.brokers.down = true;
      stream.outbox.keep('a');
      await start();
      await stream.passWaits(5);
      stream.brokers.down = false;
      stream.brokers.fates = [refused];
      await stream.passWaits(1);
      expect(stream.log.lines).to.deep.equal(['warn stream down', 'error stream down']);
    });

    it('survives a defect, and shows where it is', async () => {
      const defect = new TypeError('x is not a function');
      stream.brokers.judge = () => {
        throw defect;
      };
      stream.outbox.keep('a');
      await start();
      expect(stream.log.lines).to.deep.equal(['error stream down']);
      expect(stream.log.fields[0]).to.include({ code: 'internal', err: defect });
    });
  });

  describe('when a connection is lost while there is nothing to publish', () => {
    it('connects again', async () => {
      await start();
      stream.brokers.last?.onLost?.();
      await stream.settle();
      await stream.pass(100);
      expect(stream.brokers.opened).to.equal(2);
      expect(stream.log.lines).to.deep.equal(['info stream up']);
    });

    it('says so when it cannot', async () => {
      await start();
      stream.brokers.down = true;
      stream.brokers.last?.onLost?.();
      await stream.settle();
      await stream.passWaits(5);
      expect(stream.publisher.trouble?.failure).to.equal(unreachable);
    });
  });

  describe('when one event is not taken', () => {
    it('sets it apart, and publishes the others in their order', async () => {
      stream.brokers.judge = records => (holds('d')(records) ? tooLarge : undefined);
      stream.outbox.keep('a', 'b', 'c', 'd', 'e', 'f', 'g');
      await start();
      expect(stream.brokers.seen).to.deep.equal(['a', 'b', 'c', 'e', 'f', 'g']);
      const { code, reason } = tooLarge;
      expect(stream.outbox.apart).to.deep.equal([{ value: 'd', code, reason }]);
      expect(stream.log.lines).to.deep.equal(['info stream up', 'error event set apart']);
      expect(stream.log.fields[1]).to.deep.equal({
        ...{ topic: 'calls', key: 'acme:1', event: 'EventDialing', position: 4, code, reason },
      });
      expect(stream.metrics.counted).to.include('apart calls kafka-record-too-large');
    });

    for (const [what, refusal, apart] of [
      ['it is too large', tooLarge, ['b']],
      [
        'its topic takes nothing',
        { ...tooLarge, kind: 'topic', code: 'kafka-topic-unknown', topic: 'calls' },
        ['b', 'c'],
      ],
    ] as const)
      it(`and cannot be set apart, it waits with all behind it, and says so once: ${what}`, async () => {
        stream.brokers.judge = records => (holds('b')(records) ? refusal : undefined);
        stream.outbox.keep('a');
        await start();
        stream.outbox.isBroken = true;
        stream.outbox.keep('b', 'c');
        await stream.settle();
        await stream.passWaits(12);
        expect(stream.outbox.waiting.map(({ value }) => value.toString())).to.deep.equal(['b', 'c']);
        expect(stream.brokers).to.deep.include({ seen: ['a'], position: 1 });
        expect(stream.publisher.trouble?.failure.code).to.equal('outbox-failing');
        expect(stream.metrics.counted).to.include('failed outbox-failing');
        expect(stream.metrics.up).to.equal(false);
        expect(stream.log.lines.filter(line => line === 'error stream down')).to.have.length(1);
        stream.outbox.isBroken = false;
        await stream.passWaits(10);
        expect(stream.outbox.apart.map(({ value }) => value)).to.deep.equal(apart);
        expect([...stream.brokers.seen, ...apart].toSorted()).to.deep.equal(['a', 'b', 'c']);
        expect(stream.outbox.waiting).to.be.empty;
      });

    it('publishes large batches again afterwards', async () => {
      stream.brokers.judge = records => (holds('a')(records) ? tooLarge : undefined);
      stream.outbox.keep('a', ...Array.from({ length: 16 }, (_, index) => String(index)));
      await start();
      expect(stream.brokers.batches.map(({ length }) => length)).to.deep.equal([1, 2, 4, 8, 1]);
    });
  });

  describe('when a topic takes nothing', () => {
    const unknown = {
      kind: 'topic',
      code: 'kafka-topic-unknown',
      reason: 'UNKNOWN',
      topic: 'agents',
    } as const;

    beforeEach(async () => {
      stream.brokers.judge = records =>
        records.some(({ topic }) => topic === 'agentState') ? unknown : undefined;
      await start();
    });

    it('waits for it first: it may just be created', async () => {
      stream.outbox.keepOfAgents('x');
      await stream.settle();
      await stream.passWaits(3);
      stream.brokers.judge = () => undefined;
      await stream.passWaits(1);
      expect(stream.brokers.seen).to.deep.equal(['x']);
      expect(stream.log.lines).to.deep.equal(['info stream up']);
    });

    it('sets its events apart then, those to come as well, and publishes the others', async () => {
      stream.outbox.keep('a');
      stream.outbox.keepOfAgents('x');
      stream.outbox.keep('b');
      await stream.settle();
      await stream.passWaits(6);
      expect(stream.brokers.seen).to.deep.equal(['a', 'b']);
      stream.outbox.keepOfAgents('y');
      stream.outbox.keep('c');
      await stream.settle();
      expect(stream.brokers.seen).to.deep.equal(['a', 'b', 'c']);
      expect(stream.outbox.apart.map(({ value }) => value)).to.deep.equal(['x', 'y']);
      expect(stream.outbox.waiting).to.deep.equal([]);
      expect(stream.log.lines).to.deep.equal([
        'info stream up',
        'error stream topic unusable: its events are set apart',
      ]);
      expect(stream.publisher.trouble?.failure).to.equal(unknown);
    });

    it('sets no event apart twice when the others fail meanwhile', async () => {
      stream.outbox.keepOfAgents('x');
      await stream.settle();
      await stream.passWaits(6);
      stream.outbox.keepOfAgents('y');
      stream.outbox.keep('a');
      stream.brokers.fates = [failing];
      await stream.settle();
      await stream.passWaits(1);
      expect(stream.outbox.apart.map(({ value }) => value)).to.deep.equal(['x', 'y']);
      expect(stream.brokers.seen).to.deep.equal(['a']);
    });

    it('is tried again after a while', async () => {
      stream.outbox.keepOfAgents('x');
      await stream.settle();
      await stream.passWaits(6);
      await stream.pass(10_000);
      stream.outbox.keepOfAgents('y');
      await stream.settle();
      expect(stream.outbox.apart.map(({ value }) => value)).to.deep.equal(['x', 'y']);
      await stream.pass(10_000);
      stream.brokers.judge = () => undefined;
      stream.outbox.keepOfAgents('z');
      await stream.settle();
      expect(stream.brokers.seen).to.deep.equal(['z']);
      expect(stream.log.lines.slice(2)).to.deep.equal(['info stream topic usable again']);
      expect(stream.publisher.trouble).to.be.undefined;
    });
  });

  describe('when another process takes its name', () => {
    it('takes it back once without a word: its transaction may only have been too slow', async () => {
      stream.brokers.fates = [fenced];
      stream.outbox.keep('a');
      await start();
      await stream.pass(100);
      expect(stream.brokers.seen).to.deep.equal(['a']);
      expect(stream.log.lines).to.deep.equal(['info stream up']);
    });

    it('says so at the second time, and takes it back slowly', async () => {
      stream.brokers.fates = [fenced, fenced];
      stream.outbox.keep('a');
      await start();
      expect(await stream.passWaits(2)).to.deep.equal([100, 5_000]);
      expect(stream.brokers.seen).to.deep.equal(['a']);
      expect(stream.log.lines).to.deep.equal(['error stream down']);
      expect(stream.publisher.trouble?.failure).to.equal(fenced);
    });

    it('is well again when a minute has passed without it', async () => {
      stream.brokers.fates = [fenced, fenced];
      stream.outbox.keep('a');
      await start();
      await stream.passWaits(2);
      await stream.pass(60_000);
      stream.outbox.keep('b');
      await stream.settle();
      expect(stream.publisher.trouble).to.be.undefined;
      expect(stream.log.lines).to.deep.equal(['error stream down', 'info stream up']);
    });
  });

  describe('when it is stopped', () => {
    it('publishes first what there is', async () => {
      await start();
      stream.outbox.keep('a', 'b');
      await stream.publisher.stop(1_000);
      expect(stream.brokers.seen).to.deep.equal(['a', 'b']);
      expect(stream.brokers).to.include({ opened: 1, closed: 1 });
      expect(stream.clock.running).to.equal(0);
    });

    it('does so at once, also when it was waiting to try again', async () => {
      stream.brokers.fates = [failing];
      stream.outbox.keep('a');
      await start();
      await stream.publisher.stop(1_000);
      expect(stream.brokers.seen).to.deep.equal(['a']);
    });

    it('gives up after its time, and says what is left', async () => {
      stream.brokers.down = true;
      stream.outbox.keep('a', 'b');
      await start();
      const stopped = stream.publisher.stop(1_000);
      await stream.settle();
      await stream.pass(1_000);
      await stopped;
      expect(stream.log.lines.at(-1)).to.equal('warn stream stopped before all was published');
      expect(stream.log.fields.at(-1)).to.deep.equal({ records: 2 });
      expect(stream.outbox.waiting).to.have.length(2);
      expect(stream.clock.running).to.equal(0);
    });

    it('gives up what is under way after its time', async () => {
      stream.brokers.hold = new Promise(() => {});
      stream.outbox.keep('a');
      await start();
      const stopped = stream.publisher.stop(1_000);
      await stream.pass(1_000);
      await stopped;
      expect(stream.brokers).to.include({ opened: 1, closed: 1 });
    });

    it('waits for nothing when nothing is left, reachable or not', async () => {
      stream.brokers.down = true;
      await start();
      await stream.publisher.stop(1_000);
      expect(stream.clock.running).to.equal(0);
    });
  });

  it('publishes each event once and in order, whatever happens to its attempts', async () => {
    const fate = fc.constantFrom<Fate>('published', 'lost', failing, unreachable, fenced, refused);
    const step = fc.oneof(
      fc.record({ keep: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ fates: fc.array(fate, { maxLength: 5 }) }),
      fc.record({ down: fc.boolean() }),
      fc.record({ pass: fc.integer({ min: 0, max: 3_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
        stream = new PaperStream({ batch: { maxRecords: 4, maxBytes: 1_000, lingerMs: 5 } });
        await start();
        let kept = 0;
        for (const what of steps) {
          if ('keep' in what)
            for (let count = 0; count < what.keep; count += 1) stream.outbox.keep(String(kept++));
          else if ('fates' in what) stream.brokers.fates.push(...what.fates);
          else if ('down' in what) stream.brokers.down = what.down;
          else await stream.pass(what.pass);
        }
        stream.brokers.down = false;
        while (stream.outbox.waiting.length > 0) await stream.passWaits(1);
        await stream.publisher.stop(0);
        expect(stream.brokers.seen).to.deep.equal(Array.from({ length: kept }, (_, index) => String(index)));
        expect(stream.outbox.apart).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});
