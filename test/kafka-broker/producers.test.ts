import { expect } from 'chai';
import { PaperOutbox } from '../kafka/support.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { RealStream } from './real-stream.ts';
import { apiKeys } from './relay.ts';
import { seenOn, valuesOf } from './seen.ts';

describe('what a consumer sees that reads what is committed', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let streams: RealStream[] = [];
  let callThread = '';
  let agentState = '';

  before(async () => {
    cluster = await theCluster();
  });

  beforeEach(async () => {
    callThread = await cluster.topic();
    agentState = await cluster.topic();
  });

  afterEach(async () => {
    for (const stream of streams) await stream.stop();
    streams = [];
  });

  function start(
    node: string,
    config: Readonly<Record<string, unknown>> = {},
    outbox?: PaperOutbox,
  ): RealStream {
    const topics = { 'topics.callThread': callThread, 'topics.agentState': agentState };
    const stream = new RealStream({
      node,
      config: { brokers: cluster.bootstrap.plain, ...topics, ...config },
      ...(outbox !== undefined && { outbox }),
    });
    streams.push(stream);
    return stream;
  }

  it('is each event with its key, its time and its headers', async () => {
    const { outbox } = start(cluster.name('node'));
    const beforeMs = Date.now();
    outbox.keepAt({ key: 'acme:7' }, '{"id":"EventDialing"}', '{"id":"EventReleased"}');
    outbox.keepAt({ topic: 'agentState', key: 'acme:bob' }, '{"id":"EventOnHook"}');
    const calls = await seenOn(cluster.bootstrap.plain, callThread, 2);
    const [agent] = await seenOn(cluster.bootstrap.plain, agentState, 1);
    expect(calls.map(({ key, value, headers }) => ({ key, value, headers }))).to.deep.equal(
      ['{"id":"EventDialing"}', '{"id":"EventReleased"}'].map((value, index) => ({
        key: 'acme:7',
        value,
        headers: {
          event: 'EventDialing',
          'content-type': 'application/json',
          'baton-sequence': String(index + 1),
          'baton-position': String(index + 1),
          'baton-node': outbox.id,
        },
      })),
    );
    expect(agent).to.deep.include({ key: 'acme:bob', value: '{"id":"EventOnHook"}' });
    expect(agent?.timeMs).to.be.within(beforeMs, Date.now());
  });

  it('is in the partition in which a producer in Java would have put it', async () => {
    // Of org.apache.kafka.common.utils.Utils.murmur2, as its UtilsTest has them.
    const hashes = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
    const more = {
      'a-little-bit-longer-string': -1486304829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    };
    const { outbox } = start(cluster.name('node'));
    const keys = { ...hashes, ...more };
    for (const key of Object.keys(keys)) outbox.keepAt({ key }, key);
    const seen = await seenOn(cluster.bootstrap.plain, callThread, 5);
    expect(Object.fromEntries(seen.map(({ key, partition }) => [key, partition]))).to.deep.equal(
      Object.fromEntries(Object.entries(keys).map(([key, hash]) => [key, (hash & 0x7fffffff) % 3])),
    );
  });

  for (const compression of ['none', 'gzip', 'snappy', 'lz4'])
    it(`is the same with compression ${compression}`, async () => {
      const { outbox } = start(cluster.name('node'), { compression });
      outbox.keep('x'.repeat(10_000), 'y');
      const seen = await seenOn(cluster.bootstrap.plain, callThread, 2);
      expect(valuesOf(seen)).to.deep.equal(['x'.repeat(10_000), 'y']);
    });

  it('is in order for each key, over many transactions', async () => {
    const stream = start(cluster.name('node'), { 'batch.maxRecords': 7 });
    for (let count = 0; count < 200; count += 1)
      stream.outbox.keepAt({ key: `acme:${count % 5}` }, String(count));
    const seen = await seenOn(cluster.bootstrap.plain, callThread, 200);
    for (let key = 0; key < 5; key += 1)
      expect(valuesOf(seen.filter(record => record.key === `acme:${key}`))).to.deep.equal(
        Array.from({ length: 40 }, (_, index) => String(index * 5 + key)),
      );
  });

  describe('exactly once', () => {
    it('where a process is killed after a commit that its outbox has not heard of', async () => {
      const node = cluster.name('node');
      const outbox = new PaperOutbox(Date.now, node);
      const forget = outbox.published.bind(outbox);
      outbox.published = () => undefined;
      start(node, {}, outbox);
      outbox.keep('a', 'b');
      await seenOn(cluster.bootstrap.plain, callThread, 2);
      await streams[0]?.stop();
      expect(outbox.waiting).to.have.length(2);
      outbox.published = forget;
      outbox.keep('c');
      await start(node, {}, outbox).drained();
      expect(valuesOf(await seenOn(cluster.bootstrap.plain, callThread, 3))).to.deep.equal(['a', 'b', 'c']);
    });

    for (const request of ['produce', 'txnOffsetCommit', 'endTxn'] as const)
      it(`where the answer to ${request} gets lost`, async () => {
        const stream = start(cluster.name('node'), { brokers: cluster.bootstrap.relayed });
        stream.outbox.keep('a');
        await stream.drained();
        const lost = cluster.relay.loseAnswerTo(apiKeys[request]);
        stream.outbox.keep('b', 'c');
        await lost;
        stream.outbox.keep('d');
        await stream.drained();
        expect(valuesOf(await seenOn(cluster.bootstrap.plain, callThread, 4))).to.deep.equal([
          'a',
          'b',
          'c',
          'd',
        ]);
        expect(stream.log.lines).to.deep.equal(['info stream up']);
      });

    it('where a process was killed within a transaction', async () => {
      const node = cluster.name('node');
      const outbox = new PaperOutbox(Date.now, node);
      start(node, { brokers: cluster.bootstrap.relayed }, outbox);
      const lost = cluster.relay.loseAnswerTo(apiKeys.produce);
      outbox.keep('a', 'b');
      await lost;
      await streams[0]?.stop();
      await start(node, {}, outbox).drained();
      expect(valuesOf(await seenOn(cluster.bootstrap.plain, callThread, 2))).to.deep.equal(['a', 'b']);
    });

    it('where two processes go by one name, which both say', async () => {
      const node = cluster.name('node');
      const outboxes = [new PaperOutbox(Date.now, `${node}-one`), new PaperOutbox(Date.now, `${node}-two`)];
      const [one, other] = outboxes.map(outbox => start(node, {}, outbox));
      const kept: string[] = [];
      for (let count = 0; one?.log.lines.includes('error stream down') === false; count += 1) {
        if (count > 20) break;
        for (const [index, outbox] of outboxes.entries()) {
          const value = `${index}-${count}`;
          kept.push(value);
          outbox.keepAt({ key: `acme:${index}` }, value);
          await Promise.race([one.drained(), other?.drained()]);
        }
      }
      await one?.drained();
      await other?.drained();
      const seen = valuesOf(await seenOn(cluster.bootstrap.plain, callThread, kept.length));
      expect(seen).to.have.members(kept);
      for (const index of [0, 1])
        expect(seen.filter(value => value.startsWith(`${index}-`))).to.deep.equal(
          kept.filter(value => value.startsWith(`${index}-`)),
        );
      expect([one?.log.lines, other?.log.lines].flat()).to.include('error stream down');
    });
  });

  describe('without an outbox on disk', () => {
    for (const acks of ['all', 'leader', 'none'])
      it(`is everything, with acks ${acks}`, async () => {
        const stream = start(cluster.name('node'), { 'outbox.kind': 'none', acks });
        stream.outbox.keep('a', 'b');
        stream.outbox.keepOfAgents('x');
        await stream.drained();
        // What was under way when something failed may come again.
        for (const [topic, values] of [
          [callThread, ['a', 'b']],
          [agentState, ['x']],
        ] as const) {
          const seen = await seenOn(cluster.bootstrap.plain, topic, values.length);
          expect([...new Set(valuesOf(seen))]).to.deep.equal(values);
        }
      });
  });
});
