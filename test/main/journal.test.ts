import { expect } from 'chai';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../lib/config.ts';
import type { AgentStateEvent, CallEvent } from '../../lib/events/event.ts';
import { type Journal, startJournal } from '../../lib/main/journal.ts';
import { Started } from '../../lib/main/started.ts';
import { Metrics } from '../../lib/metrics.ts';
import { NotedLog } from '../kafka/support.ts';
import { everything, newFolder, removeFolders } from '../store/outbox/support.ts';
import { callEvent } from '../support/call-event.ts';
import { checkEvents } from '../support/valid-event.ts';

function configIn(directory: string, more: readonly (readonly [string, unknown])[] = []): Config {
  const flags = new Map<string, unknown>([
    ['node', 'n1'],
    ['kafka.brokers', '127.0.0.1:9092'],
    ['kafka.outbox.directory', directory],
    ...more,
  ]);
  return loadConfig({ flags });
}

const party = (id: string, ThisDN: string, ThisDNRole: string): CallEvent =>
  callEvent({ id, time: Date.now(), ThisDN, ThisDNRole });
const hook = (id: AgentStateEvent['id'], ThisDN: string): AgentStateEvent => ({
  ...{ id, tenant: 'acme', time: Date.now(), Server: 'baton/n1', ThisDN, AgentID: `agent-${ThisDN}` },
});

describe('the journal of events that wait for Kafka', function () {
  this.timeout(30_000);
  let started: Started;
  let log: NotedLog;
  let metrics: Metrics;

  beforeEach(() => {
    started = new Started();
    log = new NotedLog();
    metrics = new Metrics();
  });

  afterEach(() => started.stop());
  after(removeFolders);

  async function start(config: Config): Promise<Journal> {
    metrics = new Metrics();
    const kept = await startJournal(config, log.logger, started, metrics);
    if (kept === undefined) throw new Error('there is none');
    return kept;
  }

  /** What waits: `key Event of DN`. */
  function waiting({ journal }: Journal): string[] {
    return journal.read(0, everything).map(({ key, value }) => {
      const { id, ThisDN = '' } = JSON.parse(value.toString()) as { id: string; ThisDN?: string };
      return `${key} ${id.slice('Event'.length)} ${ThisDN}`;
    });
  }

  it('is not there where there are no brokers, and makes no folder', async () => {
    const directory = newFolder();
    const config = configIn(directory, [['kafka.brokers', '']]);
    expect(await startJournal(config, log.logger, started, metrics)).to.equal(undefined);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('keeps events in the folder of its node, and says what it found there', async () => {
    const directory = newFolder();
    const { journal } = await start(configIn(directory));
    journal.keep([party('EventDialing', 'alice', 'Origination')]);
    expect(readdirSync(directory)).to.deep.equal(['n1']);
    expect(log.lines).to.deep.equal(['info outbox opened']);
    expect(log.fields[0]).to.include({ id: journal.id, waiting: 0, bytes: 0, deadLetters: 0 });
    await started.stop();
    await start(configIn(directory));
    expect(log.fields[1]).to.include({ id: journal.id, waiting: 1, deadLetters: 0 });
  });

  it('tells parties of lost calls that they are released, and then DNs that they are on the hook', async () => {
    const directory = newFolder();
    const before = await start(configIn(directory));
    before.journal.keep([
      hook('EventOffHook', 'alice'),
      party('EventDialing', 'alice', 'Origination'),
      party('EventRinging', 'bob', 'Destination'),
      hook('EventOffHook', 'bob'),
      party('EventEstablished', 'bob', 'Destination'),
      hook('EventOffHook', 'carol'),
      hook('EventOnHook', 'carol'),
    ]);
    const kept = waiting(before).length;
    await started.stop();
    const after = await start(configIn(directory));
    checkEvents(after.recovered);
    const { CallThreadID } = callEvent();
    expect(waiting(after).slice(kept)).to.deep.equal([
      `acme:${CallThreadID} Released alice`,
      `acme:${CallThreadID} Released bob`,
      'acme:agent-alice OnHook alice',
      'acme:agent-bob OnHook bob',
    ]);
    expect(after.recovered.map(event => event.id)).to.deep.equal([
      ...['EventReleased', 'EventReleased', 'EventOnHook', 'EventOnHook'],
    ]);
    expect(log.lines).to.include('warn an earlier process has lost calls: their parties are told released');
    await started.stop();
    expect((await start(configIn(directory))).recovered).to.deep.equal([]);
  });

  it('leaves the tenant of a DN as it was where all keys have another', async () => {
    const directory = newFolder();
    const config = configIn(directory, [['kafka.tenant', 'all']]);
    (await start(config)).journal.keep([hook('EventOffHook', 'alice')]);
    await started.stop();
    const after = await start(config);
    expect(after.recovered).to.have.nested.property('[0].tenant', 'acme');
    expect(waiting(after).at(-1)).to.equal('all:agent-alice OnHook alice');
  });

  it('sets a file aside that is broken, says which and counts it', async () => {
    const directory = newFolder();
    await start(configIn(directory));
    await started.stop();
    const path = join(directory, 'n1', 'events.mdb');
    writeFileSync(path, readFileSync(path).fill(0x55, 0, 8_192));
    const { journal, recovered } = await start(configIn(directory));
    expect(recovered).to.deep.equal([]);
    expect(journal.depth.records).to.equal(0);
    expect(log.lines).to.include('error the outbox is broken: its file is set aside and a new one begun');
    expect(log.fields.find(fields => 'fault' in fields))
      .to.have.property('file')
      .that.contains('events.mdb.broken-');
    expect((await metrics.text()).body).to.include('baton_outbox_files_set_aside_total 1');
  });

  it('keeps events in memory where that is wanted, and no folder', async () => {
    const directory = newFolder();
    const kept = await start(configIn(directory, [['kafka.outbox.kind', 'none']]));
    kept.journal.keep([party('EventDialing', 'alice', 'Origination')]);
    expect(waiting(kept)).to.have.length(1);
    expect(kept.recovered).to.deep.equal([]);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('lets go of its folder when it is stopped', async () => {
    const directory = newFolder();
    await start(configIn(directory));
    const other = new Started();
    let failure: unknown;
    await startJournal(configIn(directory), log.logger, other, new Metrics()).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.include({ code: 'outbox-in-use' });
    await started.stop();
    await startJournal(configIn(directory), log.logger, other, new Metrics());
    await other.stop();
  });

  it('refuses a folder that nobody can make', async () => {
    let failure: unknown;
    await start(configIn('/dev/null/baton')).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.include({ code: 'outbox-unusable' });
  });
});
