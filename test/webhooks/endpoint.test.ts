import { expect } from 'chai';
import { afterRealTime } from '../../lib/engine/control/after.ts';
import { cloudEventJson } from '../../lib/webhooks/cloud-event.ts';
import { Endpoint, type EndpointOptions, type Letter } from '../../lib/webhooks/endpoint.ts';
import { freePort } from '../../support/free-ports.ts';
import { type Reply, WebhookReceiver } from '../../support/webhook-receiver.ts';

function letter(id: string): Letter {
  const event = { id, source: 'baton/n1', type: 'baton.test', subject: undefined, timeMs: 0, dataJson: '{}' };
  return { id, body: cloudEventJson(event) };
}

describe('an endpoint', () => {
  let crm: WebhookReceiver;
  let endpoint: Endpoint;

  function open(other: Partial<EndpointOptions> = {}): void {
    endpoint = new Endpoint({
      url: crm.url,
      secret: crm.secret,
      timeoutMs: 5_000,
      maxConnections: 2,
      after: afterRealTime,
      nowMs: Date.now,
      ...other,
    });
  }

  beforeEach(async () => {
    crm = await WebhookReceiver.open();
    open();
  });

  afterEach(async () => {
    await endpoint.close();
    await crm.close();
  });

  it('posts to path and query, signed, and keeps its connections', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of ids) {
      expect(await endpoint.post(letter(id))).to.deep.include({ kind: 'answered', status: 204 });
    }
    expect(crm.faults).to.deep.equal([]);
    expect(crm.ids).to.deep.equal(ids);
    expect(crm.received[0]?.path).to.equal('/events?of=baton');
    expect(crm.connections).to.be.at.most(2);
  });

  it('signs with a whsec_ secret', async () => {
    const other = await WebhookReceiver.open(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    open({ url: other.url, secret: other.secret });
    await endpoint.post(letter('a'));
    expect([other.ids, other.faults]).to.deep.equal([['a'], []]);
    await other.close();
  });

  it('reads Retry-After', async () => {
    crm.reply = () => ({ status: 429, headers: { 'retry-after': '3' } });
    expect(await endpoint.post(letter('a'))).to.deep.equal({
      kind: 'answered',
      status: 429,
      retryAfterMs: 3_000,
    });
  });

  it('follows no redirect', async () => {
    crm.reply = () => ({ status: 307, headers: { location: crm.url } });
    expect(await endpoint.post(letter('a'))).to.deep.include({ status: 307 });
    expect(crm.ids).to.deep.equal(['a']);
  });

  for (const [what, reply] of [
    ['is longer than anybody reads', { status: 200, body: 'x'.repeat(1_000_000) }],
    ['breaks off', 'break'],
  ] as const satisfies readonly (readonly [string, Reply])[]) {
    it(`takes the status of an answer that ${what}`, async () => {
      crm.reply = (_, number) => (number === 1 ? reply : { status: 204 });
      expect(await endpoint.post(letter('a'))).to.deep.include({ kind: 'answered', status: 200 });
      expect(await endpoint.post(letter('b'))).to.deep.include({ kind: 'answered', status: 204 });
    });
  }

  it('hangs up on a receiver that does not answer in time, and says so', async () => {
    crm.reply = () => 'hang';
    open({ timeoutMs: 50 });
    expect(await endpoint.post(letter('a'))).to.deep.equal({ kind: 'failed', why: 'timeout' });
    await crm.hungUp();
  });

  it('says that nobody is there', async () => {
    open({ url: `http://127.0.0.1:${await freePort()}/` });
    expect(await endpoint.post(letter('a'))).to.deep.equal({ kind: 'failed', why: 'network' });
  });

  it('ends what is under way when it is closed', async () => {
    crm.reply = () => 'hang';
    const answer = endpoint.post(letter('a'));
    await crm.count(1);
    await endpoint.close();
    expect(await answer).to.deep.equal({ kind: 'failed', why: 'network' });
  });
});
