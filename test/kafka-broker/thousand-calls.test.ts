import { expect } from 'chai';
import { freePort, releasePorts } from '../../support/free-ports.ts';
import { KafkaBroker } from '../../support/kafka-broker.ts';
import { KafkaReader, type ReadRecord } from '../../support/kafka-reader.ts';
import { judgeCalls, judgeStream, type ToldByTwo } from '../support/stream-judge.ts';
import { apiKeys, KafkaRelay } from './relay.ts';
import { CallsStage, toldBy } from './calls-stage.ts';

const topics = ['voice-callthread', 'voice-agentstate'] as const;
const rate = 35;
const patienceMs = 120_000;

describe('the stream of many calls', function () {
  this.timeout(600_000);
  let broker: KafkaBroker;
  let relay: KafkaRelay | undefined;
  let stage: CallsStage;
  let readers: readonly KafkaReader[] = [];

  afterEach(async () => {
    await stage.close();
    await Promise.all(readers.map(reader => reader.close()));
    await relay?.stop();
    relay = undefined;
    await broker.stop();
  });

  function read(...names: readonly string[]): void {
    readers = names.map(topic => new KafkaReader({ bootstrap: broker.bootstrap, topic }));
  }

  /** Everything committed, once there is enough of it: of each topic in turn. */
  async function recordsWhen(isEnough: (all: readonly ReadRecord[]) => boolean): Promise<ReadRecord[]> {
    const all = (): ReadRecord[] => readers.flatMap(({ records }) => records);
    for (const reader of readers) await reader.catchUp();
    for (const reader of readers) await reader.until(() => isEnough(all()), 'enough is read', patienceMs);
    return all();
  }

  it('has every event once and in order when the broker is killed, and when Baton is', async () => {
    const relayed = await relayedBroker();
    broker = relayed.broker;
    relay = relayed.relay;
    for (const topic of topics) await broker.createTopic(topic);
    stage = await CallsStage.open(relayed.bootstrap);
    const first = await stage.startBaton();

    const calls = await stage.call({ series: 'broker', calls: 600, rate });
    await stage.until(() => calls.completed.length >= 150, 'calls are made');
    await broker.kill();
    await stage.until(() => calls.completed.length >= 350, 'calls are made without Kafka');
    await stage.until(async () => (await stage.streamState()) === 'unhealthy', 'it is said');
    await broker.restart();
    await stage.until(async () => (await stage.streamState()) === 'healthy', 'the stream is up again');
    await stage.until(() => calls.completed.length === 600, 'all of them go well');

    const others = await stage.call({ series: 'baton', calls: 400, rate });
    await stage.until(() => others.completed.length >= 100, 'calls are made');
    // Of what it publishes last it never hears that it is published.
    await relay.loseAnswerTo(apiKeys.endTxn);
    await first.stop('SIGKILL');
    const second = await stage.startBaton();
    const [{ exit }] = await Promise.all([calls.outcome, others.outcome]);
    expect(exit).to.equal(0);
    await stage.until(async () => (await second.calls()).length === 0, 'no call is left');
    await stage.until(async () => (await stage.waiting()) === 0, 'everything is published');
    expect(await second.stop()).to.deep.equal({ code: 0, signal: null });

    const told: ToldByTwo = { before: toldBy(first.pid), after: toldBy(second.pid) };
    read(...topics);
    const records = await recordsWhen(
      all => hasAll(all, [...told.before, ...told.after]) && isWithoutHole(all),
    );
    const { faults, threads } = judgeStream(records, told);
    expect(faults).to.deep.equal([]);
    const completed = [...calls.completed, ...others.completed];
    const failed = [...calls.failed, ...others.failed];
    expect(judgeCalls(threads, { completed, failed })).to.deep.equal([]);
    expect(threads.filter(({ end }) => end === 'cut').length).to.be.greaterThan(0);
  });

  it('has every event of calls that were made before there was a broker', async () => {
    const port = await freePort('127.0.0.1', 3);
    releasePorts([port, port + 1, port + 2]);
    stage = await CallsStage.open(`127.0.0.1:${port}`);
    const baton = await stage.startBaton();
    const calls = await stage.call({ series: 'early', calls: 50, rate: 25 });
    expect((await calls.outcome).exit).to.equal(0);
    expect(await stage.streamState()).to.equal('unhealthy');
    await stage.until(async () => (await stage.waiting()) === stage.told.length, 'all of them wait');

    broker = await KafkaBroker.start({ port });
    await stage.until(async () => (await stage.streamState()) === 'healthy', 'the stream is up');
    await stage.until(async () => (await stage.waiting()) === 0, 'everything is published');
    expect(await baton.stop()).to.deep.equal({ code: 0, signal: null });
    const told: ToldByTwo = { before: toldBy(baton.pid), after: [] };
    read('voice-callthread');
    const records = await recordsWhen(all => all.length >= told.before.length);
    const { faults, threads } = judgeStream(records, told);
    expect(faults).to.deep.equal([]);
    expect(judgeCalls(threads, calls)).to.deep.equal([]);
    expect(threads).to.have.length(50);
  });
});

/** A broker, and another way to it that goes over a relay. */
async function relayedBroker(): Promise<{ broker: KafkaBroker; relay: KafkaRelay; bootstrap: string }> {
  const port = await freePort('127.0.0.1', 3);
  const relayPort = await freePort();
  const relay = new KafkaRelay(port + 2);
  await relay.start(relayPort);
  const own = `CLIENT://127.0.0.1:${port}`;
  const properties = {
    listeners: `${own},CONTROLLER://127.0.0.1:${port + 1},RELAYED://127.0.0.1:${port + 2}`,
    'advertised.listeners': `${own},RELAYED://127.0.0.1:${relayPort}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,RELAYED:PLAINTEXT',
  };
  const broker = await KafkaBroker.start({ port, properties });
  return { broker, relay, bootstrap: `127.0.0.1:${relayPort}` };
}

function hasAll(records: readonly ReadRecord[], told: readonly string[]): boolean {
  const values = new Set(records.map(({ value }) => value));
  return told.every(event => values.has(event));
}

/** Positions in the outbox follow one another: nothing that is still to come is missing. */
function isWithoutHole(records: readonly ReadRecord[]): boolean {
  const positions = new Set(records.map(({ headers }) => Number(headers['baton-position'])));
  return positions.size === Math.max(...positions);
}
