import { expect } from 'chai';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { FolderLock } from '../../../lib/store/outbox/folder-lock.ts';
import { newFolder, OutboxProcess, removeFolders } from './support.ts';

/** Whether it can be taken; it is given back. */
async function isFree(folder: string): Promise<boolean> {
  const lock = await FolderLock.take(folder);
  await lock?.release();
  return lock !== undefined;
}

describe('the lock of a folder', function () {
  this.timeout(30_000);
  after(removeFolders);

  it('is had by one at a time, and by the next when it is released', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    expect(await isFree(folder)).to.equal(false);
    await lock?.release();
    expect(await isFree(folder)).to.equal(true);
  });

  it('is not taken from who has it by who asks in vain', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    for (let time = 0; time < 3; time += 1) expect(await isFree(folder)).to.equal(false);
    await lock?.release();
  });

  it('is that of the folder, whatever it is called', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    expect(await isFree(join(folder, '.', '..', folder.split('/').at(-1) ?? ''))).to.equal(false);
    expect(await isFree(newFolder())).to.equal(true);
    await lock?.release();
  });

  it('is one of many that want it at the same moment', async () => {
    const folder = newFolder();
    const locks = await Promise.all(Array.from({ length: 20 }, () => FolderLock.take(folder)));
    const taken = locks.filter(lock => lock !== undefined);
    expect(taken).to.have.length(1);
    await taken[0]?.release();
  });

  it('leaves nothing in the folder, and may be released twice', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    expect(readdirSync(folder)).to.deep.equal(['lock']);
    await lock?.release();
    await lock?.release();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('comes back when its process is killed, whatever that leaves', async () => {
    const folder = newFolder();
    const other = new OutboxProcess(['hold', folder]);
    await other.says(1);
    expect(await isFree(folder)).to.equal(false);
    await other.kill();
    expect(readdirSync(folder)).to.include('lock');
    expect(await isFree(folder)).to.equal(true);
  });

  it('is kept from who sees only the folder: whoever answers at the socket in it has it', async () => {
    const folder = newFolder();
    const server = createServer(peer => peer.destroy()).listen(join(folder, 'lock'));
    await once(server, 'listening');
    expect(await isFree(folder)).to.equal(false);
    server.close();
    await once(server, 'close');
    expect(await isFree(folder)).to.equal(true);
  });

  it('answers at that socket, and hangs up', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    const peer = createConnection(join(folder, 'lock'));
    peer.resume();
    await once(peer, 'close');
    await lock?.release();
  });

  it('takes the place of a file that nobody answers at', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lock'), 'left');
    expect(await isFree(folder)).to.equal(true);
  });

  for (const [what, prepare] of [
    ['is not there', (folder: string) => join(folder, 'gone')],
    [
      'is a file',
      (folder: string) => {
        writeFileSync(join(folder, 'file'), '');
        return join(folder, 'file');
      },
    ],
    [
      'has a folder where the socket is to be',
      (folder: string) => {
        mkdirSync(join(folder, 'lock'));
        return folder;
      },
    ],
  ] as const)
    it(`cannot be had of what ${what}, and is not left half taken`, async () => {
      const folder = prepare(newFolder());
      for (let time = 0; time < 2; time += 1) {
        let failure: unknown;
        await FolderLock.take(folder).catch((error: unknown) => (failure = error));
        expect(failure).to.be.an('error');
      }
    });
});
