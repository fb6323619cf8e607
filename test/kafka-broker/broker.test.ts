import { inspect } from 'node:util';
import { Producer, type SASLOptions, stringSerializers } from '@platformatic/kafka';
import { expect } from 'chai';
import { KafkaBroker } from '../../support/kafka-broker.ts';
import { KafkaReader } from '../../support/kafka-reader.ts';

describe('KafkaBroker', function () {
  this.timeout(180_000);
  let broker: KafkaBroker;

  before(async () => {
    broker = await KafkaBroker.start();
  });

  after(() => broker.stop());

  it('keeps its records when it is killed and started again', async () => {
    await broker.createTopic('kept', { partitions: 1 });
    await send(broker.bootstrap, 'kept', ['ringing', 'established', 'released']);
    await broker.kill();
    expect(broker.running).to.be.false;
    await broker.restart();
    expect(await valuesOf('kept')).to.deep.equal(['ringing', 'established', 'released']);
  });

  it('answers nothing while it is paused', async () => {
    await broker.createTopic('paused', { partitions: 1 });
    broker.pause();
    const told: string[] = [];
    const sent = send(broker.bootstrap, 'paused', ['late']).then(() => told.push('sent'));
    await Promise.race([sent, new Promise(resolve => setTimeout(resolve, 300))]);
    expect(told).to.deep.equal([]);
    broker.resume();
    await sent;
    expect(await valuesOf('paused')).to.deep.equal(['late']);
  });

  it('gives a topic the settings that it was created with', async () => {
    await broker.createTopic('narrow', { configs: { 'max.message.bytes': '100' } });
    const refusal = await send(broker.bootstrap, 'narrow', ['x'.repeat(200)]).catch(
      (error: unknown) => error,
    );
    expect(inspect(refusal, { depth: 10 })).to.include('MESSAGE_TOO_LARGE');
  });

  it('says how it went when it does not start', async () => {
    const failure = await KafkaBroker.start({ properties: { 'num.partitions': 'many' } }).catch(String);
    expect(failure).to.match(/^Error: Kafka did not get ready\nKafka has ended\nbaton: .*num\.partitions/);
  });

  async function valuesOf(topic: string): Promise<string[]> {
    const reader = new KafkaReader({ bootstrap: broker.bootstrap, topic });
    try {
      return (await reader.catchUp()).map(({ value }) => value);
    } finally {
      await reader.close();
    }
  }
});

describe('KafkaReader', function () {
  this.timeout(180_000);
  let broker: KafkaBroker;
  let producer: Producer<string, string, string, string>;
  let reader: KafkaReader;
  let topic = '';

  before(async () => {
    broker = await KafkaBroker.start({
      protocol: 'SASL_PLAINTEXT',
      users: { alice: 'wonderland', bob: 'builder' },
    });
  });

  after(() => broker.stop());

  beforeEach(async () => {
    topic += 'x';
    await broker.createTopic(topic, { partitions: 1 });
    producer = producerOf(broker.bootstrap, scramOf('alice', 'wonderland'), topic);
    reader = new KafkaReader({ bootstrap: broker.bootstrap, topic, sasl: plainOf('bob', 'builder') });
  });

  afterEach(async () => {
    await producer.close();
    await reader.close();
  });

  it('shows what was committed, with its key, in order', async () => {
    await transaction(['a', 'b'], 'commit');
    await transaction(['c'], 'commit');
    expect(await seen(3)).to.deep.equal(['a', 'b', 'c']);
    expect(reader.records[0]).to.deep.include({
      partition: 0,
      offset: 0n,
      key: 'call-1',
      headers: { n: '1' },
    });
  });

  it('shows nothing of a producer that has aborted twice', async () => {
    await transaction(['a'], 'abort');
    await transaction(['b'], 'abort');
    await transaction(['c'], 'commit');
    expect(await seen(1)).to.deep.equal(['c']);
  });

  it('shows what is open, and what came after it, only once that is committed', async () => {
    const open = await producer.beginTransaction();
    await open.send({ messages: messagesOf(['a']) });
    const other = producerOf(broker.bootstrap, scramOf('bob', 'builder'));
    await other.send({ messages: messagesOf(['b']) });
    await other.close();
    expect(await reader.catchUp()).to.deep.equal([]);
    await open.commit();
    expect(await seen(2)).to.deep.equal(['a', 'b']);
  });

  it('reads on while the broker goes and comes back', async () => {
    await transaction(['a'], 'commit');
    await seen(1);
    await broker.kill();
    const two = seen(2);
    await broker.restart();
    const other = producerOf(broker.bootstrap, scramOf('bob', 'builder'));
    await other.send({ messages: messagesOf(['b']) });
    await other.close();
    expect(await two).to.deep.equal(['a', 'b']);
  });

  it('does not come in with a wrong password', async () => {
    const sasl = plainOf('bob', 'destroyer');
    const stranger = new KafkaReader({ bootstrap: broker.bootstrap, topic, sasl });
    const refusal = await stranger.catchUp().catch((error: unknown) => error);
    await stranger.close();
    expect(refusal).to.be.an('error');
  });

  it('ends with 0 when it is stopped', async () => {
    expect(await broker.stop()).to.deep.equal({ code: 0, signal: null });
  });

  async function seen(count: number): Promise<string[]> {
    const records = await reader.until(({ length }) => length >= count, `${count} records`);
    return records.map(({ value }) => value);
  }

  async function transaction(values: readonly string[], end: 'commit' | 'abort'): Promise<void> {
    const begun = await producer.beginTransaction();
    await begun.send({ messages: messagesOf(values) });
    await begun[end]();
  }

  function messagesOf(values: readonly string[]) {
    return values.map(value => ({ topic, key: 'call-1', value, headers: { n: '1' } }));
  }
});

function plainOf(username: string, password: string): SASLOptions {
  return { mechanism: 'PLAIN', username, password };
}

function scramOf(username: string, password: string): SASLOptions {
  return { mechanism: 'SCRAM-SHA-256', username, password };
}

function producerOf(bootstrap: string, sasl?: SASLOptions, transactionalId?: string) {
  return new Producer({
    clientId: 'alice',
    bootstrapBrokers: [bootstrap],
    serializers: stringSerializers,
    ...(sasl === undefined ? {} : { sasl }),
    ...(transactionalId === undefined ? {} : { transactionalId, idempotent: true }),
  });
}

async function send(bootstrap: string, topic: string, values: readonly string[]): Promise<void> {
  const producer = producerOf(bootstrap);
  try {
    await producer.send({ messages: values.map(value => ({ topic, key: 'call-1', value })) });
  } finally {
    await producer.close();
  }
}
