import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError } from '../../../lib/errors.ts';
import { openStoppedOutbox, type StoppedFolderOptions } from '../../../lib/store/outbox/outbox-folder.ts';
import type { StoppedOutbox } from '../../../lib/store/outbox/stopped-outbox.ts';
import { entry, everything, newFolder, openRecords, OutboxProcess, removeFolders, shown } from './support.ts';

const tooLarge = { code: 'kafka-record-too-large', reason: 'over 1 MB' };

/** Positions 1 to 6: keys a b a b a b; those of `apart` are set apart, up to `published` they are gone. */
async function outboxWith(
  apart: readonly number[],
  published = 0,
  parts: Partial<StoppedFolderOptions> = {},
) {
  const folder = newFolder();
  const records = openRecords(folder);
  records.append(['a', 'b', 'a', 'b', 'a', 'b'].map((key, at) => entry(key, { timeMs: 100 + at })));
  for (const record of records.read(0, everything))
    if (apart.includes(record.position)) records.setApart(record, tooLarge);
  records.forget(published);
  await records.close();
  return { folder, outbox: await open(folder, parts) };
}

function open(folder: string, parts: Partial<StoppedFolderOptions> = {}): Promise<StoppedOutbox> {
  const limits = { maxBytes: 2 ** 24, maxAgeMs: 60_000, maxDeadLetters: 10, sequenceIdleMs: 3_600_000 };
  return openStoppedOutbox({ folder, ...limits, nowMs: () => 2_000, ...parts });
}

async function waitingIn(folder: string): Promise<{ waiting: string[]; apart: number }> {
  const records = openRecords(folder);
  const found = { waiting: shown(records), apart: records.deadLetters };
  await records.close();
  return found;
}

async function codeOf(opening: Promise<StoppedOutbox>): Promise<string> {
  try {
    await (await opening).close();
    return 'opened';
  } catch (error) {
    return error instanceof BatonError ? error.code : String(error);
  }
}

