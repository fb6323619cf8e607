import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort } from '../../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../../support/sip-agent.ts';
import { run } from '../cli/command.ts';
import { eventually } from '../support/eventually.ts';
import { eventFault } from '../support/valid-event.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { seenOn } from './seen.ts';

const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

const fromSource = [process.execPath, '--import', 'tsx', 'lib/cli/baton.ts'] as const;

interface AsyncApi {
  readonly components: {
    readonly schemas: { readonly streamHeaders: object };
    readonly messages: Readonly<Record<string, { bindings: { kafka: { key: { pattern: string } } } }>>;
  };
}

const { components } = JSON.parse(
  readFileSync(new URL('../../docs/schema/asyncapi.json', import.meta.url), 'utf8'),
) as AsyncApi;
const areHeaders = new Ajv().compile(components.schemas.streamHeaders);
const keyPattern = new RegExp(components.messages['callThreadEvent']?.bindings.kafka.key.pattern ?? '^$');

describe('the event stream of a Baton process', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let baton: BatonProcess | undefined;
  let alice: SipAgent;
  let bob: SipAgent;
  let sipPort = 0;
  let topic = '';
  let outbox = '';

  before(async () => {
    cluster = await theCluster();
  });

  beforeEach(async () => {
    [alice, bob] = await Promise.all([SipAgent.open('alice'), SipAgent.open('bob')]);
    topic = await cluster.topic();
    outbox = mkdtempSync(join(tmpdir(), 'baton-outbox-'));
  });

  afterEach(async () => {
    await baton?.stop();
    baton = undefined;
    if (!cluster.broker.running) await cluster.broker.restart();
    await Promise.all([alice.close(), bob.close()]);
    rmSync(outbox, { recursive: true });
  });

  async function start(...set: readonly string[]): Promise<BatonProcess> {
    sipPort = await freePort();
    const httpListen = `127.0.0.1:${await freePort()}`;
    const all = [`kafka.topics.callThread=${topic}`, `kafka.outbox.directory=${outbox}`, ...set];
    const flags = all.flatMap(assignment => ['--set', assignment]);
    baton = await BatonProcess.start({
      command: [...fromSource, 'serve', ...flags],
      config: 'config/test.yaml',
      env: {
        BATON_NODE: cluster.name('node'),
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`,
        BATON_HTTP_LISTEN: httpListen,
        BATON_TARGET: bob.uri,
        BATON_KAFKA_BROKERS: cluster.bootstrap.plain,
      },
      httpUrl: `http://${httpListen}`,
      readyWithinMs: 60_000,
    });
    return baton;
  }

  /** Alice calls bob with data, changes it, and hangs up. */
  async function call(): Promise<void> {
    alice.request('INVITE', `sip:bob@127.0.0.1:${sipPort}`, {
      body: sdp,
      headers: [['X-MS-Custom-CaseId', '42']],
    });
    const invite = await bob.expect('INVITE');
    bob.respond(invite, 180);
    await alice.expect('180 INVITE');
    bob.respond(invite, 200, { body: sdp });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    dialog.request('INFO', { contentType: 'application/json', body: '{"userData": {"CaseId": "43"}}' });
    await alice.expect('200 INFO');
    for (const agent of [alice, bob]) agent.respond(await agent.expect('INFO'), 200);
    dialog.request('BYE');
    bob.respond(await bob.expect('BYE'), 200);
    await alice.expect('200 BYE');
  }

  const expected = [
    ['EventDialing', 'alice'],
    ['EventRinging', 'bob'],
    ['EventEstablished', 'alice'],
    ['EventEstablished', 'bob'],
    ['EventReleased', 'alice'],
    ['EventReleased', 'bob'],
  ];

  it("is every party's copy of what happens to its calls, as AsyncAPI document and schema say", async () => {
    const process = await start();
    await call();
    const seen = await seenOn(cluster.bootstrap.plain, topic, expected.length);
    const events = seen.map(({ value }) => JSON.parse(value) as Record<string, unknown>);
    expect(events.map(({ id, ThisDN }) => [id, ThisDN])).to.have.deep.members(expected);
    for (const [index, { key, timeMs, headers }] of seen.entries()) {
      const event = events[index] ?? {};
      expect(eventFault(event)).to.be.undefined;
      expect(areHeaders(headers), JSON.stringify(areHeaders.errors)).to.be.true;
      expect(key)
        .to.match(keyPattern)
        .and.equal(`default:${String(event['CallThreadID'])}`);
      expect(headers).to.include({ event: event['id'], 'baton-sequence': String(index + 1) });
      expect(timeMs).to.equal(event['time']);
      const value = event['id'] === 'EventReleased' ? '43' : '42';
      expect(event['UserData']).to.deep.equal([{ key: 'CaseId', type: 'string', value }]);
    }
    expect(await process.getJson('/readyz')).to.deep.equal({ status: 'ready', stream: 'healthy' });
    const published = (await process.metrics()).find(({ name }) => name === 'baton_kafka_published_total');
    expect(published?.labels).to.deep.equal(new Map([['topic', topic]]));
    expect(published?.value).to.equal(expected.length);
  });

  it('has the changes of data too where that is wanted', async () => {
    await start('kafka.userDataEvents=true');
    await call();
    const seen = await seenOn(cluster.bootstrap.plain, topic, expected.length + 2);
    expect(seen.filter(({ headers }) => headers['event'] === 'EventAttachedDataChanged')).to.have.length(2);
  });

  it('loses nothing of the calls that are served before there is a broker', async () => {
    await cluster.broker.kill();
    const process = await start();
    await call();
    await eventually(() => process.log.some(({ msg }) => msg === 'stream down'), 'it is said', 20_000);
    expect(await process.getJson('/readyz')).to.deep.include({
      status: 'ready',
      stream: 'unhealthy',
      code: 'kafka-unreachable',
    });
    await call();
    await cluster.broker.restart();
    const seen = await seenOn(cluster.bootstrap.plain, topic, 2 * expected.length);
    expect(seen).to.have.length(2 * expected.length);
    const said = process.log.filter(({ msg }) => msg.startsWith('stream '));
    expect(said.map(({ msg }) => msg)).to.deep.equal(['stream down', 'stream up']);
  });

  it('has what was set apart, once and in order, when it is put back', async () => {
    const [node, missing] = [cluster.name('node'), cluster.name('missing')];
    const set = [`node=${node}`, 'kafka.topics.create=false', `kafka.topics.callThread=${missing}`];
    const before = await start(...set);
    await call();
    const unusable = 'stream topic unusable: its events are set apart';
    await eventually(() => before.log.some(({ msg }) => msg === unusable), 'the topic is given up', 20_000);
    await before.stop();
    await cluster.broker.createTopic(missing);
    const at = ['--set', `node=${node}`, '--set', `kafka.outbox.directory=${outbox}`];
    const retried = await run([...fromSource, 'outbox', 'retry', '--all', ...at]);
    expect(retried).to.include({ code: 0, error: '' });
    expect(JSON.parse(retried.out)).to.have.property('retried').with.lengthOf(expected.length);
    await start(...set);
    const seen = await seenOn(cluster.bootstrap.plain, missing, expected.length);
    const events = seen.map(({ value }) => JSON.parse(value) as { id: string; ThisDN: string });
    expect(events.map(({ id, ThisDN }) => [id, ThisDN])).to.deep.equal(expected);
    expect(seen.map(({ headers }) => headers['baton-sequence'])).to.deep.equal(
      expected.map((_, index) => String(expected.length + index + 1)),
    );
  });

  it('is complete when the process is stopped right after a call', async () => {
    const process = await start('kafka.batch.lingerMs=1000', 'kafka.flushMs=20000');
    await call();
    expect(await process.stop()).to.deep.equal({ code: 0, signal: null });
    expect(await seenOn(cluster.bootstrap.plain, topic, expected.length)).to.have.length(expected.length);
  });

  it('ends in time when it is stopped and there is no broker', async () => {
    const process = await start('kafka.flushMs=200');
    await cluster.broker.kill();
    await call();
    expect(await process.stop('SIGTERM', 10_000)).to.deep.equal({ code: 0, signal: null });
    expect(process.log.map(({ msg }) => msg)).to.include('stream stopped before all was published');
  });

  it('is told at the start what is wrong with its files', async () => {
    const broken = start('kafka.tls={enabled: true, ca: /nowhere/ca.pem}');
    const error = await broken.then(
      () => undefined,
      (error: unknown) => String(error),
    );
    expect(error).to.include('kafka.tls.ca: ENOENT').and.include('Baton ended: 78');
  });
});
