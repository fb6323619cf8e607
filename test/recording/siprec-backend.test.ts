import { expect } from 'chai';
import type { RtpPhone } from '../../support/rtp-phone.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { eventually } from '../support/eventually.ts';
import { type Recording, RecordingServer } from '../support/recording-server.ts';
import { SiprecStage } from './siprec-stage.ts';

const soundOf = new Map([
  ['alice', 0x11],
  ['bob', 0x22],
  ['carol', 0x33],
]);

describe('recordings at a recording server, with a real rtpengine', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let one: RecordingServer;
  let two: RecordingServer;
  let stage: SiprecStage;

  before(async () => {
    rtpengine = await Rtpengine.start();
  });

  after(async () => {
    await rtpengine.stop();
  });

  beforeEach(async () => {
    [one, two] = [await RecordingServer.open('one'), await RecordingServer.open('two')];
    stage = await SiprecStage.open(rtpengine, [one, two]);
  });

  afterEach(async () => {
    await stage.close();
    await Promise.all([one.close(), two.close()]);
    expect([...one.faults, ...two.faults]).to.deep.equal([]);
  });

  /** A recording that has begun. */
  async function recorded() {
    const { order, pair } = await stage.call();
    expect(await stage.backend.start(order, stage.within(1_500))).to.include({ ok: true });
    return { order, pair, recording: await one.up() };
  }

  /** They talk until the server has heard both. */
  async function heard(recording: Recording, speakers: readonly RtpPhone[]) {
    const sounds = new Map(speakers.map(phone => [phone, soundOf.get(phone.name) ?? 0]));
    await stage.talking(sounds, async () => one.hears(recording, ['1', '2']));
  }

  const soundsOf = (recording: Recording): number[][] => recording.tracks.map(({ sounds }) => [...sounds]);
  const forget = (recording: Recording): void => {
    for (const { sounds } of recording.tracks) sounds.clear();
  };

  it('bring what each party says to its own stream, and end with BYE', async () => {
    const { order, recording } = await recorded();
    await heard(recording, [stage.alice, stage.bob]);
    expect(soundsOf(recording)).to.deep.equal([[0x11], [0x22]]);
    expect(recording.latest.participants.map(({ name, aor, sends }) => [name, aor, sends])).to.deep.equal([
      ['dn-alice', 'sip:alice@phones.example', ['1']],
      ['dn-bob', 'sip:bob@phones.example', ['2']],
    ]);
    const stopped = await stage.backend.stop(order);
    expect(stopped.segments?.map(segment => Object.keys(segment))).to.deep.equal([
      ['startedAtMs', 'endedAtMs'],
    ]);
    await one.until(() => recording.state === 'ended', 'BYE');
    await stage.idle();
  });

  it('tell of hold and retrieve, and go on', async () => {
    const { order, recording } = await recorded();
    const { alice, bob } = stage;
    stage.backend.changed(stage.orderFor([alice, bob], [alice]));
    await one.until(() => recording.snapshots.length === 2, 're-INVITE');
    expect(recording.latest.participants.map(({ receives }) => receives)).to.deep.equal([[], ['1']]);
    stage.backend.changed(order);
    await one.until(() => recording.snapshots.length === 3, 'second re-INVITE');
    expect(recording.latest.xml).to.equal(recording.snapshots[0]?.xml);
    await heard(recording, [alice, bob]);
    expect(stage.counted).to.deep.equal(['accepted', 'update accepted', 'update accepted']);
  });

  it('follow a transfer to other media', async () => {
    const { recording, pair } = await recorded();
    const { alice, bob, carol } = stage;
    await heard(recording, [alice, bob]);
    await stage.anchor(alice, carol);
    stage.backend.changed(stage.orderFor([alice, carol]));
    await one.until(() => recording.snapshots.length === 2, 're-INVITE');
    await stage.release(pair);
    forget(recording);
    await heard(recording, [alice, carol]);
    expect(soundsOf(recording)).to.deep.equal([[0x11], [0x33]]);
    expect(recording.latest.participants.map(({ name, left }) => [name, left])).to.deep.equal([
      ['dn-alice', false],
      ['dn-bob', true],
      ['dn-carol', false],
    ]);
    expect(stage.failed).to.deep.equal([]);
  });

  it('follow the media to another call of an rtpengine when theirs is gone', async () => {
    const { recording, pair } = await recorded();
    await stage.release(pair);
    await stage.anchor(stage.alice, stage.bob);
    await one.until(() => recording.snapshots.length === 2, 're-INVITE');
    await heard(recording, [stage.alice, stage.bob]);
  });

  it('of an encrypted call tell the server nothing of its keys', async () => {
    const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj';
    const { alice, bob } = stage;
    await stage.anchor(alice, bob, phone => phone.sdp({ more: [crypto] }).replace('RTP/AVP', 'RTP/SAVP'));
    const outcome = await stage.backend.start(stage.orderFor([alice, bob]), stage.within(1_500));
    expect(outcome).to.include({ ok: true });
    const { body } = (await one.up()).invite;
    expect(body.match(/m=audio \d+ RTP\/AVP /g)).to.have.length(2);
    expect(body).to.not.match(/crypto|fingerprint|candidate/);
  });

  it('are told of parties before their media is there', async () => {
    const { recording, pair } = await recorded();
    const { alice, carol } = stage;
    await stage.release(pair);
    stage.backend.changed(stage.orderFor([alice, carol]));
    await one.until(() => recording.snapshots.length === 2, 're-INVITE');
    await stage.anchor(alice, carol);
    await one.until(() => recording.snapshots.length === 3, 'second re-INVITE');
    await heard(recording, [alice, carol]);
    expect(soundsOf(recording)).to.deep.equal([[0x11], [0x33]]);
    expect(stage.failed).to.deep.equal([]);
  });

  it('hear nothing while they are paused', async () => {
    const { order, recording } = await recorded();
    await heard(recording, [stage.alice, stage.bob]);
    expect(await stage.backend.pause(order, stage.within(1_500))).to.include({ ok: true });
    expect(recording.latest.streams.map(({ direction }) => direction)).to.deep.equal([
      'inactive',
      'inactive',
    ]);
    const before = recording.tracks.map(({ packets }) => packets);
    const { alice, bob } = stage;
    await stage.talking(
      new Map([
        [alice, 1],
        [bob, 2],
      ]),
      async () => Promise.all([alice.hears(2), bob.hears(1)]),
    );
    expect(recording.tracks.map(({ packets }) => packets)).to.deep.equal(before);
    const resumed = await stage.backend.resume(order, stage.within(1_500));
    expect(resumed.ok && resumed.segments.map(({ endedAtMs }) => endedAtMs !== undefined)).to.deep.equal([
      true,
      false,
    ]);
    await heard(recording, [alice, bob]);
  });

  it('stop and go on as the server asks', async () => {
    const { recording } = await recorded();
    const answer = await one.offers(recording, 'inactive');
    expect(answer.body).to.include('a=inactive').and.to.not.include('a=sendonly');
    await one.offers(recording, 'recvonly');
    await heard(recording, [stage.alice, stage.bob]);
  });

  it('are told anew when the server asks for it', async () => {
    const { recording } = await recorded();
    await one.wantsMetadata(recording);
    await one.until(() => recording.snapshots.length === 2, 're-INVITE');
    expect(recording.latest.xml).to.equal(recording.snapshots[0]?.xml);
  });

  it('come to a server that takes no digits', async () => {
    one.formats = ['0'];
    const { recording } = await recorded();
    await heard(recording, [stage.alice, stage.bob]);
    expect(recording.tracks.map(({ formats }) => [...formats])).to.deep.equal([[0], [0]]);
  });

  describe('go to the next server', () => {
    it('when one refuses', async () => {
      one.reply = () => ({ status: 486 });
      const { order } = await stage.call();
      expect(await stage.backend.start(order, stage.within(1_500))).to.include({ ok: true });
      await two.up();
      expect(stage.counted).to.deep.equal(['refused', 'accepted']);
    });

    it('when one says nothing, which is then tried last', async () => {
      one.reply = () => 'hang';
      const { order } = await stage.call();
      expect(await stage.backend.start(order, stage.within(1_500))).to.include({ ok: true });
      await two.up();
      await one.until(() => one.recordings[0]?.state === 'ended', 'CANCEL');
      const next = { ...order, recordingId: 'rec-2' };
      expect(await stage.backend.start(next, stage.within(1_500))).to.include({ ok: true });
      expect([one.recordings.length, two.recordings.length]).to.deep.equal([1, 2]);
    });
  });

  const failures: [what: string, prepare: () => void, outcome: { code: string; reason: string }][] = [
    [
      'all refuse',
      () => (one.reply = two.reply = () => ({ status: 503 })),
      { code: 'recorder-failed', reason: 'the recording server said: 503 No' },
    ],
    [
      'all hang',
      () => (one.reply = two.reply = () => 'hang'),
      { code: 'recorder-timeout', reason: 'the recording server said: no answer in time' },
    ],
    [
      'none of them says anything',
      () => (one.reply = two.reply = () => 'silence'),
      { code: 'recorder-timeout', reason: 'the recording server said: no answer in time' },
    ],
    [
      'they want no stream',
      () => (one.direction = two.direction = 'inactive'),
      {
        code: 'recorder-failed',
        reason: 'the recording server said: an answer that is of no use: it takes no stream',
      },
    ],
  ];
  for (const [what, prepare, outcome] of failures) {
    it(`do not begin when ${what}`, async () => {
      prepare();
      const { order } = await stage.call();
      expect(await stage.backend.start(order, stage.within(5_000))).to.deep.equal({ ok: false, ...outcome });
      await stage.idle();
    });
  }

  it('do not begin after the time is over, and leave nothing behind', async () => {
    one.reply = () => 'hang';
    const { order } = await stage.call();
    expect(await stage.backend.start(order, stage.within(200))).to.deep.equal({
      ...{ ok: false, code: 'recorder-timeout', reason: 'the recording server took too long' },
    });
    await one.until(() => one.recordings[0]?.state === 'ended', 'CANCEL');
    expect(two.recordings).to.deep.equal([]);
    await stage.idle();
  });

  it('do not begin without a server', async () => {
    await stage.close();
    stage = await SiprecStage.open(rtpengine, []);
    const { order } = await stage.call();
    expect(await stage.backend.start(order, stage.within(1_500))).to.include({
      reason: 'there is no recording server',
    });
  });

  it('do not begin after the release', async () => {
    const { order, pair } = await stage.call();
    await stage.release(pair);
    expect(await stage.backend.start(order, stage.within(1_500))).to.include({
      ok: false,
      code: 'not-anchored',
    });
    await stage.idle();
  });

  it('do not begin twice under one name', async () => {
    const { order } = await recorded();
    expect(await stage.backend.start(order, stage.within(1_500))).to.include({ code: 'recording-exists' });
  });

  it('end when the server hangs up', async () => {
    const { order, recording } = await recorded();
    one.hangUp(recording);
    await eventually(() => stage.failed.length > 0, 'a failure');
    expect(stage.failed).to.deep.equal(['the recording server hung up']);
    expect(await stage.backend.stop(order)).to.deep.equal({ ok: true });
    await stage.idle();
  });

  it('end when the server does not know of them any more', async () => {
    const { recording } = await recorded();
    recording.forgotten = true;
    stage.backend.changed(stage.orderFor([stage.alice, stage.bob], [stage.bob]));
    await eventually(() => stage.failed.length > 0, 'a failure');
    expect(stage.failed[0]).to.include('481');
    await stage.idle();
  });

  it('end when a server that fell over is asked whether it is there', async () => {
    await stage.close();
    stage = await SiprecStage.open(rtpengine, [one], { keepAliveMs: 50 });
    const { recording } = await recorded();
    await one.until(() => one.requests.includes('OPTIONS'), 'OPTIONS');
    recording.forgotten = true;
    await eventually(() => stage.failed.length > 0, 'a failure');
    expect(stage.failed[0]).to.equal('the recording server is gone (481)');
  });
});

describe('recordings at a recording server, when rtpengine goes', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let server: RecordingServer;
  let stage: SiprecStage;

  beforeEach(async () => {
    [rtpengine, server] = [await Rtpengine.start(), await RecordingServer.open()];
    stage = await SiprecStage.open(rtpengine, [server], { keepAliveMs: 100 });
  });

  afterEach(async () => {
    await stage.close();
    await Promise.all([server.close(), rtpengine.stop()]);
    expect(server.faults).to.deep.equal([]);
  });

  it('do not begin', async () => {
    const { order } = await stage.call();
    await rtpengine.kill();
    const outcome = await stage.backend.start(order, stage.within(1_500));
    expect(outcome)
      .to.include({ ok: false })
      .and.to.have.property('reason')
      .that.matches(/^rtpengine: /);
    expect(server.recordings).to.deep.equal([]);
  });

  it('end', async () => {
    const { order } = await stage.call();
    await stage.backend.start(order, stage.within(1_500));
    const recording = await server.up();
    await rtpengine.kill();
    await server.until(() => recording.state === 'ended', 'BYE');
    expect(stage.failed).to.have.length(1);
    await stage.idle();
  });
});
