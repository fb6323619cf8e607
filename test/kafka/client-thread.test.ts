import { expect } from 'chai';
import { ClientThread } from '../../lib/kafka/client-thread.ts';
import { failureOf } from '../../lib/kafka/failures.ts';
import { producersOptions } from './support.ts';
import type { EventProducer } from '../../lib/kafka/publisher.ts';
import type { OutboxRecord } from '../../lib/ports.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { NotedLog } from './support.ts';

const record: OutboxRecord = {
  ...{ position: 1, topic: 'callThread', key: 'acme:1', sequence: 1, event: 'EventDialing', timeMs: 0 },
  value: Buffer.from('a'),
};

/** A thread in which `onRequest` is what becomes of a request; `tell` answers. */
function program(onRequest: string): URL {
  const code = `
    import { parentPort } from 'node:worker_threads';
    const tell = answer => parentPort.postMessage(answer);
    parentPort.on('message', request => { ${onRequest} });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

async function failureIn(attempt: Promise<unknown>) {
  return await attempt.then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );
}

describe('ClientThread', () => {
  const log = new NotedLog();
  let thread: ClientThread;
  let clock: FakeClock;

  function start(onRequest: string): EventProducer {
    log.lines.length = 0;
    clock = new FakeClock();
    const options = { producers: producersOptions, log: log.logger, after: clock.after };
    thread = new ClientThread({ ...options, program: program(onRequest) });
    return thread.connect();
  }

  afterEach(async () => {
    await thread.end();
  });

  it('gives what the thread answers', async () => {
    const producer = start(`
      if (request.kind === 'open') tell({ kind: 'done', producer: request.producer, position: 7 });
      else tell({ kind: 'done', producer: request.producer });`);
    expect(await producer.open()).to.equal(7);
    await producer.publish([record], 1);
  });

  it('hands over the records and their position', async () => {
    const producer = start(`
      const { batch: { heads, values }, position } = request;
      const reason = JSON.stringify([heads[0].key, Buffer.from(values).toString(), position]);
      tell({ kind: 'failed', producer: request.producer, failure: { kind: 'retry', code: 'internal', reason } });`);
    const failure = await failureIn(producer.publish([record], 9));
    expect(failure?.reason).to.equal('["acme:1","a",9]');
  });

  it('hands over why something failed', async () => {
    const failure = { kind: 'topic', code: 'kafka-topic-unknown', reason: 'gone', topic: 'calls' };
    const producer = start(
      `tell({ kind: 'failed', producer: request.producer, failure: ${JSON.stringify(failure)} });`,
    );
    expect(await failureIn(producer.open())).to.deep.equal(failure);
  });

  it('tells that the connection is lost', async () => {
    const producer = start(`
      tell({ kind: 'done', producer: request.producer });
      tell({ kind: 'lost', producer: request.producer });`);
    let isLost = false;
    producer.onLost = () => (isLost = true);
    await producer.open();
    await eventually(() => isLost, 'it is told');
  });

  it('survives the death of the thread, and starts another one', async () => {
    const producer = start(`
      if (request.kind === 'publish') throw new TypeError('x is not a function');
      tell({ kind: 'done', producer: request.producer, position: 7 });`);
    await producer.open();
    expect(await failureIn(producer.publish([record], 1))).to.include({ kind: 'retry', code: 'internal' });
    expect(log.lines).to.deep.equal(['error the Kafka client has died']);
    producer.close();
    expect(await thread.connect().open()).to.equal(7);
  });

  it('ends a thread that gives no answer, and starts another one', async () => {
    const producer = start(`
      if (request.kind === 'open') tell({ kind: 'done', producer: request.producer, position: 7 });`);
    await producer.open();
    expect(clock.running).to.equal(0);
    const publishing = failureIn(producer.publish([record], 1));
    clock.pass(60_000);
    expect(await publishing).to.include({ kind: 'retry', reason: 'the Kafka client gives no answer' });
    expect(log.lines).to.deep.equal(['error the Kafka client gives no answer']);
    producer.close();
    expect(await thread.connect().open()).to.equal(7);
    expect(clock.running).to.equal(0);
  });

  it('lets what is under way fail when it is closed, and hears no more of it', async () => {
    const producer = start(`setTimeout(tell, 10, { kind: 'done', producer: request.producer });`);
    const opening = failureIn(producer.open());
    producer.close();
    expect((await opening)?.code).to.equal('kafka-unreachable');
    expect(await thread.connect().open()).to.be.undefined;
  });
});
