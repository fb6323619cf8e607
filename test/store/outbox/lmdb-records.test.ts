import { expect } from 'chai';
import fc from 'fast-check';
import { open } from 'lmdb';
import { join } from 'node:path';
import type { AgentStateEvent, CallEvent } from '../../../lib/events/event.ts';
import { encodeEvent } from '../../../lib/events/encode.ts';
import type { LmdbRecords, LmdbRecordsOptions } from '../../../lib/store/outbox/lmdb-records.ts';
import { MemoryRecords } from '../../../lib/store/outbox/memory-records.ts';
import { recordBytes } from '../../../lib/store/outbox/record-bytes.ts';
import type { Entry, RecordStore } from '../../../lib/store/outbox/record-store.ts';
import { callEvent } from '../../support/call-event.ts';
import { entry, everything, newFolder, openRecords, removeFolders, shown } from './support.ts';

const hourMs = 3_600_000;

/** An entry as the outbox makes it of an event: a change of data is not published. */
function entryOf(event: CallEvent): Entry {
  if (event.id === 'EventAttachedDataChanged') return { event, record: undefined };
  const { id, time: timeMs } = event;
  const key = 'CallThreadID' in event ? event.CallThreadID : '';
  const parts = { topic: 'callThread', key, timeMs } as const;
  return {
    event,
    record: { ...parts, bytes: recordBytes({ ...parts, event: id, json: encodeEvent(event) }) },
  };
}

/** All agents may have the key of one tenant. */
function agentEntry(event: AgentStateEvent): Entry {
  const { id, time: timeMs } = event;
  const parts = { topic: 'agentState', key: `all:${event.AgentID ?? ''}`, timeMs } as const;
  return {
    event,
    record: { ...parts, bytes: recordBytes({ ...parts, event: id, json: encodeEvent(event) }) },
  };
}

type Act =
  | { readonly does: 'append'; readonly keys: readonly string[] }
  | { readonly does: 'forget'; readonly upTo: number }
  | { readonly does: 'drop'; readonly most: number }
  | { readonly does: 'setApart'; readonly at: number }
  | { readonly does: 'reopen' };

function run(store: RecordStore, act: Act): void {
  if (act.does === 'append') store.append(act.keys.map(key => entry(key)));
  else if (act.does === 'forget') store.forget(act.upTo);
  else if (act.does === 'drop') store.dropWhile(depth => depth.records > act.most);
  else if (act.does === 'setApart') {
    const record = store.read(0, everything)[act.at];
    if (record !== undefined) store.setApart(record, { code: 'c', reason: 'r' });
  }
}

const alice = (id: string, parts = {}) =>
  entryOf(callEvent({ id: `Event${id}`, ThisDN: 'alice', ThisDNRole: 'Origination', ...parts }));
const bob = (id: string, parts = {}) => entryOf(callEvent({ id: `Event${id}`, ...parts }));

