import { expect } from 'chai';
import { BatonError } from '../../../lib/errors.ts';
import type { CallEvent } from '../../../lib/events/event.ts';
import { encodeEvent } from '../../../lib/events/encode.ts';
import {
  EventOutbox,
  type EventOutboxOptions,
  type OutboxReading,
} from '../../../lib/store/outbox/event-outbox.ts';
import { MemoryRecords } from '../../../lib/store/outbox/memory-records.ts';
import type { OutboxRecord } from '../../../lib/ports.ts';
import type { Entry, ReadLimits, SetApart } from '../../../lib/store/outbox/record-store.ts';
import { callEvent } from '../../support/call-event.ts';
import { everything } from './support.ts';

/** A disk that fails when told to. */
class FailingRecords extends MemoryRecords {
  isBroken = false;
  tried = 0;

  override append(entries: readonly Entry[]): void {
    this.tried += 1;
    if (this.isBroken) throw new Error('no space left on device');
    super.append(entries);
  }

  override setApart(record: OutboxRecord, why: SetApart): number {
    if (this.isBroken) throw new Error('no space left on device');
    return super.setApart(record, why);
  }

  override read(after: number, limits: ReadLimits): OutboxRecord[] {
    if (this.isBroken) throw new Error('no space left on device');
    return super.read(after, limits);
  }
}

function house(limits: Partial<EventOutboxOptions['limits']> = {}) {
  const it_ = {
    nowMs: 1_000,
    told: 0,
    logged: [] as string[],
    dropped: [] as string[],
    read: (): OutboxReading | undefined => undefined,
  };
  const log = (level: string) => (_fields: object, message: string) => {
    it_.logged.push(`${level}: ${message}`);
  };
  const records = new FailingRecords({ maxDeadLetters: 1 });
  const outbox = new EventOutbox({
    records,
    recordOf: event =>
      event.id === 'EventAttachedDataChanged' ? undefined : { topic: 'callThread', key: 'acme:1' },
    limits: { maxBytes: 10_000, maxAgeMs: 60_000, onFull: 'block-new-calls', ...limits },
    nowMs: () => it_.nowMs,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    metrics: {
      readOutbox: read => {
        it_.read = read;
      },
      eventsDropped: (reason, count) => it_.dropped.push(`${reason} ${count}`),
    },
  });
  outbox.onKept = () => {
    it_.told += 1;
  };
  return Object.assign(it_, { outbox, records });
}

const later = () => new Promise(resolve => setImmediate(resolve));
/** About 1,000 octets of JSON each. */
const events = (count: number, time = 1_000): CallEvent[] =>
  Array.from({ length: count }, () =>
    callEvent({ time, UserData: [{ key: 'a', type: 'string', value: 'x'.repeat(640) }] }),
  );

describe('an outbox', () => {
  it('keeps an event as the JSON that everybody gets, with its name and time', () => {
    const { outbox } = house();
    const event = callEvent({ time: 42 });
    outbox.keep([event]);
    expect(outbox.read(0, everything)).to.deep.equal([
      {
        position: 1,
        sequence: 1,
        topic: 'callThread',
        key: 'acme:1',
        event: 'EventEstablished',
        timeMs: 42,
        value: Buffer.from(encodeEvent(event)),
      },
    ]);
  });

  it('tells the publisher in a later turn, once for all that was kept until then', async () => {
    const it_ = house();
    it_.outbox.keep(events(1));
    it_.outbox.keep(events(1));
    expect(it_.told).to.equal(0);
    await later();
    expect(it_.told).to.equal(1);
    it_.outbox.keep(events(1));
    await later();
    expect(it_.told).to.equal(2);
  });

  it('forgets what is published', () => {
    const { outbox } = house();
    outbox.keep(events(3));
    outbox.published(2);
    expect(outbox.depth.records).to.equal(1);
  });

  it('says how full it is', () => {
    const it_ = house();
    it_.outbox.keep(events(2, 400));
    expect(it_.read()).to.deep.include({ oldestAgeMs: 600, deadLetters: 0, depth: it_.outbox.depth });
  });

  it('counts who has to go for one that is set apart', () => {
    const it_ = house();
    it_.outbox.keep(events(2));
    for (const record of it_.outbox.read(0, everything))
      it_.outbox.setApart(record, { code: 'too-large', reason: 'too large' });
    expect(it_.dropped).to.deep.equal(['dead-letters 1']);
  });
});

