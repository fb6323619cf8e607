import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Engine } from '../../lib/engine/engine.ts';
import { eventually } from '../support/eventually.ts';
import { AgentDialog, SipAgent } from '../../support/sip-agent.ts';
import type { SipText } from '../../support/sip-text.ts';

const application = fileURLToPath(new URL('../fixtures/apps/b2bua.mjs', import.meta.url));
const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 16000 RTP/AVP 0\r\n';
const graceMs = 400;

interface Standing {
  readonly caller: AgentDialog;
  readonly callee: AgentDialog;
}

describe('an application behind the engine that is killed with calls up', function () {
  this.timeout(20_000);

  let engine: Engine;
  let controlPort = 0;
  let sipPort = 0;
  let alice: SipAgent;
  let bob: SipAgent;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    engine = new Engine({
      listen: [{ protocol: 'udp', address: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: 'cymru' },
      // Transactions linger for 64*T1: 1.3 s.
      timing: { t1Ms: 20, t2Ms: 160, t4Ms: 200 },
      graceMs,
    });
    const { control, listeners } = await engine.start();
    controlPort = control.port;
    sipPort = listeners[0]?.port ?? 0;
    alice = await SipAgent.open('alice');
    bob = await SipAgent.open('bob');
  });

  afterEach(async () => {
    await Promise.all(children.splice(0).map(kill));
    await engine.stop();
    await Promise.all([alice.close(), bob.close()]);
  });

  async function startApplication(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [application, `${controlPort}`, 'cymru', bob.uri], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async function ringing(): Promise<{ atAlice: SipText; atBob: SipText }> {
    const atAlice = alice.request('INVITE', `sip:900@127.0.0.1:${sipPort}`, { body: sdp });
    const atBob = await bob.expect('INVITE');
    bob.respond(atBob, 180);
    await alice.expect('180 INVITE');
    return { atAlice, atBob };
  }

  async function callUp(): Promise<Standing> {
    const { atBob } = await ringing();
    bob.respond(atBob, 200, { body: sdp });
    const answer = await alice.expect('200 INVITE');
    const caller = AgentDialog.calling(alice, answer);
    caller.ack(answer);
    await bob.expect('ACK');
    return { caller, callee: AgentDialog.called(bob, atBob) };
  }

  async function hangUp({ caller }: Standing): Promise<void> {
    caller.request('BYE');
    await alice.expect('200 BYE');
    bob.respond(await bob.expect('BYE'), 200);
  }

  /** Nothing but the owners that are there. */
  async function nothingLeft(owners: number): Promise<void> {
    await eventually(
      () =>
        Object.entries(engine.counts()).every(([what, count]) => count === (what === 'owners' ? owners : 0)),
      `the engine holds nothing: ${JSON.stringify(engine.counts())}`,
    );
  }

  it('has what was ringing ended at once, on both sides', async () => {
    const first = await startApplication();
    const { atAlice, atBob } = await ringing();
    await kill(first);
    alice.ackRefusal(atAlice, await alice.expect('503 INVITE'));
    bob.respond(await bob.expect('CANCEL'), 200);
    bob.respond(atBob, 487);
    await bob.expect('ACK');
    await nothingLeft(0);
  });

  it('has its standing calls ended on both sides when the grace time is over', async () => {
    const first = await startApplication();
    await callUp();
    await callUp();
    expect(engine.counts().dialogs).to.equal(4);
    await kill(first);
    for (const agent of [alice, bob, alice, bob]) agent.respond(await agent.expect('BYE'), 200);
    await nothingLeft(0);
  });

  it('is not missed by a caller who hangs up before that', async () => {
    const first = await startApplication();
    const { caller } = await callUp();
    await kill(first);
    await eventually(() => engine.counters.ownersLost === 1, 'the engine has noticed');
    caller.request('BYE');
    await alice.expect('200 BYE');
    bob.respond(await bob.expect('BYE'), 200);
    await nothingLeft(0);
  });

  it('serves new calls as soon as it is started again, while the old ones are ended', async () => {
    const first = await startApplication();
    await callUp();
    await kill(first);
    await startApplication();
    const fresh = await callUp();
    for (const agent of [alice, bob]) agent.respond(await agent.expect('BYE'), 200);
    await hangUp(fresh);
    await nothingLeft(1);
  });

  it('leaves nothing behind, however often it is killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const child = await startApplication();
      await callUp();
      const { atAlice, atBob } = await ringing();
      await kill(child);
      alice.ackRefusal(atAlice, await alice.expect('503 INVITE'));
      bob.respond(await bob.expect('CANCEL'), 200);
      bob.respond(atBob, 487);
      for (const agent of [alice, bob]) agent.respond(await agent.expect('BYE'), 200);
    }
    await nothingLeft(0);
    expect(engine.counters).to.include({ ownersLost: 3, dialogsEndedForLostOwner: 6 });
  });
});