describe('records in a file that is opened again', () => {
  let folder: string;
  let records: LmdbRecords;

  beforeEach(() => {
    folder = newFolder();
    records = openRecords(folder);
  });

  afterEach(() => records.close());
  after(removeFolders);

  async function reopen(options: Partial<LmdbRecordsOptions> = {}): Promise<void> {
    await records.close();
    records = openRecords(folder, options);
  }

  it('are there, in the same file', async () => {
    const { id } = records;
    records.append([entry('a', { timeMs: 5 }), entry('b')]);
    const before = records.depth;
    await reopen();
    expect(shown(records)).to.deep.equal(['1 a 1', '2 b 1']);
    expect(records.depth).to.deep.equal(before);
    expect(records.id).to.equal(id);
  });

  it('go on where they were, also when nothing waited', async () => {
    records.append([entry('a'), entry('a')]);
    records.forget(2);
    await reopen();
    records.append([entry('a')]);
    expect(shown(records)).to.deep.equal(['3 a 3']);
  });

  for (const [what, remove] of [
    [
      'was set apart',
      () => records.read(1, everything).map(record => records.setApart(record, { code: 'c', reason: 'r' })),
    ],
    ['was dropped', () => records.dropWhile(() => true)],
    ['was published', () => records.forget(2)],
  ] as const)
    it(`give no position twice when the last ${what}`, async () => {
      records.append([entry('a'), entry('b')]);
      remove();
      await reopen();
      records.append([entry('c')]);
      expect(shown(records).at(-1)).to.equal('3 c 1');
    });

  it('have those that were set apart', async () => {
    records.append([entry('a'), entry('b')]);
    for (const record of records.read(0, everything)) records.setApart(record, { code: 'c', reason: 'r' });
    await reopen();
    expect(records.deadLetters).to.equal(2);
  });

  it('are written with every decision on the disk where that is wanted', async () => {
    await reopen({ sync: true });
    records.append([entry('a')]);
    await reopen();
    expect(shown(records)).to.deep.equal(['1 a 1']);
  });

  it('can be large, and so can their keys', async () => {
    const key = `acme:${'ü'.repeat(5_000)}`;
    records.append([entry(key, { bytes: 200_000 }), entry(key)]);
    await reopen();
    expect(
      records.read(0, everything).map(record => [record.key === key, record.sequence, record.value.length]),
    ).to.deep.equal([
      [true, 1, 200_000],
      [true, 2, 100],
    ]);
  });

  it('are the same as in memory, whatever is done with them', async () => {
    const acts = fc.oneof(
      fc
        .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })
        .map(keys => ({ does: 'append', keys }) as const),
      fc.nat({ max: 30 }).map(upTo => ({ does: 'forget', upTo }) as const),
      fc.nat({ max: 10 }).map(most => ({ does: 'drop', most }) as const),
      fc.nat({ max: 3 }).map(at => ({ does: 'setApart', at }) as const),
      fc.constant({ does: 'reopen' } as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { maxLength: 20 }), async some => {
        await records.close();
        folder = newFolder();
        records = openRecords(folder);
        const memory = new MemoryRecords({ maxDeadLetters: 10 });
        for (const one of some) {
          if (one.does === 'reopen') await reopen();
          run(records, one);
          run(memory, one);
          expect(records.read(0, everything)).to.deep.equal(memory.read(0, everything));
          expect(records.depth).to.deep.equal(memory.depth);
          expect(records.deadLetters).to.equal(memory.deadLetters);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the sequences in a file', () => {
  let folder: string;
  let nowMs: number;
  let records: LmdbRecords;

  beforeEach(() => {
    folder = newFolder();
    nowMs = 1_000;
    records = openRecords(folder, { nowMs: () => nowMs, sequenceIdleMs: hourMs });
  });

  afterEach(() => records.close());
  after(removeFolders);

  const sequences = (key: string) =>
    records.read(0, everything).flatMap(record => (record.key === key ? [record.sequence] : []));

  it('go on within the time, counted from the last event', () => {
    for (let count = 0; count < 5; count += 1) {
      records.append([entry('a')]);
      nowMs += hourMs - 1;
      records.append([entry('b')]);
    }
    expect(sequences('a')).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('begin anew for a key that was silent for longer', () => {
    records.append([entry('a')]);
    nowMs += hourMs;
    records.append([entry('b')]);
    records.append([entry('a')]);
    expect(sequences('a')).to.deep.equal([1, 1]);
  });

  it('go on for a call that stands, however silent, until its last party has gone', () => {
    const thread = callEvent().CallThreadID;
    records.append([alice('Dialing'), bob('Ringing')]);
    for (let days = 0; days < 3; days += 1) {
      nowMs += 24 * hourMs;
      records.append([entry('b')]);
    }
    records.append([alice('Released')]);
    nowMs += 24 * hourMs;
    records.append([entry('b')]);
    records.append([bob('Released')]);
    expect(sequences(thread)).to.deep.equal([1, 2, 3, 4]);
    nowMs += 2 * hourMs;
    records.append([entry('b')]);
    records.append([entry(thread)]);
    expect(sequences(thread)).to.deep.equal([1, 2, 3, 4, 1]);
  });

  it('go on for an agent for a month', () => {
    const agent = () => records.append([entry('ann', { topic: 'agentState' })]);
    agent();
    nowMs += 29 * 24 * hourMs;
    records.append([entry('b')]);
    agent();
    nowMs += 31 * 24 * hourMs;
    records.append([entry('b')]);
    agent();
    expect(sequences('ann')).to.deep.equal([1, 2, 1]);
  });

  it('leave nothing of keys that are forgotten', async () => {
    for (let call = 0; call < 50; call += 1) records.append([entry(`a${call}`)]);
    nowMs += 3 * hourMs;
    for (let count = 0; count < 20; count += 1) records.append([entry('b')]);
    await records.close();
    const env = open({ path: join(folder, 'events.mdb'), noSubdir: true, maxDbs: 8 });
    const count = (name: string) => env.openDB({ name, encoding: 'binary' }).getKeysCount();
    expect([count('sequences'), count('idle')]).to.deep.equal([1, 1]);
    await env.close();
    records = openRecords(folder);
  });
});

describe('the open parties in a file', () => {
  let folder: string;
  let records: LmdbRecords;

  beforeEach(() => {
    folder = newFolder();
    records = openRecords(folder);
  });

  afterEach(() => records.close());
  after(removeFolders);

  it('are those who were not told of their end, each with its last event and the data told last', async () => {
    const UserData = [{ key: 'CaseId', type: 'string', value: '43', scope: 'sip' }];
    records.append([alice('Dialing')]);
    records.append([bob('Ringing')]);
    records.append([alice('Established'), bob('Established', { ANI: '4711' })]);
    records.append([bob('AttachedDataChanged', { ThirdPartyDN: 'crm', UserData })]);
    records.append([alice('Released')]);
    await records.close();
    records = openRecords(folder);
    const { lasts, unreadable } = records.openParties();
    expect(unreadable).to.equal(0);
    expect(lasts).to.deep.equal([
      { ...callEvent({ ANI: '4711' }), UserData: [{ key: 'CaseId', type: 'string', value: '43' }] },
    ]);
  });

  it('are none when all were told', () => {
    records.append([alice('Dialing'), bob('Ringing'), alice('Released'), bob('Abandoned')]);
    expect(records.openParties()).to.deep.equal({ lasts: [], lifted: [], unreadable: 0 });
  });

  it('have DNs off the hook beside them, with the tenant that no record shows', async () => {
    const hook = (id: string, ThisDN: string) =>
      agentEntry({
        id,
        tenant: 'acme',
        time: 1_000,
        Server: 'baton/n1',
        ThisDN,
        AgentID: 'ann',
      } as AgentStateEvent);
    records.append([hook('EventOffHook', '2001'), alice('Dialing'), hook('EventOffHook', '2002')]);
    records.append([hook('EventOnHook', '2002')]);
    expect(shown(records).map(line => line.split(' ').slice(1).join(' '))).to.deep.equal([
      'all:ann 1',
      `${callEvent().CallThreadID} 1`,
      'all:ann 2',
      'all:ann 3',
    ]);
    await records.close();
    records = openRecords(folder);
    const { lasts, lifted } = records.openParties();
    expect(lasts).to.have.length(1);
    expect(lifted).to.deep.equal([hook('EventOffHook', '2001').event]);
    records.append([hook('EventOnHook', '2001')]);
    expect(records.openParties().lifted).to.be.empty;
  });

  it('may have names as long as SIP allows', () => {
    const ThisDN = '9'.repeat(20_000);
    records.append([bob('Ringing', { ThisDN }), bob('Ringing', { ThisDN: `${ThisDN}1` })]);
    expect(records.openParties().lasts).to.have.length(2);
    records.append([bob('Released', { ThisDN })]);
    expect(records.openParties().lasts.map(last => last.ThisDN.length)).to.deep.equal([20_001]);
  });

  it('that cannot be read are counted and forgotten', async () => {
    records.append([alice('Dialing'), bob('Ringing')]);
    await records.close();
    const env = open({ path: join(folder, 'events.mdb'), noSubdir: true, maxDbs: 8 });
    const parties = env.openDB<Buffer, string>({ name: 'parties', encoding: 'binary' });
    const [name = ''] = parties.getKeys();
    await parties.put(name, Buffer.from('broken'));
    await env.close();
    records = openRecords(folder);
    expect(records.openParties()).to.have.property('unreadable', 1);
    expect(records.openParties()).to.have.property('unreadable', 0);
    expect(records.openParties().lasts).to.have.length(1);
  });
});

describe('a record that is broken', () => {
  after(removeFolders);

  for (const [what, harm] of [
    ['by an octet', (bytes: Buffer) => void bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)],
    ['by being another', (bytes: Buffer) => void bytes.writeUInt8(bytes.readUInt8(13) ^ 1, 13)],
    ['by all its octets', (bytes: Buffer) => void bytes.fill(0)],
  ] as const)
    it(`${what} is set apart, and the others are read`, async () => {
      const folder = newFolder();
      let records = openRecords(folder);
      records.append([entry('a'), entry('b'), entry('c')]);
      await records.close();
      const env = open({ path: join(folder, 'events.mdb'), noSubdir: true, maxDbs: 8 });
      const table = env.openDB<Buffer, number>({ name: 'records', encoding: 'binary' });
      const bytes = table.getBinary(2) ?? Buffer.alloc(0);
      harm(bytes);
      await table.put(2, bytes);
      await env.close();
      records = openRecords(folder);
      expect(shown(records)).to.deep.equal(['1 a 1', '3 c 1']);
      expect([records.depth.records, records.deadLetters]).to.deep.equal([2, 1]);
      await records.close();
    });
});
