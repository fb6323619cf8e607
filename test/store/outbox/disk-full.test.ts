import { expect } from 'chai';
import { newFolder, openRecords, OutboxProcess, removeFolders, shown } from './support.ts';

describe('an outbox whose disk is full', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('says so, keeps what comes in memory, and writes all of it once something was published', async () => {
    const folder = newFolder();
    // In blocks of 512 or 1,024 octets, as the shell has it: 10 or 20 MB.
    const child = new OutboxProcess(['fill', folder], 'ulimit -f 20000');
    expect(await child.ended).to.equal(0);
    const [failed, full = '', again, freed = '', all] = child.lines;
    expect([failed, again]).to.deep.equal([
      'log the outbox cannot be written',
      'log the outbox can be written again',
    ]);
    const [, keptBefore, written, obstacle] = full.split(' ');
    expect(obstacle).to.equal('outbox-full');
    expect(Number(written)).to.be.below(Number(keptBefore));
    const kept = Number(keptBefore) + 8;
    const waiting = kept - Number(written);
    expect(freed).to.equal(`freed ${kept} ${written} ${waiting} `);
    expect(all).to.equal(`from ${Number(written) + 1} to ${kept} are ${waiting}`);
    const records = openRecords(folder);
    expect(shown(records)).to.have.length(waiting);
    await records.close();
  });
});
