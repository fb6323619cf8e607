import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Retention } from '../../lib/recording/retention.ts';
import { FakeClock } from '../support/fake-clock.ts';

const old = '00000000000000aa%40acme%3Anode1-0123456789abcdef';
const second = '00000000000000aa%40acme%3Anode1.2-0123456789abcdef';
const ongoing = '00000000000000bb%40acme%3Anode1-0123456789abcdef';
const ofOther = '00000000000000aa%40acme%3Anode2-0123456789abcdef';
const strange = 'my-holidays';
const names = [old, second, ongoing, ofOther, strange];

describe('old recordings', () => {
  let folder: string;
  let clock: FakeClock;
  let said: string[];
  let deleted: number;

  const retention = (retentionMs = 10_000) =>
    new Retention({
      ...{ recordingDir: folder, node: 'node1', retentionMs, clock },
      isRecorded: connId => connId === '00000000000000bb@acme:node1',
      log: { warn: (_fields, message) => void said.push(message), info: () => undefined },
      onDeleted: count => void (deleted += count),
    });

  /** Written ten seconds ago. */
  const write = async (path: string): Promise<void> => {
    await writeFile(path, 'x');
    const atS = clock.nowMs() / 1000 - 10;
    await utimes(path, atS, atS);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-retention-'));
    clock = new FakeClock();
    said = [];
    deleted = 0;
    for (const name of ['pcaps', 'metadata', 'tmp']) await mkdir(join(folder, name));
    for (const name of names) {
      await write(join(folder, 'pcaps', `${name}.pcap`));
      await write(join(folder, 'metadata', `rtpengine-meta-${name}.txt`));
      await write(join(folder, 'tmp', `${name}.pcap`));
    }
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('are deleted with what is noted about them, and nothing else is', async () => {
    await write(join(folder, 'pcaps', `${old}.txt`));
    await symlink(
      join(folder, 'tmp', `${old}.pcap`),
      join(folder, 'pcaps', `${old.replace('aa', 'cc')}.pcap`),
    );
    expect(await retention().sweep()).to.equal(4);
    expect((await readdir(join(folder, 'pcaps'))).sort()).to.deep.equal(
      [ongoing, ofOther, strange]
        .map(name => `${name}.pcap`)
        .concat(`${old}.txt`, `${old.replace('aa', 'cc')}.pcap`)
        .sort(),
    );
    expect(await readdir(join(folder, 'metadata'))).to.have.length(3);
    expect(await readdir(join(folder, 'tmp'))).to.have.length(5);
    expect([deleted, said]).to.deep.equal([4, []]);
  });

  it('stay until their time is up', async () => {
    const keeper = retention(10_001);
    expect(await keeper.sweep()).to.equal(0);
    clock.pass(1);
    expect(await keeper.sweep()).to.equal(4);
  });

  it('are looked for again and again, until Baton stops', async () => {
    const keeper = retention(20_000);
    keeper.start();
    // It has looked once when its timer runs.
    while (clock.running === 0) await new Promise(resolve => setImmediate(resolve));
    expect(deleted).to.equal(0);
    clock.pass(10_000);
    while (clock.running === 0) await new Promise(resolve => setImmediate(resolve));
    expect([deleted, clock.nextMs]).to.deep.equal([4, 5_000]);
    await keeper.stop();
    expect(clock.running).to.equal(0);
  });

  it('need no folder before the first of them', async () => {
    await rm(folder, { recursive: true });
    expect([await retention().sweep(), said]).to.deep.equal([0, []]);
  });

  it('that cannot be looked for are spoken of', async () => {
    await rm(join(folder, 'pcaps'), { recursive: true });
    await write(join(folder, 'pcaps'));
    expect(await retention().sweep()).to.equal(2);
    expect(said).to.deep.equal(['old recordings could not be looked for']);
  });
});
