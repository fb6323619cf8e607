import { expect } from 'chai';
import { flowsBothWays } from '../../support/rtp-phone.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import { AnchorStage, type Phone } from '../media-anchor/support/stage.ts';
import { type Recording, RecordingServer } from '../support/recording-server.ts';

const flow = { mode: 'record', backend: 'siprec' };

/** Takes each NOTIFY up to the last one. */
async function transferEnds({ sip }: Phone): Promise<void> {
  for (let last = false; !last; ) {
    const notify = await sip.expect('NOTIFY');
    sip.respond(notify, 200);
    last = notify.get('Subscription-State').startsWith('terminated');
  }
}

/** With the second stream. */
function isRecorded({ latest: { participants } }: Recording, dn: string): boolean {
  return participants.some(({ name, left, sends }) => name === dn && !left && sends[0] === '2');
}

/** What the IVR is answered. */
interface Answer {
  readonly ret: string;
  readonly outaction: string;
}

describe('SIPREC, from the IVR’s command to RTP at the recording server', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let one: RecordingServer;
  let two: RecordingServer;
  let stage: AnchorStage;

  before(async () => {
    rtpengine = await Rtpengine.start();
  });

  after(async () => {
    await rtpengine.stop();
  });

  beforeEach(async () => {
    [one, two] = [await RecordingServer.open('one'), await RecordingServer.open('two')];
    stage = await AnchorStage.open({
      rtpengines: [rtpengine],
      flags: {
        'recording.siprec.servers': [one.uri, two.uri],
        'recording.siprec.timeouts.answerMs': 400,
        'recording.flows': [
          { ...flow, accessCode: '8001' },
          { ...flow, accessCode: '8002', required: true },
        ],
      },
    });
  });

  afterEach(async () => {
    try {
      expect(await stage.connIds()).to.deep.equal([]);
      await stage.hasNgCalls(0);
    } finally {
      await stage.close();
      await Promise.all([one.close(), two.close()]);
    }
    expect([...one.faults, ...two.faults]).to.deep.equal([]);
  });

  /** The IVR posts inaction 7 about the only call. */
  async function command(accessCode = '8001'): Promise<Answer> {
    const [connId = ''] = await stage.connIds();
    const inparams = {
      call_id: 'u-1',
      call_dst_id: accessCode,
      cti_callid: connId.slice(0, 16),
      auth_token: 'x',
    };
    const response = await fetch(`${stage.url}/oifde/rest/crs/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userid: 'u-1', inaction: 7, seat: 'vir', inparams }),
    });
    return (await response.json()) as Answer;
  }

  async function recordingOf(connId: string | undefined): Promise<Record<string, unknown> | null> {
    const call = (await (await fetch(`${stage.url}/v1/calls/${connId ?? ''}`)).json()) as {
      recording: Record<string, unknown> | null;
    };
    return call.recording;
  }

  /** A call that is being recorded. */
  async function recorded() {
    const dialogs = await stage.call();
    const answer = await command();
    expect(answer).to.include({ ret: '0', outaction: '7' });
    return { dialogs, recording: await one.up() };
  }

  /** What is said between two arrives, each at its own stream. */
  async function heard(recording: Recording, phones: readonly [Phone, Phone], marker: number): Promise<void> {
    for (const { sounds } of recording.tracks) sounds.clear();
    const server = one.recordings.includes(recording) ? one : two;
    await Promise.all([
      (async () => {
        for (let packets = 0; packets < 5; packets += 1)
          await flowsBothWays(phones[0].rtp, phones[1].rtp, marker);
      })(),
      server.hears(recording, ['1', '2'], 5),
    ]);
    expect(recording.tracks.map(({ sounds }) => [...sounds])).to.deep.equal([[marker], [marker + 1]]);
  }

  async function change(
    by: AgentDialog,
    phone: Phone,
    other: Phone,
    directions: [string, string],
    version: number,
  ) {
    const invite = by.request('INVITE', { body: phone.sdp({ direction: directions[0], version }) });
    await other.accept({ direction: directions[1], version });
    const answer = await phone.expect('200 INVITE');
    expect(answer.cseq.number).to.equal(invite.cseq.number);
    by.ack(answer);
  }

  it('records both parties, tells of hold and retrieve, and ends with the call', async () => {
    const { alice, bob } = stage;
    const { dialogs, recording } = await recorded();
    const [connId] = await stage.connIds();
    expect(await recordingOf(connId)).to.include({ state: 'active', backend: 'siprec', recordingId: 'u-1' });
    await heard(recording, [alice, bob], 10);
    const [first, second] = recording.latest.participants;
    expect([first?.name, second?.name]).to.deep.equal(['alice', 'bob']);
    expect(first?.aor).to.match(/^sip:alice@127\.0\.0\.1$/);
    await change(dialogs.alice, alice, bob, ['sendonly', 'recvonly'], 2);
    await one.until(() => recording.snapshots.length === 2, 'hold told');
    expect(recording.latest.participants.map(({ receives }) => receives)).to.deep.equal([[], ['1']]);
    await change(dialogs.alice, alice, bob, ['sendrecv', 'sendrecv'], 3);
    await one.until(() => recording.snapshots.length === 3, 'retrieve told');
    expect(recording.latest.participants.map(({ receives }) => receives)).to.deep.equal([['2'], ['1']]);
    await heard(recording, [alice, bob], 12);
    await stage.hangUp(dialogs.alice, bob);
    await one.until(() => recording.state === 'ended', 'BYE');
    expect(await stage.metric('baton_siprec_invites_total')).to.equal(1);
  });

  it('follows a blind transfer', async () => {
    const { alice, bob, carol } = stage;
    const { dialogs, recording } = await recorded();
    await heard(recording, [alice, bob], 20);
    dialogs.bob.request('REFER', { headers: [['Refer-To', `<${carol.sip.uri}>`]] });
    await bob.sip.expect('202 REFER');
    const invite = await carol.expect('INVITE');
    carol.sip.respond(invite, 200, { body: carol.sdp() });
    await carol.expect('ACK');
    await alice.accept({ version: 2 });
    await transferEnds(bob);
    bob.sip.respond(await bob.sip.expect('BYE'), 200);
    await one.until(() => isRecorded(recording, 'carol'), 'carol told');
    await heard(recording, [alice, carol], 22);
    expect(recording.latest.participants.map(({ name, left }) => [name, left])).to.deep.equal([
      ['alice', false],
      ['bob', true],
      ['carol', false],
    ]);
    await stage.hangUp(dialogs.alice, carol);
    await one.until(() => recording.state === 'ended', 'BYE');
  });

  it('follows an attended transfer', async () => {
    const { alice, bob, carol } = stage;
    const { dialogs, recording } = await recorded();
    await change(dialogs.bob, bob, alice, ['sendonly', 'recvonly'], 2);
    const sent = bob.sip.request('INVITE', stage.uri('carol'), { body: bob.sdp() });
    carol.sip.respond(await carol.expect('INVITE'), 200, { body: carol.sdp() });
    const answer = await bob.expect('200 INVITE');
    AgentDialog.calling(bob.sip, answer).ack(answer);
    await carol.expect('ACK');
    const tags = `${encodeURIComponent(sent.get('Call-ID'))}%3Bto-tag%3D${answer.tagOf('To')}%3Bfrom-tag%3D${sent.tagOf('From')}`;
    dialogs.bob.request('REFER', { headers: [['Refer-To', `<${stage.uri('carol')}?Replaces=${tags}>`]] });
    await bob.sip.expect('202 REFER');
    await Promise.all([transferEnds(bob), alice.accept({ version: 3 }), carol.accept({ version: 2 })]);
    for (let ends = 0; ends < 2; ends += 1) bob.sip.respond(await bob.sip.expect('BYE'), 200);
    await one.until(() => isRecorded(recording, 'carol'), 'carol told');
    await heard(recording, [alice, carol], 26);
    await stage.hangUp(dialogs.alice, carol);
    await one.until(() => recording.state === 'ended', 'BYE');
  });

  it('pauses and goes on by HTTP', async () => {
    const { alice, bob } = stage;
    const { dialogs, recording } = await recorded();
    const [connId = ''] = await stage.connIds();
    expect(await stage.post(`/v1/calls/${connId}/recording`, { action: 'pause' })).to.equal(200);
    expect(await recordingOf(connId)).to.include({ state: 'paused' });
    const before = recording.tracks.map(({ packets }) => packets);
    await flowsBothWays(alice.rtp, bob.rtp, 60);
    expect(recording.tracks.map(({ packets }) => packets)).to.deep.equal(before);
    expect(await stage.post(`/v1/calls/${connId}/recording`, { action: 'resume' })).to.equal(200);
    await heard(recording, [alice, bob], 62);
    await stage.hangUp(dialogs.alice, bob);
    await one.until(() => recording.state === 'ended', 'BYE');
  });

  it('goes to the next server, and stays within the time of the answer', async () => {
    one.reply = () => 'silence';
    const dialogs = await stage.call();
    expect(await command()).to.include({ ret: '0' });
    await heard(await two.up(), [stage.alice, stage.bob], 30);
    await stage.hangUp(dialogs.alice, stage.bob);
  });

  const refusals: [what: string, prepare: () => void][] = [
    ['refuse', () => (one.reply = two.reply = () => ({ status: 503 }))],
    ['hang', () => (one.reply = two.reply = () => 'hang')],
    ['are not there', () => (one.deaf = two.deaf = true)],
  ];
  for (const [what, prepare] of refusals) {
    it(`says so when all servers ${what}, and the call goes on`, async () => {
      prepare();
      const dialogs = await stage.call();
      expect(await command()).to.include({ ret: '10000001' });
      await flowsBothWays(stage.alice.rtp, stage.bob.rtp, 40);
      await stage.hangUp(dialogs.alice, stage.bob);
    });
  }

  it('says so when the call is over', async () => {
    const dialogs = await stage.call();
    const [connId = ''] = await stage.connIds();
    await stage.hangUp(dialogs.alice, stage.bob);
    expect(await stage.connIds()).to.deep.equal([]);
    const inparams = {
      call_id: 'u-1',
      call_dst_id: '8001',
      cti_callid: connId.slice(0, 16),
      auth_token: 'x',
    };
    const body = JSON.stringify({ userid: 'u-1', inaction: 7, inparams });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${stage.url}/oifde/rest/crs/process`, { method: 'POST', headers, body });
    expect(await response.json()).to.include({ ret: '10000003' });
    expect(one.recordings).to.deep.equal([]);
  });

  it('has failed when the server hangs up, and the call goes on', async () => {
    const { dialogs, recording } = await recorded();
    const [connId] = await stage.connIds();
    one.hangUp(recording);
    await one.agent.expect('200 BYE');
    expect(await recordingOf(connId)).to.include({ state: 'failed', reason: 'the recording server hung up' });
    await flowsBothWays(stage.alice.rtp, stage.bob.rtp, 50);
    await stage.hangUp(dialogs.alice, stage.bob);
  });

  it('releases a call that must be recorded when the server hangs up', async () => {
    const { alice, bob } = stage;
    await stage.call();
    expect(await command('8002')).to.include({ ret: '0' });
    one.hangUp(await one.up());
    for (const phone of [alice, bob]) phone.sip.respond(await phone.expect('BYE'), 200);
  });
});
