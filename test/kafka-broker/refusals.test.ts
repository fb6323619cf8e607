import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Cluster, theCluster, users } from './cluster.ts';
import { RealStream } from './real-stream.ts';
import { seenOn, valuesOf } from './seen.ts';

describe('what brokers refuse', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let stream: RealStream | undefined;

  before(async () => {
    cluster = await theCluster();
  });

  afterEach(async () => {
    await stream?.stop();
    stream = undefined;
  });

  function start(config: Readonly<Record<string, unknown>>, node = cluster.name('node')): RealStream {
    stream = new RealStream({ node, config: { brokers: cluster.bootstrap.plain, ...config } });
    return stream;
  }

  async function publishedOn(topic: string, count: number): Promise<string[]> {
    return valuesOf(await seenOn(cluster.bootstrap.plain, topic, count));
  }

  /** It is told once, and nothing is lost by it. */
  async function expectRefused(refused: RealStream, reason: RegExp): Promise<void> {
    refused.outbox.keep('a');
    await eventually(() => refused.metrics.counted.length > 2, 'it tries again');
    expect(refused.log.lines).to.deep.equal(['error stream down']);
    expect(refused.publisher.trouble?.failure.code).to.equal('kafka-refused');
    expect(refused.publisher.trouble?.failure.reason).to.match(reason);
    expect(refused.outbox.waiting).to.have.length(1);
    expect(refused.outbox.apart).to.deep.equal([]);
  }

  describe('a topic that does not exist', () => {
    it('is created where that is allowed', async () => {
      const topic = cluster.name('new');
      start({ 'topics.callThread': topic }).outbox.keep('a');
      expect(await publishedOn(topic, 1)).to.deep.equal(['a']);
      expect(stream?.log.lines).to.deep.equal(['info stream up']);
    });

    it('has its events set apart where it is not, and the others flow; when it is there, so do new ones', async () => {
      const [calls, agents] = [cluster.name('missing'), await cluster.topic()];
      const { outbox, log } = start({
        ...{ 'topics.callThread': calls, 'topics.agentState': agents, 'topics.create': false },
      });
      outbox.keep('a');
      outbox.keepOfAgents('x');
      expect(await publishedOn(agents, 1)).to.deep.equal(['x']);
      expect(outbox.apart).to.deep.equal([
        { value: 'a', code: 'kafka-topic-unknown', reason: 'UNKNOWN_TOPIC_OR_PARTITION' },
      ]);
      expect(log.lines).to.include('error stream topic unusable: its events are set apart');
      await cluster.broker.createTopic(calls);
      const isUsable = (): boolean => log.lines.includes('info stream topic usable again');
      for (let count = 0; !isUsable() && count < 100; count += 1) {
        outbox.keep(`b${count}`);
        await stream?.drained();
      }
      outbox.keep('c');
      await stream?.drained();
      const seen = await publishedOn(calls, 2);
      expect(seen.at(-1)).to.equal('c');
      expect(stream?.publisher.trouble).to.be.undefined;
    });
  });

  describe('an event that is too large for its topic', () => {
    it('is set apart, and all others flow, in order', async () => {
      const topic = await cluster.topic({ 'max.message.bytes': '2000' });
      const { outbox } = start({ 'topics.callThread': topic });
      outbox.keep('a', 'b', 'x'.repeat(5_000), 'c', 'd');
      expect(await publishedOn(topic, 4)).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(outbox.apart.map(({ code }) => code)).to.deep.equal(['kafka-record-too-large']);
    });

    it('is not one that is too large only together with others', async () => {
      const topic = await cluster.topic({ 'max.message.bytes': '2000' });
      const { outbox } = start({ 'topics.callThread': topic });
      const values = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(700)}`);
      outbox.keep(...values);
      expect(await publishedOn(topic, 20)).to.deep.equal(values);
      expect(outbox.apart).to.deep.equal([]);
    });
  });

  describe('a user', () => {
    const asAlice = {
      'sasl.mechanism': 'plain',
      'sasl.username': 'alice',
      'sasl.password': users.alice,
    };

    async function allowAll(node: string, ...topics: readonly string[]): Promise<void> {
      for (const topic of topics) await cluster.allow('alice', 'topic', topic, 'WRITE', 'READ');
      await cluster.allow('alice', 'group', `baton-outbox-${node}`, 'READ');
      await cluster.allow('alice', 'transactionalId', `baton-acme-${node}`, 'WRITE', 'DESCRIBE');
    }

    it('with a wrong password is told so', async () => {
      const wrong = { ...asAlice, 'sasl.password': 'wrong' };
      await expectRefused(
        start({ brokers: cluster.bootstrap.sasl, ...wrong }),
        /Invalid username or password/,
      );
    });

    it('with the rights that docs/kafka.md names publishes', async () => {
      const [node, calls, agents] = [cluster.name('node'), await cluster.topic(), await cluster.topic()];
      await allowAll(node, calls, agents);
      const topics = { 'topics.callThread': calls, 'topics.agentState': agents, 'topics.create': false };
      const { outbox, log } = start({ brokers: cluster.bootstrap.sasl, ...asAlice, ...topics }, node);
      outbox.keep('a');
      outbox.keepOfAgents('x');
      expect(await publishedOn(calls, 1)).to.deep.equal(['a']);
      expect(await publishedOn(agents, 1)).to.deep.equal(['x']);
      expect(log.lines).to.deep.equal(['info stream up']);
    });

    for (const mechanism of ['scram-sha-256', 'scram-sha-512'])
      it(`does so by ${mechanism} too`, async () => {
        const [node, calls] = [cluster.name('node'), await cluster.topic()];
        await allowAll(node, calls);
        const config = { ...asAlice, 'sasl.mechanism': mechanism, 'topics.callThread': calls };
        start({ brokers: cluster.bootstrap.sasl, ...config }, node).outbox.keep('a');
        expect(await publishedOn(calls, 1)).to.deep.equal(['a']);
      });

    it('who may not write to one topic has its events set apart, and the others flow', async () => {
      const [node, calls, agents] = [cluster.name('node'), await cluster.topic(), await cluster.topic()];
      await allowAll(node, calls);
      await cluster.allow('alice', 'topic', agents, 'DESCRIBE');
      const topics = { 'topics.callThread': calls, 'topics.agentState': agents };
      const { outbox } = start({ brokers: cluster.bootstrap.sasl, ...asAlice, ...topics }, node);
      outbox.keepOfAgents('x');
      outbox.keep('a');
      expect(await publishedOn(calls, 1)).to.deep.equal(['a']);
      expect(outbox.apart.map(({ value, code }) => ({ value, code }))).to.deep.equal([
        { value: 'x', code: 'kafka-topic-refused' },
      ]);
    });

    it('who may not keep the position is told so, and loses nothing', async () => {
      const [node, calls] = [cluster.name('node'), await cluster.topic()];
      await allowAll(node);
      await cluster.allow('alice', 'topic', calls, 'WRITE');
      const refused = start(
        { brokers: cluster.bootstrap.sasl, ...asAlice, 'topics.callThread': calls },
        node,
      );
      await expectRefused(refused, /no right to keep the position/);
      await cluster.allow('alice', 'topic', calls, 'READ');
      expect(await publishedOn(calls, 1)).to.deep.equal(['a']);
    });

    for (const [what, allow] of [
      ['transactional id', async () => {}],
      [
        'consumer group',
        (node: string) =>
          cluster.allow('alice', 'transactionalId', `baton-acme-${node}`, 'WRITE', 'DESCRIBE'),
      ],
    ] as const)
      it(`without rights on its ${what} is told so, and publishes when it has them`, async () => {
        const [node, calls] = [cluster.name('node'), await cluster.topic()];
        await allow(node);
        const refused = start(
          { brokers: cluster.bootstrap.sasl, ...asAlice, 'topics.callThread': calls },
          node,
        );
        await expectRefused(refused, what === 'consumer group' ? /GROUP_AUTH/ : /TRANSACTIONAL_ID_AUTH/);
        await allowAll(node, calls);
        expect(await publishedOn(calls, 1)).to.deep.equal(['a']);
        expect(refused.log.lines).to.deep.equal(['error stream down', 'info stream up']);
      });
  });

  describe('over TLS', () => {
    const file = (name: string): string => join(cluster.folder, name);

    it('publishes to a broker whose certificate is vouched for', async () => {
      const topic = await cluster.topic();
      const tls = { 'tls.enabled': true, 'tls.ca': file('ca.pem') };
      start({ brokers: cluster.bootstrap.tls, 'topics.callThread': topic, ...tls }).outbox.keep('a');
      expect(await publishedOn(topic, 1)).to.deep.equal(['a']);
    });

    it('does not to one for which nobody vouches', async () => {
      await expectRefused(start({ brokers: cluster.bootstrap.tls, 'tls.enabled': true }), /certificate/);
    });

    it('does not to one that is somebody else', async () => {
      const tls = { 'tls.enabled': true, 'tls.ca': file('ca.pem'), 'tls.serverName': 'kafka.example.com' };
      await expectRefused(start({ brokers: cluster.bootstrap.tls, ...tls }), /kafka\.example\.com/);
    });

    it('shows its own certificate where one is asked for', async () => {
      const topic = await cluster.topic();
      const own = { 'tls.cert': file('client.pem'), 'tls.key': file('client.key') };
      const tls = { 'tls.enabled': true, 'tls.ca': file('ca.pem'), ...own };
      start({ brokers: cluster.bootstrap.mutualTls, 'topics.callThread': topic, ...tls }).outbox.keep('a');
      expect(await publishedOn(topic, 1)).to.deep.equal(['a']);
    });

    it('says which file it cannot read', async () => {
      const tls = { 'tls.enabled': true, 'tls.ca': file('gone.pem') };
      await expectRefused(start({ brokers: cluster.bootstrap.tls, ...tls }), /^kafka\.tls\.ca: ENOENT/);
    });
  });
});