describe('the outbox of a Baton that does not run', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('says how much waits and what is set apart', async () => {
    const { outbox } = await outboxWith([2, 3], 1);
    const { id, bytes, deadLetters, ...depth } = outbox.status();
    await outbox.close();
    expect(id).to.match(/^[0-9a-f]{16}$/);
    expect(bytes).to.be.within(300, 600);
    expect(depth).to.deep.equal({ records: 3, oldestMs: 103 });
    expect(deadLetters).to.deep.equal({ records: 2, codes: new Map([['kafka-record-too-large', 2]]) });
  });

  it('shows each event set apart, with its reason, and those that are asked for', async () => {
    const { outbox } = await outboxWith([2, 5]);
    const [first, second] = outbox.deadLetters('all');
    const [only, ...others] = outbox.deadLetters([5]);
    await outbox.close();
    expect(first).to.deep.include({ position: 2, ...tooLarge, apartMs: 1_000 });
    expect(first?.record).to.deep.include({ topic: 'callThread', key: 'b', sequence: 1, timeMs: 101 });
    expect(only).to.deep.equal(second);
    expect(others).to.be.empty;
  });

  it('puts events back behind what waits, with the next sequence numbers of their keys, in their order', async () => {
    const { folder, outbox } = await outboxWith([1, 2, 3], 4);
    expect(outbox.retry([3, 1, 3])).to.deep.equal({
      retried: [
        { position: 1, newPosition: 7 },
        { position: 3, newPosition: 8 },
      ],
      left: [],
    });
    await outbox.close();
    expect(await waitingIn(folder)).to.deep.equal({
      waiting: ['5 a 3', '6 b 3', '7 a 4', '8 a 5'],
      apart: 1,
    });
  });

  it('gives no position twice, whether something waits or not', async () => {
    const { folder, outbox } = await outboxWith([1, 6], 6);
    outbox.retry([6]);
    await outbox.close();
    const again = await open(folder);
    again.retry('all');
    await again.close();
    expect(await waitingIn(folder)).to.deep.equal({ waiting: ['7 b 4', '8 a 4'], apart: 0 });
  });

  it('puts back what was put back before and set apart again', async () => {
    const { folder, outbox } = await outboxWith([6]);
    outbox.retry('all');
    await outbox.close();
    const records = openRecords(folder);
    for (const record of records.read(6, everything)) records.setApart(record, tooLarge);
    await records.close();
    const again = await open(folder);
    expect(again.retry('all').retried).to.deep.equal([{ position: 7, newPosition: 8 }]);
    await again.close();
  });

  it('leaves what is too old, or cannot be read: the next run would drop it, or take no calls', async () => {
    const { outbox } = await outboxWith([1, 2, 3], 0, { maxAgeMs: 1_899 });
    const { retried, left } = outbox.retry('all');
    await outbox.close();
    expect(retried.map(({ position }) => position)).to.deep.equal([3]);
    expect(left).to.deep.equal(
      [1, 2].map(position => ({ position, reason: 'it is older than kafka.outbox.maxAgeMs' })),
    );
  });

  it('leaves what there is no room for, and all behind it, so that none overtakes another', async () => {
    const folder = newFolder();
    const records = openRecords(folder);
    records.append([entry('a'), entry('a', { bytes: 5_000 }), entry('a')]);
    for (const record of records.read(0, everything)) records.setApart(record, tooLarge);
    await records.close();
    const outbox = await open(folder, { maxBytes: 4_000 });
    const { retried, left } = outbox.retry('all');
    await outbox.close();
    expect(retried.map(({ position }) => position)).to.deep.equal([1]);
    expect(left.map(({ position }) => position)).to.deep.equal([2, 3]);
    expect(left[0]?.reason).to.contain('kafka.outbox.maxBytes');
  });

  it('forgets events for good where that is wanted', async () => {
    const { folder, outbox } = await outboxWith([1, 2, 3]);
    expect(outbox.drop([3, 1])).to.deep.equal([1, 3]);
    await outbox.close();
    expect((await waitingIn(folder)).apart).to.equal(1);
    const again = await open(folder);
    expect(again.drop('all')).to.deep.equal([2]);
    expect(again.retry('all')).to.deep.equal({ retried: [], left: [] });
    await again.close();
  });

  for (const does of ['retry', 'drop'] as const)
    it(`changes nothing when one of those to ${does} is not there`, async () => {
      const { folder, outbox } = await outboxWith([1, 2]);
      expect(() => outbox[does]([1, 4])).to.throw(BatonError, 'no event with position 4 is set apart');
      await outbox.close();
      expect((await waitingIn(folder)).apart).to.equal(2);
    });

  it('is not made where there is none', async () => {
    const folder = join(newFolder(), 'node1');
    expect(await codeOf(open(folder))).to.equal('outbox-missing');
    expect(existsSync(folder)).to.equal(false);
  });

  it('is not opened while somebody works in it', async () => {
    const { folder, outbox } = await outboxWith([1]);
    await outbox.close();
    const baton = new OutboxProcess(['hold', folder]);
    await baton.says(1);
    expect(await codeOf(open(folder))).to.equal('outbox-held');
    await baton.kill();
    expect(await codeOf(open(folder))).to.equal('opened');
  });

  it('that is broken stays as it is', async () => {
    const { folder, outbox } = await outboxWith([1]);
    await outbox.close();
    const path = join(folder, 'events.mdb');
    const broken = readFileSync(path).fill(0x55, 0, 8_192);
    writeFileSync(path, broken);
    expect(await codeOf(open(folder))).to.equal('outbox-broken');
    expect(readFileSync(path).equals(broken)).to.equal(true);
  });

  it('has each event in one place when it is killed while it puts them back', async () => {
    const folder = newFolder();
    const records = openRecords(folder, { maxDeadLetters: 3_000 });
    for (let call = 0; call < 300; call += 1)
      records.append(Array.from({ length: 10 }, (_, at) => entry(`${at}`, { bytes: 2_000 })));
    for (const record of records.read(0, everything)) records.setApart(record, tooLarge);
    await records.close();
    const places = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      const child = new OutboxProcess(['retry', folder]);
      await child.says(1);
      await child.kill();
      const now = openRecords(folder, { maxDeadLetters: 3_000 });
      const waiting = now.read(0, everything);
      expect(waiting.length + now.deadLetters).to.equal(3_000);
      for (const key of new Set(waiting.map(record => record.key))) {
        const sequences = waiting.filter(record => record.key === key).map(({ sequence }) => sequence);
        expect(sequences).to.deep.equal(sequences.map((_, at) => 301 + at));
      }
      places.add(`${waiting.length}`);
      await now.close();
    }
    expect(places.size).to.be.at.least(2);
  });
});
