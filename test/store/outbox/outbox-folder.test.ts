import { expect } from 'chai';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BatonError } from '../../../lib/errors.ts';
import { openOutboxFolder, type OutboxFolderOptions } from '../../../lib/store/outbox/outbox-folder.ts';
import {
  entry,
  everything,
  newFolder,
  openRecords,
  OutboxProcess,
  randomOf,
  removeFolders,
} from './support.ts';

const nowMs = () => Date.UTC(2026, 10, 20, 13, 0, 0);

function open(folder: string, parts: Partial<OutboxFolderOptions> = {}) {
  const limits = { sync: false, maxBytes: 2 ** 24, maxDeadLetters: 10, sequenceIdleMs: 3_600_000 };
  return openOutboxFolder({ folder, ...limits, nowMs, ...parts });
}

async function failureOf(folder: string): Promise<string> {
  try {
    const { records } = await open(folder);
    await records.close();
    return 'opened';
  } catch (error) {
    return error instanceof BatonError ? error.code : String(error);
  }
}

const fileIn = (folder: string) => join(folder, 'events.mdb');

/** A folder with some hundred records, some dead letters and open parties behind them. */
async function filledFolder(): Promise<string> {
  const folder = newFolder();
  const records = openRecords(folder);
  for (let call = 0; call < 100; call += 1) {
    const some = [entry(`a${call}`, { bytes: 700 }), entry(`b${call}`, { bytes: 3_000 })];
    records.append(some);
  }
  for (const record of records.read(190, everything)) records.setApart(record, { code: 'c', reason: 'r' });
  records.forget(20);
  await records.close();
  return folder;
}

function flip(path: string, offsets: readonly number[]): void {
  const bytes = readFileSync(path);
  for (const at of offsets) bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  writeFileSync(path, bytes);
}

describe('the folder of an outbox', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('is made with all that leads to it', async () => {
    const folder = join(newFolder(), 'data', 'outbox', 'node1');
    const { records, setAside } = await open(folder);
    await records.close();
    expect(setAside).to.equal(undefined);
    expect(existsSync(fileIn(folder))).to.equal(true);
  });

  it('may have a long name', async () => {
    const folder = join(newFolder(), 'long'.repeat(20), 'longer'.repeat(20));
    const { records } = await open(folder);
    expect(await failureOf(folder)).to.equal('outbox-in-use');
    await records.close();
    expect(await failureOf(folder)).to.equal('opened');
  });

  it('has what was in it', async () => {
    const folder = newFolder();
    const first = await open(folder);
    first.records.append([entry('a')]);
    await first.records.close();
    const { records, setAside } = await open(folder);
    expect(setAside).to.equal(undefined);
    expect(records.depth.records).to.equal(1);
    await records.close();
  });

  it('is for one at a time', async () => {
    const folder = newFolder();
    const { records } = await open(folder);
    expect(await failureOf(folder)).to.equal('outbox-in-use');
    await records.close();
    expect(await failureOf(folder)).to.equal('opened');
  });

  it('is for one process at a time, until that is killed', async () => {
    const folder = newFolder();
    const other = new OutboxProcess(['hold', folder]);
    await other.says(1);
    expect(other.lines).to.deep.equal(['held']);
    expect(await failureOf(folder)).to.equal('outbox-in-use');
    await other.kill();
    expect(await failureOf(folder)).to.equal('opened');
  });

  for (const [what, folder] of [
    ['a file', () => writeAnd(join(newFolder(), 'file'))],
    ['in a file', () => join(writeAnd(join(newFolder(), 'file')), 'outbox')],
    // Not even root may.
    ['where nothing can be made', () => '/sys/baton'],
  ] as const)
    it(`is refused when it is ${what}`, async () => {
      expect(await failureOf(folder())).to.equal('outbox-unusable');
    });
});

function writeAnd(path: string): string {
  writeFileSync(path, 'x');
  return path;
}

describe('a file of an outbox that is broken', function () {
  this.timeout(120_000);
  after(removeFolders);

  for (const [what, harm] of [
    ['is empty', (path: string) => truncateSync(path, 0)],
    ['is cut in its head', (path: string) => truncateSync(path, 1_000)],
    ['is cut in the middle', (path: string) => truncateSync(path, 40_960)],
    ['is a text', (path: string) => writeFileSync(path, 'not a database\n'.repeat(1_000))],
    ['is all zeros', (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
    [
      'has garbage for a head',
      (path: string) =>
        flip(
          path,
          Array.from({ length: 8_192 }, (_, at) => at),
        ),
    ],
    [
      'has garbage in the middle',
      (path: string) =>
        flip(
          path,
          Array.from({ length: 200_000 }, (_, at) => 20_000 + at),
        ),
    ],
  ] as const)
    it(`and ${what} is set aside by its name, and a new one begun`, async () => {
      const folder = await filledFolder();
      harm(fileIn(folder));
      const harmed = readFileSync(fileIn(folder));
      const { records, setAside } = await open(folder);
      expect(setAside?.file).to.equal(`${fileIn(folder)}.broken-2026-11-20T13-00-00-000Z`);
      expect(setAside?.fault).to.not.be.empty;
      expect(readFileSync(setAside?.file ?? '').equals(harmed)).to.equal(true);
      expect(records.depth.records).to.equal(0);
      records.append([entry('a')]);
      await records.close();
      expect(await failureOf(folder)).to.equal('opened');
      expect(readdirSync(folder).filter(name => name.includes('broken'))).to.have.length(1);
    });

  it('and is a folder is set aside as well', async () => {
    const folder = newFolder();
    mkdirSync(fileIn(folder));
    const { records, setAside } = await open(folder);
    await records.close();
    expect(setAside?.file).to.contain('.broken-');
  });

  it('anywhere costs no crash: what is read is as it was written, the rest is apart or set aside', async () => {
    const whole = await filledFolder();
    const wanted = new Map<number, string>();
    const good = await open(whole);
    for (const { position, key, value } of good.records.read(0, everything))
      wanted.set(position, `${key} ${value.toString()}`);
    const used = good.records.depth.records;
    await good.records.close();
    const bytes = readFileSync(fileIn(whole));
    const end = bytes.findLastIndex(octet => octet !== 0);
    const random = randomOf(7);
    const became = new Set<string>();
    for (let round = 0; round < 10; round += 1) {
      const folder = newFolder();
      writeFileSync(fileIn(folder), bytes);
      flip(
        fileIn(folder),
        Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * end)),
      );
      const { records, setAside } = await open(folder);
      const read = records.read(0, everything);
      for (const { position, key, value } of read)
        expect(`${key} ${value.toString()}`).to.equal(wanted.get(position));
      became.add(setAside !== undefined ? 'set aside' : read.length < used ? 'apart' : 'whole');
      records.append([entry('z')]);
      records.forget(1_000);
      await records.close();
    }
    expect(became.size).to.be.at.least(2);
  });
});
