import { expect } from 'chai';
import { MemoryRecords } from '../../../lib/store/outbox/memory-records.ts';
import type { RecordStore } from '../../../lib/store/outbox/record-store.ts';
import { entry, everything, newFolder, openRecords, removeFolders, shown } from './support.ts';

/** What each kind of store must do. */
const kinds: readonly { readonly kind: string; readonly open: (maxDeadLetters: number) => RecordStore }[] = [
  { kind: 'memory', open: maxDeadLetters => new MemoryRecords({ maxDeadLetters }) },
  { kind: 'a file', open: maxDeadLetters => openRecords(newFolder(), { maxDeadLetters }) },
];

for (const { kind, open } of kinds)
  describe(`records in ${kind}`, () => {
    let records: RecordStore;

    beforeEach(() => {
      records = open(2);
    });

    afterEach(() => records.close());
    after(removeFolders);

    it('get positions that rise, and sequences that rise within their key', () => {
      records.append([entry('a'), entry('b')]);
      records.append([entry('a')]);
      expect(shown(records)).to.deep.equal(['1 a 1', '2 b 1', '3 a 2']);
    });

    it('have sequences of their own on each topic', () => {
      records.append([entry('a'), entry('a', { topic: 'agentState' })]);
      expect(records.read(0, everything).map(({ topic, sequence }) => `${topic} ${sequence}`)).to.deep.equal([
        'callThread 1',
        'agentState 1',
      ]);
    });

    it('come back as they went', () => {
      records.append([entry('a', { bytes: 3, timeMs: 77 })]);
      expect(records.read(0, everything)).to.deep.equal([
        {
          position: 1,
          sequence: 1,
          topic: 'callThread',
          key: 'a',
          event: 'EventDiverted',
          timeMs: 77,
          value: Buffer.from('aaa'),
        },
      ]);
    });

    it('are not made of events that are not to be published', () => {
      records.append([{ event: entry('a').event, record: undefined }, entry('a')]);
      expect(shown(records)).to.deep.equal(['1 a 1']);
    });

    it('are read from a position on, so many and so large as is wanted, one at least', () => {
      records.append(['a', 'b', 'c', 'd', 'e'].map(key => entry(key)));
      const read = (after: number, maxRecords: number, maxBytes: number) =>
        records
          .read(after, { maxRecords, maxBytes })
          .map(({ key }) => key)
          .join('');
      expect(read(0, 2, 9_999)).to.equal('ab');
      expect(read(2, 9, 9_999)).to.equal('cde');
      expect(read(0, 9, 250)).to.equal('ab');
      expect(read(1, 9, 1)).to.equal('b');
      expect(read(5, 9, 9_999)).to.equal('');
      expect(read(99, 9, 9_999)).to.equal('');
    });

    it('are forgotten up to a position, and positions and sequences go on', () => {
      records.append(['a', 'b', 'c'].map(key => entry(key)));
      records.forget(2);
      expect(shown(records)).to.deep.equal(['3 c 1']);
      records.forget(1);
      records.forget(3);
      expect(shown(records)).to.deep.equal([]);
      records.append([entry('a')]);
      expect(shown(records)).to.deep.equal(['4 a 2']);
    });

    it('are counted with their octets and the time of the oldest', () => {
      expect(records.depth).to.deep.equal({ records: 0, bytes: 0, oldestMs: undefined });
      records.append([entry('a', { bytes: 10, timeMs: 5 }), entry('b', { bytes: 20, timeMs: 6 })]);
      const overhead = records.depth.bytes / 2 - 15;
      expect(overhead).to.be.within(1, 100);
      expect(records.depth).to.deep.equal({ records: 2, bytes: 2 * overhead + 30, oldestMs: 5 });
      records.forget(1);
      expect(records.depth).to.deep.equal({ records: 1, bytes: overhead + 20, oldestMs: 6 });
      records.forget(2);
      expect(records.depth).to.deep.equal({ records: 0, bytes: 0, oldestMs: undefined });
    });

    it('are dropped from the oldest on, as long as it is too much', () => {
      records.append(['a', 'b', 'c', 'd'].map(key => entry(key)));
      expect(records.dropWhile(depth => depth.records > 2)).to.equal(2);
      expect(shown(records)).to.deep.equal(['3 c 1', '4 d 1']);
      expect(records.dropWhile(() => true)).to.equal(2);
      expect(records.depth).to.deep.equal({ records: 0, bytes: 0, oldestMs: undefined });
    });

    it('set apart are no longer read, wherever they are', () => {
      records.append(['a', 'b', 'c'].map(key => entry(key)));
      const [, second] = records.read(0, everything);
      if (second !== undefined) records.setApart(second, { code: 'too-large', reason: 'over 1 MB' });
      expect(shown(records)).to.deep.equal(['1 a 1', '3 c 1']);
      expect(records.depth.records).to.equal(2);
    });

    it('set apart are few: the oldest go', () => {
      records.append(['a', 'b', 'c'].map(key => entry(key)));
      const dropped = records
        .read(0, everything)
        .map(record => records.setApart(record, { code: 'too-large', reason: 'over 1 MB' }));
      expect(dropped).to.deep.equal([0, 0, 1]);
      expect(records.deadLetters).to.equal(2);
    });

    it('have an identity', () => {
      expect(records.id).to.match(/^[0-9a-f]{16}$/);
    });
  });
