import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort } from '../../support/free-ports.ts';
import { SipAgent } from '../../support/sip-agent.ts';
import type { SipText } from '../../support/sip-text.ts';
import { type Reply, WebhookReceiver } from '../../support/webhook-receiver.ts';

const body =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

describe('calls of a Baton process about which a webhook decides', function () {
  this.timeout(60_000);
  let baton: BatonProcess;
  let alice: SipAgent;
  let bob: SipAgent;
  let carol: SipAgent;
  let ivr: WebhookReceiver;
  let sipPort = 0;

  before(async () => {
    [alice, bob, carol] = await Promise.all([
      SipAgent.open('alice'),
      SipAgent.open('bob'),
      SipAgent.open('carol'),
    ]);
    ivr = await WebhookReceiver.open();
    sipPort = await freePort();
    const http = `127.0.0.1:${await freePort()}`;
    const { url, secret } = ivr;
    const incomingCall = { url, secret, timeoutMs: 1_000, onTimeout: 'reject' };
    const set = ['--set', `webhooks.incomingCall=${JSON.stringify(incomingCall)}`];
    baton = await BatonProcess.start({
      command: [process.execPath, '--import', 'tsx', 'lib/cli/baton.ts', 'serve', ...set],
      config: 'config/test.yaml',
      env: { BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`, BATON_HTTP_LISTEN: http, BATON_TARGET: bob.uri },
      httpUrl: `http://${http}`,
    });
  });

  after(async () => {
    await baton.stop();
    await Promise.all([alice, bob, carol].map(async agent => agent.close()));
    await ivr.close();
  });

  afterEach(async () => {
    expect(ivr.faults).to.deep.equal([]);
    if (baton.running) expect(await baton.getJson('/v1/calls')).to.deep.equal({ calls: [] });
  });

  /** Alice calls, and the receiver does that. */
  function call(reply: Reply): SipText {
    ivr.reply = () => reply;
    return alice.request('INVITE', `sip:+15550100@127.0.0.1:${sipPort}`, {
      body,
      headers: [['X-MS-Custom-CaseId', '42']],
    });
  }

  const saying = (decision: object): Reply => ({ status: 200, body: JSON.stringify(decision) });

  async function refused(invite: SipText, status: number): Promise<void> {
    alice.ackRefusal(invite, await alice.expect(`${status} INVITE`));
  }

  /** The call has reached somebody, who declines. */
  async function reaches(agent: SipAgent, invite: SipText): Promise<void> {
    const received = await agent.expect('INVITE');
    expect(received.get('X-MS-Custom-CaseId')).to.equal('42');
    agent.respond(received, 486);
    await agent.expect('ACK');
    await refused(invite, 486);
  }

  it('go on as routed', async () => {
    await reaches(bob, call(saying({ action: 'answer' })));
    expect(ivr.received.at(-1)?.event).to.nested.include({
      type: 'baton.IncomingCall',
      'data.to.rawId': '4:+15550100',
      'data.from.rawId': 'sip:alice@127.0.0.1',
    });
    expect(ivr.received.at(-1)?.event['data']).to.have.deep.property('customContext', {
      sipHeaders: { 'X-MS-Custom-CaseId': '42' },
      voipHeaders: {},
    });
  });

  it('go elsewhere', async () => {
    await reaches(carol, call(saying({ action: 'redirect', target: carol.uri })));
  });

  it('are rejected', async () => {
    await refused(call(saying({ action: 'reject', status: 603, reason: 'Not today' })), 603);
  });

  it('are rejected when the receiver says nothing in time', async () => {
    const aborted = ivr.aborted;
    await refused(call('hang'), 480);
    await ivr.hungUp(aborted + 1);
    const decisions = (await baton.metrics()).filter(({ name }) => name === 'baton_call_decisions_total');
    expect(decisions.map(({ labels }) => Object.fromEntries(labels))).to.deep.include({
      action: 'reject',
      code: 'decision-missing',
    });
  });

  it('end when the caller gives up meanwhile, and the question with them', async () => {
    const aborted = ivr.aborted;
    const asked = ivr.received.length;
    const invite = call('hang');
    await ivr.count(asked + 1);
    await alice.expect('100 INVITE');
    alice.cancel(invite);
    await alice.expect('200 CANCEL');
    await refused(invite, 487);
    await ivr.hungUp(aborted + 1);
    expect(bob.untaken).to.deep.equal([]);
  });

  it('end when Baton stops meanwhile', async () => {
    const asked = ivr.received.length;
    const invite = call('hang');
    await ivr.count(asked + 1);
    const stopped = baton.stop();
    await refused(invite, 503);
    expect(await stopped).to.deep.equal({ code: 0, signal: null });
  });
});
