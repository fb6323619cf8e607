import { expect } from 'chai';
import type { CallThreadId, ConnId, Dn } from '../../lib/call/ids.ts';
import type { ScreeningVerdict } from '../../lib/call/set-up/screening.ts';
import { afterRealTime } from '../../lib/engine/control/after.ts';
import { incomingCallOf } from '../../lib/events/incoming-call.ts';
import { Endpoint } from '../../lib/webhooks/endpoint.ts';
import { IncomingCallWebhook } from '../../lib/webhooks/incoming-call-webhook.ts';
import { freePort } from '../../support/free-ports.ts';
import { type Reply, WebhookReceiver } from '../../support/webhook-receiver.ts';

const incoming = incomingCallOf({
  connId: '00000000000000ff@acme:node1' as ConnId,
  callThreadId: 'abcdabcdabcdabcd' as CallThreadId,
  callerDn: '1001' as Dn,
  from: '<sip:1001@a>',
  requestUri: 'sip:2001@b',
  data: [],
});

describe('the webhook of incoming calls', () => {
  let ivr: WebhookReceiver;
  let webhook: IncomingCallWebhook;

  function open(other: { url?: string; timeoutMs?: number } = {}): void {
    const { url, secret } = ivr;
    const timing = { timeoutMs: 5_000, after: afterRealTime, nowMs: Date.now };
    webhook = new IncomingCallWebhook({
      rules: { onTimeout: 'answer' },
      endpoint: new Endpoint({ url, secret, maxConnections: 4, ...timing, ...other }),
      source: 'baton/n1',
      nowMs: Date.now,
    });
  }

  beforeEach(async () => {
    ivr = await WebhookReceiver.open();
    open();
  });

  afterEach(async () => {
    await webhook.stop();
    await ivr.close();
  });

  const verdict = () => new Promise<ScreeningVerdict>(resolve => webhook.ask(incoming, resolve));
  const saying = (body: string): Reply => ({ status: 200, body });

  it('asks by a signed CloudEvent, and what is answered counts', async () => {
    ivr.reply = () => saying('{"action":"reject","status":486}');
    expect(await verdict()).to.deep.equal({ action: 'reject', status: 486 });
    expect(ivr.faults).to.deep.equal([]);
    expect(ivr.received[0]?.event).to.deep.include({
      id: incoming.serverCallId,
      source: 'baton/n1',
      type: 'baton.IncomingCall',
      subject: incoming.serverCallId,
      data: incoming,
    });
  });

  for (const [what, reply, code] of [
    ['no decision', saying('{}'), 'decision-invalid'],
    ['nothing', { status: 204 }, 'decision-invalid'],
    ['far too much', saying(`{"action":"answer"${' '.repeat(20_000)}}`), 'decision-invalid'],
    ['that it fails', { status: 500, body: '{"action":"answer"}' }, 'decision-missing'],
    ['elsewhere', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, 'decision-missing'],
    ['half of it', 'break', 'decision-missing'],
  ] as const satisfies readonly (readonly [string, Reply, string])[]) {
    it(`takes ${what} for none`, async () => {
      ivr.reply = () => reply;
      expect(await verdict()).to.deep.equal({ action: 'none', code });
    });
  }

  it('waits no longer than it may', async () => {
    ivr.reply = () => 'hang';
    open({ timeoutMs: 50 });
    expect(await verdict()).to.deep.equal({ action: 'none', code: 'decision-missing' });
    await ivr.hungUp();
  });

  it('says when nobody is there', async () => {
    open({ url: `http://127.0.0.1:${await freePort()}/` });
    expect(await verdict()).to.deep.equal({ action: 'none', code: 'decision-missing' });
  });

  it('hangs up and says nothing more when the question is taken back', async () => {
    ivr.reply = () => 'hang';
    const verdicts: ScreeningVerdict[] = [];
    const withdraw = webhook.ask(incoming, given => verdicts.push(given));
    await ivr.count(1);
    withdraw();
    await ivr.hungUp();
    expect(verdicts).to.deep.equal([]);
  });

  it('asks once more when the connection it used was just being closed', async () => {
    let asked = 0;
    ivr.onRequest = request => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
    };
    ivr.reply = () => saying('{"action":"answer"}');
    expect(await verdict()).to.deep.equal({ action: 'answer' });
    expect(asked).to.equal(2);
  });
});