describe('an outbox that is full', () => {
  it('lets no new call begin, goes on keeping, and frees the way under 90 %', () => {
    const it_ = house();
    const { outbox } = it_;
    outbox.keep(events(9));
    expect(outbox.obstacle).to.equal(undefined);
    outbox.keep(events(2));
    expect(outbox.obstacle).to.equal('outbox-full');
    outbox.keep(events(1));
    expect(outbox.depth.records).to.equal(12);
    outbox.published(2);
    expect(outbox.obstacle).to.equal('outbox-full');
    outbox.published(5);
    expect(outbox.obstacle).to.equal(undefined);
    expect(it_.logged).to.deep.equal(['error: the outbox is full', 'info: the outbox is no longer full']);
    expect(it_.dropped).to.deep.equal([]);
  });

  it('by age lets no new call begin, also when nothing comes any more', () => {
    const it_ = house();
    it_.outbox.keep(events(1, 1_000));
    it_.nowMs = 60_999;
    expect(it_.outbox.obstacle).to.equal(undefined);
    it_.nowMs = 61_000;
    expect(it_.outbox.obstacle).to.equal('outbox-full');
    expect([...(it_.read()?.alarms ?? [])]).to.deep.equal(['age']);
    it_.outbox.published(1);
    expect(it_.outbox.obstacle).to.equal(undefined);
  });

  it('drops the oldest where that is wanted: calls go on', () => {
    const it_ = house({ onFull: 'drop-oldest' });
    it_.outbox.keep(events(15));
    it_.outbox.keep(events(5));
    expect(it_.outbox.obstacle).to.equal(undefined);
    expect(it_.outbox.depth.bytes).to.be.within(8_000, 10_000);
    const [oldest] = it_.outbox.read(0, everything);
    expect(it_.dropped).to.deep.equal([`size ${(oldest?.position ?? 0) - 6}`, 'size 5']);
    expect(it_.logged).to.deep.equal(['error: the outbox is full']);
    expect([...(it_.read()?.alarms ?? [])]).to.deep.equal(['size']);
  });

  it('drops what is too old', () => {
    const it_ = house({ onFull: 'drop-oldest' });
    it_.outbox.keep(events(2, 1_000));
    it_.nowMs = 61_001;
    it_.outbox.keep(events(1, 61_001));
    expect(it_.outbox.depth).to.include({ records: 1, oldestMs: 61_001 });
    expect(it_.dropped).to.deep.equal(['age 2']);
  });
});

describe('an outbox that cannot be written', () => {
  it('keeps events in memory, lets no new call begin, says so once, and writes all with the next event', () => {
    const it_ = house();
    it_.outbox.keep(events(1));
    it_.records.isBroken = true;
    it_.outbox.keep(events(1));
    it_.outbox.keep(events(1));
    expect(it_.outbox.obstacle).to.equal('outbox-full');
    expect([...(it_.read()?.alarms ?? [])]).to.deep.equal(['write']);
    expect(it_.outbox.depth.records).to.equal(1);
    it_.records.isBroken = false;
    it_.outbox.keep(events(1));
    expect(it_.outbox.obstacle).to.equal(undefined);
    expect(it_.outbox.read(0, everything).map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4]);
    expect(it_.logged).to.deep.equal([
      'error: the outbox cannot be written',
      'info: the outbox can be written again',
    ]);
  });

  it('does not let go of an event that is to be set apart, and shows that it fails', () => {
    const it_ = house();
    it_.outbox.keep(events(1));
    const [record] = it_.outbox.read(0, everything);
    it_.records.isBroken = true;
    const failing = { code: 'outbox-failing', message: 'no space left on device' };
    expect(() => it_.outbox.setApart(record as OutboxRecord, { code: 'c', reason: 'r' }))
      .to.throw(BatonError)
      .that.includes(failing);
    expect(() => it_.outbox.read(0, everything))
      .to.throw(BatonError)
      .that.includes(failing);
    expect([...(it_.read()?.alarms ?? [])]).to.deep.equal(['write']);
    expect(it_.logged).to.deep.equal(['error: the outbox cannot be written']);
    it_.records.isBroken = false;
    expect(it_.outbox.read(0, everything)).to.have.length(1);
  });

  it('tries again for a call that wants to begin, at most once a second', () => {
    const it_ = house();
    it_.records.isBroken = true;
    it_.outbox.keep(events(1));
    it_.records.isBroken = false;
    it_.nowMs += 999;
    expect(it_.outbox.obstacle).to.equal('outbox-full');
    expect(it_.records.tried).to.equal(1);
    it_.nowMs += 1;
    expect(it_.outbox.obstacle).to.equal(undefined);
    expect(it_.outbox.depth.records).to.equal(1);
  });

  it('lets calls begin where the oldest events may be dropped', () => {
    const it_ = house({ onFull: 'drop-oldest' });
    it_.records.isBroken = true;
    it_.outbox.keep(events(1));
    expect(it_.outbox.obstacle).to.equal(undefined);
  });

  it('keeps no more than 16 MB in memory: the oldest go', () => {
    const it_ = house();
    it_.records.isBroken = true;
    const large = callEvent({ UserData: [{ key: 'a', type: 'string', value: 'x'.repeat(1_000_000) }] });
    for (let count = 0; count < 20; count += 1) it_.outbox.keep([large]);
    expect(it_.dropped).to.deep.equal(['write 1', 'write 1', 'write 1', 'write 1']);
  });
});
