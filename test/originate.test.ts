import { expect } from 'chai';
import { pino } from 'pino';
import { loadConfig } from '../lib/config.ts';
import { type Running, serve } from '../lib/main.ts';
import { freePort } from '../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../support/sip-agent.ts';
import type { SipText } from '../support/sip-text.ts';

function sdp(name: string, port: number, ...more: readonly string[]): string {
  const session = ['v=0', `o=${name} 7 1 IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  return [...session, `m=audio ${port} RTP/AVP 0`, ...more, ''].join('\r\n');
}

const linesOf = ({ body }: SipText): string[] => body.trimEnd().split('\r\n');

/** Baton in this process; alice and bob are phones. */
class Stage {
  readonly alice: SipAgent;
  readonly bob: SipAgent;
  readonly baton: Running;
  readonly url: string;

  private constructor(alice: SipAgent, bob: SipAgent, baton: Running, url: string) {
    this.alice = alice;
    this.bob = bob;
    this.baton = baton;
    this.url = url;
  }

  static async open(): Promise<Stage> {
    const [sip, http] = [await freePort(), await freePort()];
    const flags = new Map<string, unknown>([
      ['sip.listen', `udp:127.0.0.1:${sip}`],
      ['sip.t1Ms', 50],
      ['http.listen', `127.0.0.1:${http}`],
      ['call.drainMs', 200],
    ]);
    const config = loadConfig({ flags });
    const baton = await serve(config, pino({ level: 'silent' }), new AbortController().signal);
    return new Stage(
      await SipAgent.open('alice'),
      await SipAgent.open('bob'),
      baton,
      `http://127.0.0.1:${http}`,
    );
  }

  async close(): Promise<void> {
    await this.baton.stop();
    await Promise.all([this.alice.close(), this.bob.close()]);
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const type = { 'content-type': 'application/json' };
    return fetch(this.url + path, {
      method: 'POST',
      headers: { ...type, ...headers },
      body: JSON.stringify(body),
    });
  }

  async originate(more: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.post('/v1/calls', { from: this.alice.uri, to: this.bob.uri, ...more }, headers);
  }

  /** Live calls. */
  async calls(): Promise<number> {
    const { calls } = (await (await fetch(`${this.url}/v1/calls`)).json()) as { calls: unknown[] };
    return calls.length;
  }

  /** Alice answers with her offer, and bob is called with it. */
  async firstAnswers(): Promise<{ alice: AgentDialog; atBob: SipText }> {
    const invite = await this.alice.expect('INVITE');
    expect(invite.body).to.equal('');
    this.alice.respond(invite, 200, { body: sdp('alice', 6000) });
    expect(linesOf(await this.alice.expect('ACK'))).to.include.members(['m=audio 9 RTP/AVP 0', 'a=inactive']);
    const atBob = await this.bob.expect('INVITE');
    expect(atBob.body).to.equal(sdp('alice', 6000));
    return { alice: AgentDialog.called(this.alice, invite), atBob };
  }
}

