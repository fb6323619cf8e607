import { expect } from 'chai';
import { endpointIn, flows, flowsBothWays } from '../../support/rtp-phone.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import type { SipText } from '../../support/sip-text.ts';
import { AnchorStage, type Phone } from './support/stage.ts';

const originOf = ({ body }: SipText): string => /^o=(.*)$/m.exec(body)?.[1]?.trim() ?? '';
const versionOf = (message: SipText): number => Number(originOf(message).split(' ')[2]);
/** RFC 3261 §24.1: who talks where. */
const portIn = ({ body }: SipText): number => endpointIn(body).port;

/** Takes each NOTIFY up to the last one, and says what the transfer came to. */
async function transferEnds({ sip }: Phone): Promise<string> {
  for (;;) {
    const notify = await sip.expect('NOTIFY');
    sip.respond(notify, 200);
    if (notify.get('Subscription-State').startsWith('terminated')) return notify.body.trim();
  }
}

describe('media through a real rtpengine', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let stage: AnchorStage;

  before(async () => {
    rtpengine = await Rtpengine.start();
  });

  after(async () => {
    await rtpengine.stop();
  });

  beforeEach(async () => {
    stage = await AnchorStage.open({ rtpengines: [rtpengine] });
  });

  /** Whatever a story has done: when its calls are over the rtpengine has nothing of them. */
  afterEach(async () => {
    try {
      expect(await stage.connIds()).to.deep.equal([]);
      await stage.hasNgCalls(0);
      expect(await stage.metric('baton_media_pairs')).to.equal(0);
    } finally {
      await stage.close();
    }
  });

  it('flows both ways from the answer on', async () => {
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    expect(await stage.ngCalls()).to.deep.equal(await stage.connIds());
    await flowsBothWays(alice.rtp, bob.rtp, 10);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('goes to the rtpengine and not to the other phone', async () => {
    const { alice, bob } = stage;
    alice.sip.request('INVITE', stage.uri('bob'), { body: alice.sdp() });
    const invite = await bob.expect('INVITE');
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    const answer = await alice.expect('200 INVITE');
    const phones = [alice.rtp.port, bob.rtp.port];
    expect(phones).to.not.include(portIn(invite));
    expect(phones).to.not.include(portIn(answer));
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    await stage.hangUp(dialog, bob);
  });

  it('is early when the answer is, and the 200 repeats what the 183 has shown', async () => {
    const { alice, bob } = stage;
    alice.sip.request('INVITE', stage.uri('bob'), { body: alice.sdp() });
    const invite = await bob.expect('INVITE');
    bob.sip.respond(invite, 183, { body: bob.sdp() });
    const early = await alice.expect('183 INVITE');
    await flowsBothWays(bob.rtp, alice.rtp, 20);
    bob.sip.respond(invite, 180);
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    const answer = await alice.expect('200 INVITE');
    expect(answer.body).to.equal(early.body);
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    await flowsBothWays(alice.rtp, bob.rtp, 22);
    await stage.hangUp(dialog, bob);
  });

  it('comes from another place when the answer is another than the 183', async () => {
    const { alice, bob, carol } = stage;
    alice.sip.request('INVITE', stage.uri('bob'), { body: alice.sdp() });
    const invite = await bob.expect('INVITE');
    carol.rtp.sendTo(invite.body);
    bob.sip.respond(invite, 183, { body: carol.sdp() });
    const early = await alice.expect('183 INVITE');
    await flows(carol.rtp, alice.rtp, 24);
    bob.sip.respond(invite, 200, { body: bob.sdp({ version: 2 }) });
    const answer = await alice.expect('200 INVITE');
    expect([portIn(answer), originOf(answer).split(' ')[1]]).to.deep.equal([
      portIn(early),
      originOf(early).split(' ')[1],
    ]);
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    await flowsBothWays(alice.rtp, bob.rtp, 26);
    await stage.hangUp(dialog, bob);
  });

  it('flows when the offer is in the 200 and the answer in the ACK', async () => {
    const { alice, bob } = stage;
    alice.sip.request('INVITE', stage.uri('bob'));
    const invite = await bob.expect('INVITE');
    expect(invite.body).to.equal('');
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer, { body: alice.sdp() });
    await bob.expect('ACK');
    await flowsBothWays(alice.rtp, bob.rtp, 30);
    await stage.hangUp(dialog, bob);
  });

  /** One asks for something else within the call, and the other takes it. */
  async function change(
    dialog: AgentDialog,
    by: Phone,
    other: Phone,
    [asked, given]: readonly [offer: string, answer: string],
  ): Promise<{ readonly offer: SipText; readonly answer: SipText }> {
    dialog.request('INVITE', { body: asked });
    const offer = await other.expect('INVITE');
    other.sip.respond(offer, 200, { body: given });
    const answer = await by.expect('200 INVITE');
    dialog.ack(answer);
    await other.expect('ACK');
    return { offer, answer };
  }

  it('is held and retrieved by either, on the ports that it had', async () => {
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    let version = 1;
    const ports = new Set<number>();
    for (const [dialog, by, other] of [
      [dialogs.alice, alice, bob],
      [dialogs.bob, bob, alice],
    ] as const)
      for (const [asked, given] of [
        ['sendonly', 'recvonly'],
        ['inactive', 'inactive'],
        ['sendrecv', 'sendrecv'],
      ]) {
        version += 1;
        const sdps = [
          by.sdp({ direction: asked ?? '', version }),
          other.sdp({ direction: given ?? '', version }),
        ];
        const { offer, answer } = await change(dialog, by, other, [sdps[0] ?? '', sdps[1] ?? '']);
        expect(offer.body).to.include(`a=${asked}\r\n`);
        expect(answer.body).to.include(`a=${given}\r\n`);
        // One more each time; the very first was 1.
        expect([versionOf(offer), versionOf(answer)]).to.deep.equal([version, version]);
        ports.add(portIn(offer)).add(portIn(answer));
      }
    expect(ports.size).to.equal(2);
    await flowsBothWays(alice.rtp, bob.rtp, 40);
    await stage.hangUp(dialogs.bob, alice);
  });

  it('flows to who holds with music', async () => {
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    const sdps = [
      bob.sdp({ direction: 'sendonly', version: 2 }),
      alice.sdp({ direction: 'recvonly', version: 2 }),
    ];
    await change(dialogs.bob, bob, alice, [sdps[0] ?? '', sdps[1] ?? '']);
    await flows(bob.rtp, alice.rtp, 44);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('is the same for a re-INVITE that changes nothing, in both directions', async () => {
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    const first = await change(dialogs.alice, alice, bob, [alice.sdp(), bob.sdp()]);
    const second = await change(dialogs.alice, alice, bob, [alice.sdp(), bob.sdp()]);
    expect([second.offer.body, second.answer.body]).to.deep.equal([first.offer.body, first.answer.body]);
    expect([versionOf(first.offer), versionOf(first.answer)]).to.deep.equal([1, 1]);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('flows on as before when an offer is refused', async () => {
    const { alice, bob, carol } = stage;
    const dialogs = await stage.call();
    await flowsBothWays(alice.rtp, bob.rtp, 50);
    // Another place and another direction: nothing of it holds.
    dialogs.alice.request('INVITE', { body: carol.sdp({ direction: 'sendonly', version: 2 }) });
    const offer = await bob.sip.expect('INVITE');
    bob.sip.respond(offer, 488);
    await alice.sip.expect('488 INVITE');
    await flowsBothWays(alice.rtp, bob.rtp, 52);
    expect(carol.rtp.heard).to.deep.equal([]);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('offers all that the peer has when it is asked for an offer', async () => {
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    dialogs.alice.request('INVITE');
    const asked = await bob.expect('INVITE');
    const offer = bob.sdp({ version: 2 }).replace('RTP/AVP 0 101', 'RTP/AVP 0 8 9 101');
    bob.sip.respond(asked, 200, { body: offer });
    const offered = await alice.expect('200 INVITE');
    expect(offered.body).to.match(/^m=audio \d+ RTP\/AVP 0 8 9 101\r$/m);
    dialogs.alice.ack(offered, { body: alice.sdp({ version: 2 }) });
    await bob.expect('ACK');
    await flowsBothWays(alice.rtp, bob.rtp, 54);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('moves with a blind transfer; who transfers is heard until then', async () => {
    const { alice, bob, carol } = stage;
    const dialogs = await stage.call();
    dialogs.bob.request('REFER', { headers: [['Refer-To', `<${carol.sip.uri}>`]] });
    await bob.sip.expect('202 REFER');
    const ended = transferEnds(bob);
    const invite = await carol.expect('INVITE');
    const [connId] = await stage.connIds();
    expect(await stage.ngCalls()).to.deep.equal([connId, `${connId}.2`]);
    await flowsBothWays(alice.rtp, bob.rtp, 60);
    carol.sip.respond(invite, 200, { body: carol.sdp() });
    await carol.expect('ACK');
    await alice.accept({ version: 2 });
    expect(await ended).to.match(/^SIP\/2\.0 200 /);
    bob.sip.respond(await bob.sip.expect('BYE'), 200);
    await flowsBothWays(alice.rtp, carol.rtp, 62);
    await stage.hasNgCalls(1);
    expect(await stage.ngCalls()).to.deep.equal([`${connId}.2`]);
    await stage.hangUp(dialogs.alice, carol);
  });

  it('stays as it was when a transfer fails', async () => {
    const { alice, bob, carol } = stage;
    const dialogs = await stage.call();
    dialogs.bob.request('REFER', { headers: [['Refer-To', `<${carol.sip.uri}>`]] });
    await bob.sip.expect('202 REFER');
    const ended = transferEnds(bob);
    carol.sip.respond(await carol.expect('INVITE'), 486);
    expect(await ended).to.match(/^SIP\/2\.0 486 /);
    await stage.hasNgCalls(1);
    await flowsBothWays(alice.rtp, bob.rtp, 66);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('moves with an attended transfer, and of two calls one is left', async () => {
    const { alice, bob, carol } = stage;
    const dialogs = await stage.call();
    const held = [
      bob.sdp({ direction: 'sendonly', version: 2 }),
      alice.sdp({ direction: 'recvonly', version: 2 }),
    ];
    await change(dialogs.bob, bob, alice, [held[0] ?? '', held[1] ?? '']);
    const sent = bob.sip.request('INVITE', stage.uri('carol'), { body: bob.sdp() });
    const invite = await carol.expect('INVITE');
    carol.sip.respond(invite, 200, { body: carol.sdp() });
    const answer = await bob.expect('200 INVITE');
    const consult = AgentDialog.calling(bob.sip, answer);
    consult.ack(answer);
    await carol.expect('ACK');
    await flowsBothWays(bob.rtp, carol.rtp, 70);
    expect(await stage.ngCalls()).to.have.lengthOf(2);
    const tags = `${encodeURIComponent(sent.get('Call-ID'))}%3Bto-tag%3D${answer.tagOf('To')}%3Bfrom-tag%3D${sent.tagOf('From')}`;
    dialogs.bob.request('REFER', { headers: [['Refer-To', `<${stage.uri('carol')}?Replaces=${tags}>`]] });
    await bob.sip.expect('202 REFER');
    const [ended] = await Promise.all([
      transferEnds(bob),
      alice.accept({ version: 3 }),
      carol.accept({ version: 2 }),
    ]);
    expect(ended).to.match(/^SIP\/2\.0 200 /);
    for (let ends = 0; ends < 2; ends += 1) bob.sip.respond(await bob.sip.expect('BYE'), 200);
    await flowsBothWays(alice.rtp, carol.rtp, 72);
    await stage.hasNgCalls(1);
    await stage.hangUp(dialogs.alice, carol);
  });

  it('begins with nobody when a third party brings two together', async () => {
    const { alice, bob } = stage;
    expect(await stage.post('/v1/calls', { from: alice.sip.uri, to: bob.sip.uri })).to.equal(201);
    const asked = await alice.expect('INVITE');
    alice.sip.respond(asked, 200, { body: alice.sdp() });
    expect((await alice.expect('ACK')).body).to.include('a=inactive');
    const invite = await bob.expect('INVITE');
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    await bob.expect('ACK');
    const told = await alice.accept({ version: 2 });
    expect(versionOf(told)).to.equal(2);
    // Alice has another version of the same: bob is told, as without an rtpengine.
    await flowsBothWays(alice.rtp, bob.rtp, 80);
    await stage.hangUp(AgentDialog.called(alice.sip, asked), bob);
  });

  it('is cut where an agent is muted', async () => {
    const { alice, bob } = stage;
    expect(await stage.post('/v1/agents/1001/state', { action: 'login', dn: 'bob' })).to.equal(200);
    const dialogs = await stage.call();
    await stage.post('/v1/agents/1001/state', { action: 'mute-on' });
    const [atAlice, atBob] = await Promise.all([
      alice.accept({ direction: 'sendonly', version: 2 }),
      bob.accept({ direction: 'recvonly', version: 2 }),
    ]);
    expect([atAlice.body, atBob.body].map(body => /^a=(\w+only)/m.exec(body)?.[1])).to.have.members([
      'recvonly',
      'sendonly',
    ]);
    await flows(alice.rtp, bob.rtp, 84);
    await stage.post('/v1/agents/1001/state', { action: 'mute-off' });
    await Promise.all([alice.accept({ version: 3 }), bob.accept({ version: 3 })]);
    await flowsBothWays(alice.rtp, bob.rtp, 86);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('ends with a call that is cancelled, refused or never answered', async () => {
    const { alice, bob } = stage;
    const invite = alice.sip.request('INVITE', stage.uri('bob'), { body: alice.sdp() });
    const first = await bob.expect('INVITE');
    bob.sip.respond(first, 183, { body: bob.sdp() });
    await alice.expect('183 INVITE');
    await stage.hasNgCalls(1);
    alice.sip.cancel(invite);
    bob.sip.respond(await bob.expect('CANCEL'), 200);
    bob.sip.respond(first, 487);
    alice.sip.ackRefusal(invite, await alice.expect('487 INVITE'));
    await stage.hasNgCalls(0);
    const again = alice.sip.request('INVITE', stage.uri('bob'), { body: alice.sdp() });
    bob.sip.respond(await bob.expect('INVITE'), 486);
    alice.sip.ackRefusal(again, await alice.expect('486 INVITE'));
  });

  it('goes on with the crypto suites that were offered, and no others', async () => {
    const { alice, bob } = stage;
    const key = 'inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj';
    const secure = (phone: Phone) =>
      phone.sdp({ more: [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${key}`] }).replace('RTP/AVP', 'RTP/SAVP');
    const invite = alice.sip.request('INVITE', stage.uri('bob'), { body: secure(alice) });
    const offer = await bob.expect('INVITE');
    expect(offer.body.match(/^a=crypto:.*$/gm)).to.have.lengthOf(1);
    expect(offer.body).to.include('RTP/SAVP').and.not.include('fingerprint');
    bob.sip.respond(offer, 488);
    alice.sip.ackRefusal(invite, await alice.expect('488 INVITE'));
  });
});
