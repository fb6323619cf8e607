import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { CallDetail } from '../lib/b2bua/call-view.ts';
import type { EventAttachedDataChanged } from '../lib/events/event.ts';
import { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../support/sip-agent.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const builtBaton = fileURLToPath(new URL('../dist/cli/baton.js', import.meta.url));
const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

describe('a third party and a call of a Baton process', function () {
  this.timeout(40_000);
  let baton: BatonProcess;
  let alice: SipAgent;
  let bob: SipAgent;
  let base = '';
  let connId = '';

  beforeEach(async () => {
    [alice, bob] = await Promise.all([SipAgent.open('alice'), SipAgent.open('bob')]);
    const sipPort = await freePort();
    const http = `127.0.0.1:${await freePort()}`;
    base = `http://${http}`;
    baton = await BatonProcess.start({
      env: {
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`,
        BATON_HTTP_LISTEN: http,
        BATON_TARGET: bob.uri,
      },
      httpUrl: base,
    });
    await callBob(sipPort);
    const { calls } = (await baton.getJson('/v1/calls')) as { calls: CallDetail[] };
    connId = calls[0]?.connId ?? '';
  });

  afterEach(async () => {
    await baton.stop();
    await Promise.all([alice.close(), bob.close()]);
  });

  async function callBob(sipPort: number): Promise<void> {
    alice.request('INVITE', `sip:bob@127.0.0.1:${sipPort}`, { body: sdp });
    const received = await bob.expect('INVITE');
    bob.respond(received, 200, { body: sdp });
    const answer = await alice.expect('200 INVITE');
    AgentDialog.calling(alice, answer).ack(answer);
    await bob.expect('ACK');
  }

  async function change(body: object): Promise<CallDetail> {
    const response = await fetch(`${base}/v1/calls/${connId}/user-data`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ operation: 'update', thirdPartyDn: 'C', ...body }),
    });
    expect(response.status).to.equal(200);
    return (await response.json()) as CallDetail;
  }

  /** The next event that reaches the agent, answered. */
  async function told(agent: SipAgent): Promise<EventAttachedDataChanged> {
    const info = await agent.expect('INFO');
    agent.respond(info, 200);
    return JSON.parse(info.raw.slice(info.raw.indexOf('\r\n\r\n') + 4)) as EventAttachedDataChanged;
  }

  it('updates its data: both legs get their own INFO', async () => {
    const call = await change({ userData: [{ key: 'CaseId', value: '42' }] });
    expect(call.revision).to.equal(1);
    for (const agent of [alice, bob]) {
      expect(await told(agent)).to.deep.include({
        ThisDN: agent.name,
        ThirdPartyDN: 'C',
        UserData: [{ key: 'CaseId', type: 'string', value: '42' }],
      });
    }
    expect(await baton.getJson(`/v1/calls/${connId}`)).to.deep.include({
      revision: 1,
      userData: call.userData,
    });
  });

  it('sets, deletes and shows it from the command line', async () => {
    expect(await userdata('set', 'CaseId=42', 'Note=a=b', '--by', 'C')).to.deep.equal([
      { key: 'CaseId', type: 'string', value: '42' },
      { key: 'Note', type: 'string', value: 'a=b' },
    ]);
    await userdata('delete', 'CaseId', '--by', 'C');
    expect(await userdata('get')).to.deep.equal([{ key: 'Note', type: 'string', value: 'a=b' }]);
  });

  async function userdata(...args: readonly string[]): Promise<unknown> {
    const command = [builtBaton, 'userdata', connId, ...args, '--url', base];
    const { stdout } = await promisify(execFile)(process.execPath, command);
    return JSON.parse(stdout);
  }

  it('is told of each change by baton tail', async () => {
    const out = await outputOf(
      [builtBaton, 'tail', '--conn-id', connId, '--url', base],
      'EventAttachedDataChanged',
    );
    const { position, event } = JSON.parse(out.split('\n')[0] ?? '') as Record<string, unknown>;
    expect(position).to.match(/^[0-9a-f]{8}-\d+$/);
    expect(event).to.include({ id: 'EventAttachedDataChanged', ConnID: connId, ThirdPartyDN: 'C' });
  });

  it('uses the client as docs/client.md shows', async () => {
    const page = readFileSync(new URL('../docs/client.md', import.meta.url), 'utf8');
    const example = /```js\n([^]*?)```/.exec(page)?.[1] ?? '';
    const code = example.replace('http://127.0.0.1:8080', base);
    expect(code).to.include(base);
    const out = await outputOf(['--input-type=module', '-e', code], 'EventAttachedDataChanged');
    const [first = '', second = ''] = out.split('\n');
    expect(first).to.match(/^somebody was faster: the revision is \d+$/);
    expect(second).to.match(/^[0-9a-f]{8}-\d+ EventAttachedDataChanged alice \[$/);
  });

  /** What a Node writes until the words are in it; the data changes until then. */
  async function outputOf(args: readonly string[], words: string): Promise<string> {
    const child = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let error = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    try {
      for (let value = 1; !out.includes(words); value += 1) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${out}${error}`);
        await change({ userData: [{ key: 'Round', value }] });
      }
    } finally {
      child.kill('SIGKILL');
    }
    return out;
  }

  it('is one of ten who race: revisions without gaps, the same order for everybody', async () => {
    const writers = Array.from({ length: 10 }, (_, at) => String(at));
    const answers = await Promise.all(
      writers.map(value => change({ thirdPartyDn: `C${value}`, userData: [{ key: 'last', value }] })),
    );
    const inOrder = answers.sort((one, other) => one.revision - other.revision);
    expect(inOrder.map(({ revision }) => revision)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const wanted = inOrder.map(({ userData }) => userData[0]?.value);
    for (const agent of [alice, bob]) {
      const heard: unknown[] = [];
      for (const _ of writers) heard.push((await told(agent)).UserData[0]?.value);
      expect(heard).to.deep.equal(wanted);
    }
  });
});
