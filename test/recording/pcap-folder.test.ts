import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PcapFolder } from '../../lib/recording/pcap-folder.ts';

const call = '0123456789abcdef@default:node1';
const escaped = '0123456789abcdef%40default%3Anode1';
const file = (start: string, digit: string) => `${start}-${digit.repeat(16)}.pcap`;

describe('the folder of pcap files', () => {
  let directory: string;
  let folder: PcapFolder;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-pcaps-'));
    folder = new PcapFolder(directory);
    for (const name of ['pcaps', 'metadata']) await mkdir(join(directory, name));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  async function made(...names: readonly string[]): Promise<void> {
    for (const name of names) await writeFile(folder.pathOf(name), 'abc', { mode: 0o644 });
  }

  it('finds the files of a call, and of no other', async () => {
    await made(file(escaped, 'a'), file(escaped, '0'), file(`${escaped}.2`, 'a'), file('x', 'a'));
    await made(`${escaped}-notes.txt`, `${escaped}-${'A'.repeat(16)}.pcap`);
    expect(await folder.filesOf(call)).to.have.members([file(escaped, 'a'), file(escaped, '0')]);
    expect(await folder.filesOf(`${call}.2`)).to.deep.equal([file(`${escaped}.2`, 'a')]);
    expect(await folder.filesOf('nobody')).to.deep.equal([]);
  });

  it('shows what was there when it was asked, however many ask', async () => {
    const before = folder.filesOf(call);
    await made(file(escaped, 'b'));
    const after = await Promise.all([folder.filesOf(call), folder.filesOf(call)]);
    expect(await before).to.be.an('array');
    expect(after).to.deep.equal([[file(escaped, 'b')], [file(escaped, 'b')]]);
  });

  it('says why it cannot be read, and reads it again afterwards', async () => {
    await rm(join(directory, 'pcaps'), { recursive: true });
    const answer = await folder.filesOf(call);
    expect(answer instanceof Error && answer.message).to.match(/^ENOENT/);
    await mkdir(join(directory, 'pcaps'));
    expect(await folder.filesOf(call)).to.deep.equal([]);
  });

  it('knows how large a file is, or that it is not there', async () => {
    await made('one');
    expect([await folder.sizeOf('one'), await folder.sizeOf('two')]).to.deep.equal([3, undefined]);
  });

  it('tells the newest of some', async () => {
    await made('one');
    // A file system may have coarse times.
    const bornMs = async (name: string) => (await stat(folder.pathOf(name))).birthtimeMs;
    do {
      await rm(folder.pathOf('two'), { force: true });
      await made('two');
    } while ((await bornMs('two')) <= (await bornMs('one')));
    expect(await folder.newestOf(['two', 'one'])).to.equal('two');
    expect(await folder.newestOf(['one'])).to.equal('one');
    expect(await folder.newestOf([])).to.equal(undefined);
  });

  it('takes files from the eyes of others, notes as well', async () => {
    const [pcap, notes] = [file(escaped, 'a'), `rtpengine-meta-${escaped}-${'a'.repeat(16)}.txt`];
    await made(pcap);
    await writeFile(join(directory, 'metadata', notes), '', { mode: 0o644 });
    expect(await folder.protect(pcap)).to.equal(undefined);
    await folder.protectNotes(pcap);
    for (const path of [folder.pathOf(pcap), join(directory, 'metadata', notes)])
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await folder.protect('gone')).to.be.an('error');
    await folder.protectNotes(file('gone', 'a'));
  });

  it('knows its room, where there is such a folder', async () => {
    expect(await folder.freeBytes()).to.be.greaterThan(0);
    expect(await new PcapFolder(join(directory, 'gone')).freeBytes()).to.equal(undefined);
  });
});