describe('POST /v1/calls', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.open();
  });

  afterEach(async () => {
    await stage.close();
  });

  it('brings two parties together: each has the session of the other, and the data of the request', async () => {
    const { alice, bob } = stage;
    const data = { userData: [{ key: 'Case', value: '42', scope: 'sip' }], thirdPartyDn: 'crm' };
    const response = await stage.originate(data);
    expect(response.status).to.equal(201);
    const call = (await response.json()) as { connId: string; state: string };
    expect(response.headers.get('location')).to.equal(`/v1/calls/${call.connId}`);
    expect(call).to.deep.include({
      state: 'inviting',
      userData: [{ key: 'Case', type: 'string', value: '42' }],
    });
    const { atBob } = await stage.firstAnswers();
    expect(atBob.all('X-MS-Custom-Case')).to.deep.equal(['42']);
    expect(atBob.get('From')).to.match(/^<sip:alice@127\.0\.0\.1/);
    bob.respond(atBob, 180);
    bob.respond(atBob, 200, { body: sdp('bob', 7000) });
    await bob.expect('ACK');
    const reinvite = await alice.expect('INVITE');
    expect(linesOf(reinvite)).to.include('m=audio 7000 RTP/AVP 0').and.not.include('a=inactive');
    // Alice takes it from another port than she has offered: bob gets to know.
    alice.respond(reinvite, 200, { body: sdp('alice', 6002) });
    await alice.expect('ACK');
    const again = await bob.expect('INVITE');
    expect(again.body).to.equal(sdp('alice', 6002));
    bob.respond(again, 200, { body: sdp('bob', 7000) });
    await bob.expect('ACK');
    const shown = (await (await fetch(`${stage.url}/v1/calls/${call.connId}`)).json()) as object;
    expect(shown).to.deep.include({ state: 'established', revision: 0 });
    await stage.post(`/v1/calls/${call.connId}/release`, {});
    alice.respond(await alice.expect('BYE'), 200);
    bob.respond(await bob.expect('BYE'), 200);
  });

  it('releases the first when the second is busy', async () => {
    await stage.originate();
    const { atBob } = await stage.firstAnswers();
    stage.bob.respond(atBob, 486);
    await stage.bob.expect('ACK');
    const bye = await stage.alice.expect('BYE');
    expect(bye.get('Reason')).to.contain('SIP;cause=486');
    stage.alice.respond(bye, 200);
    expect(await stage.calls()).to.equal(0);
  });

  it('ends when the first does not want it', async () => {
    await stage.originate();
    stage.alice.respond(await stage.alice.expect('INVITE'), 603);
    await stage.alice.expect('ACK');
    expect(await stage.calls()).to.equal(0);
    expect(stage.bob.untaken).to.deep.equal([]);
  });

  it('takes the second back when the first hangs up', async () => {
    await stage.originate();
    const { alice, atBob } = await stage.firstAnswers();
    stage.bob.respond(atBob, 180);
    alice.request('BYE');
    await stage.alice.expect('200 BYE');
    const cancel = await stage.bob.expect('CANCEL');
    stage.bob.respond(cancel, 200);
    stage.bob.respond(atBob, 487);
    await stage.bob.expect('ACK');
    expect(await stage.calls()).to.equal(0);
  });

  it('tries again after a glare', async () => {
    await stage.originate();
    const { atBob } = await stage.firstAnswers();
    stage.bob.respond(atBob, 200, { body: sdp('bob', 7000) });
    await stage.bob.expect('ACK');
    stage.alice.respond(await stage.alice.expect('INVITE'), 491);
    await stage.alice.expect('ACK');
    stage.alice.respond(await stage.alice.expect('INVITE'), 200, { body: sdp('alice', 6000) });
    await stage.alice.expect('ACK');
  }).timeout(10_000);

  it('calls nobody twice with an Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'k1' };
    const [first, second] = [await stage.originate({}, key), await stage.originate({}, key)];
    expect([first.status, second.status]).to.deep.equal([201, 201]);
    expect(second.headers.get('location')).to.equal(first.headers.get('location'));
    expect(await stage.calls()).to.equal(1);
    stage.alice.respond(await stage.alice.expect('INVITE'), 486);
    await stage.alice.expect('ACK');
    expect(stage.alice.untaken).to.deep.equal([]);
  });

  it('says what is wrong, and where', async () => {
    for (const [body, status, code, path] of [
      [{ to: 'nobody' }, 422, 'unprocessable', '/to'],
      [{ from: '+49 30 1' }, 422, 'unprocessable', '/from'],
      [{ to: 'sip:jörg@127.0.0.1:5' }, 422, 'unprocessable', '/to'],
      [{ to: '+49301' }, 404, 'no-route', '/to'],
      [
        { customContext: { sipHeaders: { A: 'x\r\nVia: y' } } },
        422,
        'control-character',
        '/customContext/sipHeaders/A',
      ],
      [{ userData: [{ key: '', value: '1' }] }, 422, 'bad-key', '/userData/0/key'],
      [{ answerAfter: 1 }, 422, 'unprocessable', '/answerAfter'],
    ] as const) {
      const response = await stage.originate(body);
      expect(response.status).to.equal(status);
      expect(await response.json()).to.include({ code, path });
    }
    expect(await stage.calls()).to.equal(0);
    expect(stage.alice.untaken).to.deep.equal([]);
  });
});
