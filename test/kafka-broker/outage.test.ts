import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { RealStream } from './real-stream.ts';
import { seenOn } from './seen.ts';

/** What is promised. A test allows more: machines on which tests run are slow. */
const promisedMs = 5_000;

describe('while brokers are away', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let stream: RealStream;
  let topic = '';
  let kept = 0;

  before(async () => {
    cluster = await theCluster();
  });

  beforeEach(async () => {
    topic = await cluster.topic();
    kept = 0;
  });

  afterEach(async () => {
    await stream.stop();
  });

  function start(config: Readonly<Record<string, unknown>> = {}): void {
    const node = cluster.name('node');
    const all = { brokers: cluster.bootstrap.plain, 'topics.callThread': topic, ...config };
    stream = new RealStream({ node, config: all });
  }

  function keep(count: number): void {
    for (const last = kept + count; kept < last; kept += 1)
      stream.outbox.keepAt({ key: `acme:${kept % 5}` }, String(kept));
  }

  /** Each event once, and in order for each key. */
  async function expectAll(): Promise<void> {
    const seen = await seenOn(cluster.bootstrap.plain, topic, kept);
    for (let key = 0; key < 5; key += 1)
      expect(
        seen.filter(record => record.key === `acme:${key}`).map(({ value }) => Number(value)),
      ).to.deep.equal(Array.from({ length: kept }, (_, value) => value).filter(value => value % 5 === key));
  }

  /** Logs how long it takes from the broker's return until something is published again. */
  async function expectToComeBack(): Promise<void> {
    const publications = () => stream.metrics.counted.filter(what => what.startsWith('published')).length;
    const before = publications();
    const backMs = performance.now();
    // It may have been faster than who has waited for the broker.
    const isBack = () => publications() > before || stream.outbox.waiting.length === 0;
    await eventually(isBack, 'something is published again', 4 * promisedMs);
    const tookMs = Math.round(performance.now() - backMs);
    console.log(
      `      publishing goes on ${tookMs} ms after the broker's return (${promisedMs} ms are promised)`,
    );
  }

  it('nothing is lost and nothing comes twice when the broker is killed and comes back', async () => {
    start();
    const busy = setInterval(() => keep(20), 10);
    try {
      await eventually(() => stream.metrics.counted.length > 500, 'it is busy');
      await cluster.broker.kill();
      await eventually(() => stream.publisher.trouble !== undefined, 'it notices');
      expect(stream.publisher.trouble?.failure.code).to.equal('kafka-unreachable');
      await sleep(3_000);
      await cluster.broker.restart();
      await expectToComeBack();
    } finally {
      clearInterval(busy);
    }
    await stream.drained();
    await expectAll();
    expect(stream.log.lines).to.deep.equal(['info stream up', 'warn stream down', 'info stream up']);
  });

  it('the same holds when it only answers no more for a while', async () => {
    start({ requestTimeoutMs: 1_000 });
    const busy = setInterval(() => keep(20), 10);
    try {
      await eventually(() => stream.metrics.counted.length > 500, 'it is busy');
      cluster.broker.pause();
      await eventually(() => stream.publisher.trouble !== undefined, 'it notices', 20_000);
      // Longer than the coordinator waits for the end of a transaction.
      await sleep(6_000);
      cluster.broker.resume();
      await expectToComeBack();
    } finally {
      cluster.broker.resume();
      clearInterval(busy);
    }
    await stream.drained();
    await expectAll();
  });

  it('it is noticed also when there is nothing to publish', async () => {
    start();
    keep(1);
    await stream.drained();
    await cluster.broker.kill();
    await eventually(() => stream.publisher.trouble !== undefined, 'it notices');
    await cluster.broker.restart();
    await eventually(() => stream.publisher.trouble === undefined, 'it notices', 20_000);
    expect(stream.log.lines).to.deep.equal(['info stream up', 'warn stream down', 'info stream up']);
  });

  it('what is kept before the first of them is there waits for it', async () => {
    await cluster.broker.kill();
    start();
    keep(10);
    await eventually(() => stream.log.lines.length > 0, 'it says so');
    await cluster.broker.restart();
    await expectToComeBack();
    await expectAll();
    expect(stream.log.lines).to.deep.equal(['warn stream down', 'info stream up']);
  });
});
