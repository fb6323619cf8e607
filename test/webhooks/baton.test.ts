import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort } from '../../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../../support/sip-agent.ts';
import type { SipText } from '../../support/sip-text.ts';
import { type Received, WebhookReceiver } from '../../support/webhook-receiver.ts';

const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';
const changes = 'EventAttachedDataChanged';

describe('the webhooks of a Baton process', function () {
  this.timeout(60_000);
  let baton: BatonProcess;
  let alice: SipAgent;
  let bob: SipAgent;
  let crm: WebhookReceiver;
  let hanging: WebhookReceiver;

  beforeEach(async () => {
    [alice, bob] = await Promise.all([SipAgent.open('alice'), SipAgent.open('bob')]);
    [crm, hanging] = await Promise.all([WebhookReceiver.open(), WebhookReceiver.open()]);
    hanging.reply = () => 'hang';
  });

  afterEach(async () => {
    await baton.stop();
    await Promise.all([alice.close(), bob.close(), crm.close(), hanging.close()]);
  });

  /** HTTP is off: webhooks need none of it. */
  async function startAndCall(...receivers: readonly WebhookReceiver[]): Promise<AgentDialog> {
    const sipPort = await freePort();
    const targets = receivers.map(({ url, secret }, index) => ({
      name: `receiver${index}`,
      url,
      secret,
      filter: { id: [changes] },
    }));
    const set = [`webhooks.targets=${JSON.stringify(targets)}`, 'webhooks.flushMs=200'];
    const flags = set.flatMap(assignment => ['--set', assignment]);
    baton = await BatonProcess.start({
      command: [process.execPath, '--import', 'tsx', 'lib/cli/baton.ts', 'serve', ...flags],
      config: 'config/test.yaml',
      env: {
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`,
        BATON_HTTP_LISTEN: 'off',
        BATON_TARGET: bob.uri,
      },
      httpUrl: '',
    });
    alice.request('INVITE', `sip:bob@127.0.0.1:${sipPort}`, { body: sdp });
    bob.respond(await bob.expect('INVITE'), 200, { body: sdp });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    return dialog;
  }

  async function change(dialog: AgentDialog, value: string): Promise<void> {
    const userData = { userData: { CaseId: value } };
    dialog.request('INFO', { contentType: 'application/json', body: JSON.stringify(userData) });
    await alice.expect('200 INFO');
    for (const agent of [alice, bob]) agent.respond(await agent.expect('INFO'), 200);
  }

  async function hangUp(dialog: AgentDialog): Promise<SipText> {
    dialog.request('BYE');
    bob.respond(await bob.expect('BYE'), 200);
    return alice.expect('200 BYE');
  }

  const copyOf = ({ event }: Received) => {
    const { ThisDN, UserData } = event['data'] as { ThisDN: string; UserData: { value: string }[] };
    return [event['type'], ThisDN, UserData[0]?.value];
  };

  it("tell a receiver every party's copy of each change, in order", async () => {
    const dialog = await startAndCall(crm);
    for (const value of ['1', '2']) await change(dialog, value);
    await crm.count(4);
    expect(crm.received.map(copyOf)).to.deep.equal([
      [`baton.${changes}`, 'alice', '1'],
      [`baton.${changes}`, 'bob', '1'],
      [`baton.${changes}`, 'alice', '2'],
      [`baton.${changes}`, 'bob', '2'],
    ]);
    expect(crm.received[0]?.event).to.include({ source: 'baton/test' });
    expect(crm.faults).to.deep.equal([]);
    await hangUp(dialog);
  });

  it('harm nobody when a receiver hangs: calls, other receivers and the end of Baton', async () => {
    const dialog = await startAndCall(hanging, crm);
    await change(dialog, '1');
    await crm.count(2);
    await hangUp(dialog);
    expect(await baton.stop()).to.deep.equal({ code: 0, signal: null });
    expect(hanging.received).to.have.length(1);
    const given = baton.log.filter(({ code }) => code === 'shutting-down');
    expect(given.map(({ webhook, msg }) => [webhook, msg])).to.have.deep.members([
      ['receiver0', 'webhook gave up events'],
      ['receiver0', 'webhook gave up'],
    ]);
    expect(JSON.stringify(baton.log)).to.not.include(hanging.secret);
  });
});
