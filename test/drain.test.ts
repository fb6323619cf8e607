import { expect } from 'chai';
import { pino } from 'pino';
import { loadConfig } from '../lib/config.ts';
import { type Running, serve } from '../lib/main.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from '../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../support/sip-agent.ts';

const sdp =
  'v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n';

interface Stage {
  readonly baton: Running;
  readonly alice: SipAgent;
  readonly bob: SipAgent;
  readonly aliceDialog: AgentDialog;
}

/** A standing call through a Baton in this process, T1 50 ms. */
async function standingCall(onShutdown: 'bye' | 'keep'): Promise<Stage> {
  const port = await freePort();
  const [alice, bob] = [await SipAgent.open('alice'), await SipAgent.open('bob')];
  const flags = new Map<string, unknown>([
    ['sip.listen', `udp:127.0.0.1:${port}`],
    ['sip.t1Ms', 50],
    ['sip.t2Ms', 400],
    ['http.listen', 'off'],
    ['target', bob.uri],
    ['call.onShutdown', onShutdown],
    ['call.drainMs', 5000],
  ]);
  const baton = await serve(loadConfig({ flags }), pino({ level: 'silent' }), new AbortController().signal);
  alice.request('INVITE', `sip:900@127.0.0.1:${port}`, { body: sdp });
  const invite = await bob.expect('INVITE');
  bob.respond(invite, 200, { body: sdp });
  const answer = await alice.expect('200 INVITE');
  const aliceDialog = AgentDialog.calling(alice, answer);
  aliceDialog.ack(answer);
  await bob.expect('ACK');
  return { baton, alice, bob, aliceDialog };
}

describe('a clean stop', () => {
  it('sends BYE until it is answered', async () => {
    const { baton, alice, bob } = await standingCall('bye');
    let stopped = false;
    const stop = baton.stop().then(() => {
      stopped = true;
    });
    const [byeOfAlice, byeOfBob] = [await alice.expect('BYE'), await bob.expect('BYE')];
    bob.respond(byeOfBob, 200);
    // As if the first had been lost: only a repeated one is answered.
    await eventually(() => alice.copiesOf(byeOfAlice) > 1, 'the BYE comes again');
    expect(stopped).to.equal(false);
    alice.respond(byeOfAlice, 200);
    await stop;
    await Promise.all([alice.close(), bob.close()]);
  });

  it('lets standing calls stand, and finishes what is under way in them', async () => {
    const { baton, alice, bob, aliceDialog } = await standingCall('keep');
    aliceDialog.request('INFO', { body: 'Signal=5', contentType: 'application/dtmf-relay' });
    const info = await bob.expect('INFO');
    const stop = baton.stop();
    bob.respond(info, 202);
    await alice.expect('202 INFO');
    await stop;
    expect([...alice.untaken, ...bob.untaken].filter(start => start.startsWith('BYE'))).to.deep.equal([]);
    await Promise.all([alice.close(), bob.close()]);
  });
});
