import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { OutboxRecord } from '../../lib/ports.ts';
import { makeFolder } from '../../lib/store/make-folder.ts';
import { recordBytes } from '../../lib/store/outbox/record-bytes.ts';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort } from '../../support/free-ports.ts';
import { everything, newFolder, openRecords, removeFolders } from '../store/outbox/support.ts';
import { type Ended, run } from './command.ts';
import { callEvent } from '../support/call-event.ts';

const built = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url));

/** The built `baton outbox …` over the outboxes in a directory. */
function outbox(directory: string, ...args: readonly string[]): Promise<Ended> {
  const set = ['--node', 'n1', '--set', `kafka.outbox.directory=${directory}`];
  return run([process.execPath, built, 'outbox', ...args, ...set]);
}

/** A directory with the outbox of n1: three events of one call, of which the second is set apart. */
async function directoryWithLetter(): Promise<string> {
  const directory = newFolder();
  makeFolder(join(directory, 'n1'));
  const records = openRecords(join(directory, 'n1'));
  const timeMs = Date.now();
  const names = ['EventDialing', 'EventEstablished', 'EventReleased'];
  const entries = names.map(id => {
    const event = callEvent({ id, time: timeMs });
    const parts = { topic: 'callThread', key: 'acme:1', timeMs } as const;
    return {
      event,
      record: { ...parts, bytes: recordBytes({ ...parts, event: id, json: JSON.stringify(event) }) },
    };
  });
  records.append(entries);
  const [, second] = records.read(0, everything);
  records.setApart(second as OutboxRecord, { code: 'kafka-record-too-large', reason: 'over 1 MB' });
  await records.close();
  return directory;
}

describe('baton outbox', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('says what waits, what is set apart and why, and puts it back behind the rest', async () => {
    const directory = await directoryWithLetter();
    const status = await outbox(directory, 'status');
    expect(status).to.include({ code: 0, error: '' });
    expect(JSON.parse(status.out)).to.deep.include({
      folder: join(directory, 'n1'),
      deadLetters: { records: 1, codes: { 'kafka-record-too-large': 1 } },
    });
    const letter = { position: 2, topic: 'voice-callthread', key: 'acme:1', event: 'EventEstablished' };
    const [listed] = JSON.parse((await outbox(directory, 'dead')).out) as readonly object[];
    expect(listed)
      .to.include({ ...letter, sequence: 2, reason: 'over 1 MB' })
      .and.not.have.property('value');
    const [whole] = JSON.parse((await outbox(directory, 'dead', '2')).out) as readonly { value: unknown }[];
    expect(whole?.value).to.include({ id: 'EventEstablished', ThisDN: 'bob' });
    const retried = await outbox(directory, 'retry', '--all');
    expect(JSON.parse(retried.out)).to.deep.equal({ retried: [{ position: 2, newPosition: 4 }], left: [] });
    expect(JSON.parse((await outbox(directory, 'status')).out)).to.deep.include({
      deadLetters: { records: 0, codes: {} },
    });
  });

  it('fails when something stays set apart', async () => {
    const directory = await directoryWithLetter();
    const { code, out } = await outbox(directory, 'retry', '2', '--set', 'kafka.outbox.maxAgeMs=1');
    expect(code).to.equal(1);
    expect(JSON.parse(out)).to.have.nested.property('left[0].position', 2);
    expect(JSON.parse((await outbox(directory, 'drop', '2')).out)).to.deep.equal({ dropped: [2] });
  });

  it('says in one line that a running Baton holds it', async () => {
    const directory = newFolder();
    const baton = await BatonProcess.start({
      config: 'config/test.yaml',
      command: [
        process.execPath,
        built,
        'serve',
        '--node',
        'n1',
        '--set',
        `kafka.outbox.directory=${directory}`,
      ],
      env: { BATON_KAFKA_BROKERS: `127.0.0.1:${await freePort()}` },
      httpUrl: '',
    });
    const error = `baton: a running Baton holds the outbox ${join(directory, 'n1')}: stop it first\n`;
    expect(await outbox(directory, 'retry', '--all')).to.deep.equal({ code: 69, out: '', error });
    await baton.stop();
    expect(await outbox(directory, 'retry', '--all')).to.include({ code: 0, error: '' });
  });

  for (const [what, args, code, says] of [
    ['no outbox', ['status'], 66, 'there is no outbox in '],
    ['an unknown operation', ['burn'], 64, "unknown command 'burn'"],
    ['retry of nothing', ['retry'], 64, 'expected positions, or --all'],
    ['retry of something and all', ['retry', '1', '--all'], 64, 'expected positions, or --all'],
    ['a position that is none', ['drop', 'x1'], 64, 'Expected a position'],
    ['events in memory', ['status', '--set', 'kafka.outbox.kind=none'], 78, 'kafka.outbox.kind: is none'],
  ] as const)
    it(`refuses ${what} with ${code}`, async () => {
      const ended = await outbox(newFolder(), ...args);
      expect(ended).to.include({ code, out: '' });
      expect(ended.error).to.contain(says);
    });

  it('refuses a position at which nothing is set apart with 66', async () => {
    const directory = await directoryWithLetter();
    const error = 'baton: no event with position 3 is set apart\n';
    expect(await outbox(directory, 'retry', '2', '3')).to.deep.equal({ code: 66, out: '', error });
  });
});
