import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { expect } from 'chai';
import { KafkaBroker } from '../../support/kafka-broker.ts';

describe('KafkaBroker', function () {
  this.timeout(180_000);
  let broker: KafkaBroker;

  before(async () => {
    broker = await KafkaBroker.start();
  });

  after(() => broker.stop());

  it('keeps its records when it is killed and started again', async () => {
    await broker.createTopic('calls', { partitions: 1 });
    const producer = new Producer({
      clientId: 'alice',
      bootstrapBrokers: [broker.bootstrap],
      serializers: stringSerializers,
    });
    const values = ['ringing', 'established', 'released'];
    await producer.send({ messages: values.map(value => ({ topic: 'calls', key: 'call-1', value })) });
    await producer.close();
    await broker.kill();
    await broker.restart();
    expect(await valuesOf(broker.bootstrap, 'calls', values.length)).to.deep.equal(values);
  });
});

async function valuesOf(bootstrap: string, topic: string, count: number): Promise<string[]> {
  const consumer = new Consumer({
    clientId: 'bob',
    groupId: 'bob',
    bootstrapBrokers: [bootstrap],
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
  const values: string[] = [];
  for await (const message of stream) if (values.push(message.value) === count) break;
  await stream.close();
  await consumer.close();
  return values;
}
