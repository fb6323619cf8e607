import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { endpointIn, flowsBothWays } from '../../support/rtp-phone.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import { AnchorStage, type Phone } from './support/stage.ts';

describe('media when rtpengines fail', function () {
  this.timeout(20_000);
  const running: Rtpengine[] = [];
  let stage: AnchorStage | undefined;

  async function rtpengine(options = {}): Promise<Rtpengine> {
    const one = await Rtpengine.start(options);
    running.push(one);
    return one;
  }

  async function open(options: Parameters<typeof AnchorStage.open>[0]): Promise<AnchorStage> {
    stage = await AnchorStage.open(options);
    return stage;
  }

  afterEach(async () => {
    await stage?.close();
    stage = undefined;
    for (const one of running.splice(0)) await one.stop();
  });

  /** Alice asks for something within the call, and bob takes it; both know where to send then. */
  async function refresh(dialog: AgentDialog, alice: Phone, bob: Phone, version: number): Promise<void> {
    dialog.request('INVITE', { body: alice.sdp({ version }) });
    bob.sip.respond(await bob.expect('INVITE'), 200, { body: bob.sdp({ version }) });
    dialog.ack(await alice.expect('200 INVITE'));
    await bob.expect('ACK');
  }

  it('flows again from the next offer on when its rtpengine was killed and is back', async () => {
    const first = await rtpengine();
    const it_ = await open({ rtpengines: [first] });
    const { alice, bob } = it_;
    const dialogs = await it_.call();
    await flowsBothWays(alice.rtp, bob.rtp, 10);
    await first.kill();
    await it_.hasUp(0);
    await rtpengine({ ngPort: first.ngPort });
    await it_.hasUp(1);
    await refresh(dialogs.alice, alice, bob, 2);
    await flowsBothWays(alice.rtp, bob.rtp, 12);
    expect(await it_.ngCalls()).to.have.lengthOf(1);
    await it_.hangUp(dialogs.alice, bob);
    await it_.hasNgCalls(0);
  });

  it('moves to another rtpengine with the next offer when its own is gone', async () => {
    const [first, second] = [await rtpengine(), await rtpengine()];
    const it_ = await open({ rtpengines: [first, second] });
    const { alice, bob } = it_;
    const dialogs = await it_.call();
    const has = (await it_.ngCalls(0)).length === 1 ? 0 : 1;
    await (has === 0 ? first : second).kill();
    await refresh(dialogs.alice, alice, bob, 2);
    await flowsBothWays(alice.rtp, bob.rtp, 14);
    expect(await it_.ngCalls(1 - has)).to.have.lengthOf(1);
    await it_.hangUp(dialogs.bob, alice);
    await it_.hasNgCalls(0, 1 - has);
  });

  it('begins anew with the next offer when its rtpengine has forgotten it', async () => {
    const it_ = await open({ rtpengines: [await rtpengine()] });
    const { alice, bob } = it_;
    const dialogs = await it_.call();
    const [connId = ''] = await it_.ngCalls();
    await it_.ng().ask({ command: 'delete', 'call-id': connId, 'delete delay': 0 });
    await it_.hasNgCalls(0);
    await refresh(dialogs.alice, alice, bob, 2);
    await flowsBothWays(alice.rtp, bob.rtp, 16);
    await it_.hangUp(dialogs.alice, bob);
    await it_.hasNgCalls(0);
  });

  it('goes to one that is there when the other is not', async () => {
    const [gone, there] = [await rtpengine(), await rtpengine()];
    await gone.kill();
    const it_ = await open({ rtpengines: [gone, there] });
    for (let call = 0; call < 2; call += 1) {
      const dialogs = await it_.call();
      await flowsBothWays(it_.alice.rtp, it_.bob.rtp, 18);
      expect(await it_.ngCalls(1)).to.have.lengthOf(1);
      await it_.hangUp(dialogs.alice, it_.bob);
      await it_.hasNgCalls(0, 1);
    }
  });

  it('goes to one that answers when the other is silent', async () => {
    const silent = createSocket('udp4');
    silent.bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const there = await rtpengine();
    const flags = {
      'recording.rtpengine.ng': [`127.0.0.1:${silent.address().port}`, there.ng],
      'recording.rtpengine.timeouts.commandMs': 200,
    };
    const it_ = await open({ rtpengines: [there], flags });
    const dialogs = await it_.call();
    await flowsBothWays(it_.alice.rtp, it_.bob.rtp, 20);
    expect(await it_.ngCalls()).to.have.lengthOf(1);
    await it_.hangUp(dialogs.alice, it_.bob);
    await it_.hasNgCalls(0);
    silent.close();
  });

  it('goes from phone to phone when there is none, and that is counted', async () => {
    const gone = await rtpengine();
    await gone.kill();
    const it_ = await open({ rtpengines: [gone] });
    const { alice, bob } = it_;
    alice.sip.request('INVITE', it_.uri('bob'), { body: alice.sdp() });
    const invite = await bob.expect('INVITE');
    expect(invite.body).to.equal(alice.sdp());
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    const answer = await alice.expect('200 INVITE');
    expect(answer.body).to.equal(bob.sdp());
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    await flowsBothWays(alice.rtp, bob.rtp, 22);
    expect(await it_.metric('baton_media_unanchored_total')).to.equal(2);
    // One that comes later takes it from the next offer on.
    await rtpengine({ ngPort: gone.ngPort });
    await it_.hasUp(1);
    await refresh(dialog, alice, bob, 2);
    expect(await it_.ngCalls()).to.have.lengthOf(1);
    await flowsBothWays(alice.rtp, bob.rtp, 24);
    await it_.hangUp(dialog, bob);
    await it_.hasNgCalls(0);
  });

  for (const [name, body] of [
    ['an offer', (phone: Phone) => phone.sdp()],
    ['none', () => ''],
  ] as const)
    it(`is refused with 503 when there is none, where that is wanted: an INVITE with ${name}`, async () => {
      const gone = await rtpengine();
      await gone.kill();
      const it_ = await open({ rtpengines: [gone], flags: { 'media.onFailure': 'refuse' } });
      await it_.hasUp(0);
      const { alice, bob } = it_;
      const invite = alice.sip.request('INVITE', it_.uri('bob'), { body: body(alice) });
      const refusal = await alice.expect('503 INVITE');
      expect(refusal.get('Warning')).to.include('no rtpengine takes the media');
      alice.sip.ackRefusal(invite, refusal);
      expect(bob.sip.untaken).to.deep.equal([]);
      expect(await it_.connIds()).to.deep.equal([]);
    });

  it('goes on as it came when the rtpengine refuses the SDP', async () => {
    const it_ = await open({ rtpengines: [await rtpengine()] });
    const { alice, bob } = it_;
    // RFC 8866 §5.7: c= is missing.
    const odd = alice.sdp().replace(/c=.*\r\n/, '');
    const invite = alice.sip.request('INVITE', it_.uri('bob'), { body: odd });
    const offer = await bob.sip.expect('INVITE');
    expect(offer.body).to.equal(odd);
    bob.sip.respond(offer, 488);
    alice.sip.ackRefusal(invite, await alice.expect('488 INVITE'));
    expect(await it_.metric('baton_media_unanchored_total{why="refused"}')).to.equal(1);
    await it_.hasNgCalls(0);
  });

  it('is a call of its own for each target that is tried', async () => {
    const it_ = await open({
      rtpengines: [await rtpengine()],
      routesTo: ({ bob, carol }) => [{ targets: [bob.sip.uri, carol.sip.uri] }],
    });
    const { alice, bob, carol } = it_;
    alice.sip.request('INVITE', it_.uri('sales'), { body: alice.sdp() });
    const tried = await bob.sip.expect('INVITE');
    const [first] = await it_.ngCalls();
    bob.sip.respond(tried, 503);
    const invite = await carol.expect('INVITE');
    await it_.hasNgCalls(1);
    expect(await it_.ngCalls()).to.deep.equal([`${first}.2`]);
    carol.sip.respond(invite, 200, { body: carol.sdp() });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await carol.expect('ACK');
    await flowsBothWays(alice.rtp, carol.rtp, 28);
    await it_.hangUp(dialog, carol);
    await it_.hasNgCalls(0);
  });

  it('is IPv6 where the phones are', async () => {
    const it_ = await open({
      rtpengines: [await rtpengine({ addresses: ['127.0.0.1', '::1'] })],
      media: '::1',
    });
    const { alice, bob } = it_;
    const dialogs = await it_.call();
    await flowsBothWays(alice.rtp, bob.rtp, 30);
    expect(endpointIn(alice.sdp()).address).to.equal('::1');
    expect(await it_.ngCalls()).to.have.lengthOf(1);
    await it_.hangUp(dialogs.alice, bob);
    await it_.hasNgCalls(0);
  });
});
