import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RecordingFailure, RecordingSegment } from '../../lib/call/recording/recording.ts';
import type { LegId } from '../../lib/call/signal.ts';
import { afterRealTime } from '../../lib/engine/control/after.ts';
import type { AnchoredPair, MediaAnchor } from '../../lib/media-anchor/anchor.ts';
import type { RecordingOrder } from '../../lib/recording/backend.ts';
import { PcapFolder } from '../../lib/recording/pcap-folder.ts';
import { RtpengineBackend } from '../../lib/recording/rtpengine-backend.ts';
import { NgClient } from '../../lib/rtpengine/ng-client.ts';
import { UdpWire } from '../../lib/rtpengine/udp-wire.ts';
import { rtpIn } from '../../support/pcap.ts';
import { Rtpengine, type RtpengineOptions } from '../../support/rtpengine.ts';
import { flowsBothWays, RtpPhone } from '../../support/rtp-phone.ts';
import { eventually } from '../support/eventually.ts';

const clock = { nowMs: Date.now, after: afterRealTime };
const connId = '0123456789abcdef@default:node1';

/** A media anchor that has what a test gives it. */
class HandMadeAnchor implements MediaAnchor {
  readonly pairs: AnchoredPair[] = [];
  #endings: ((pair: AnchoredPair) => Promise<void>)[] = [];
  #ready: ((pair: AnchoredPair) => void)[] = [];

  pairOf(one: LegId, other: LegId): AnchoredPair | undefined {
    return this.pairs.find(({ legs }) => legs.includes(one) && legs.includes(other));
  }

  onEnding(listener: (pair: AnchoredPair) => Promise<void>): void {
    this.#endings.push(listener);
  }

  onReady(listener: (pair: AnchoredPair) => void): void {
    this.#ready.push(listener);
  }

  add(pair: AnchoredPair): void {
    this.pairs.push(pair);
    for (const listener of this.#ready) listener(pair);
  }

  /** As at the end of a call: the rtpengine forgets the pair when all have heard of it. */
  async end(pair: AnchoredPair): Promise<void> {
    this.pairs.splice(this.pairs.indexOf(pair), 1);
    await Promise.all(this.#endings.map(listener => listener(pair)));
    await pair.engine.ask({ command: 'delete', 'call-id': pair.ngCallId, 'delete delay': 0 });
  }
}

function order(recordingId = 'u1', legs = ['a', 'b']): RecordingOrder {
  const parties = legs.map((leg, at) => ({
    ...{ leg: leg as LegId, dn: leg, address: `<sip:${leg}@example.com>`, callId: `${leg}1`, held: false },
    role: at === 0 ? ('caller' as const) : ('callee' as const),
  }));
  const flow = {
    accessCode: '1',
    mode: 'record',
    backend: 'rtpengine',
    required: false,
    onNotFound: 'error',
  } as const;
  const ids = { recordingId, connId, callNumber: 1, callThreadId: 'fedcba9876543210', tenant: 'default' };
  return { ...ids, mode: 'record', flow, parties, startedAtMs: Date.now() };
}

const inTime = (ms = 1_500) => Date.now() + ms;

describe('recording by rtpengine', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let client: NgClient;
  let anchor: HandMadeAnchor;
  let backend: RtpengineBackend;
  let phones: RtpPhone[];
  let failures: [string, RecordingFailure][];
  let told: (readonly RecordingSegment[])[];

  async function open(options: RtpengineOptions = {}, more: { minFreeBytes?: number } = {}): Promise<void> {
    rtpengine = await Rtpengine.start(options);
    const wire = new UdpWire({ host: '127.0.0.1', port: rtpengine.ngPort });
    const timeouts = { commandMs: 500, resendMs: 100 };
    client = new NgClient({ name: 'rtp', wire, timeouts, clock, cookiePrefix: `backend${rtpengine.ngPort}` });
    anchor = new HandMadeAnchor();
    failures = [];
    told = [];
    backend = new RtpengineBackend({
      ...{ anchor, clock, commandMs: 1_000, growthMs: 300, watchMs: 50, minFreeBytes: 0, ...more },
      log: { warn: () => {} },
      folder: new PcapFolder(rtpengine.recordingDir),
    });
    backend.listen({
      segmentsChanged: (_, segments) => told.push(segments),
      failed: (id, failure) => failures.push([id, failure]),
    });
  }

  beforeEach(async () => {
    phones = [await RtpPhone.open('alice', 0xa11ce), await RtpPhone.open('bob', 0xb0b)];
  });

  afterEach(async () => {
    await backend.close();
    expect(backend.counts).to.deep.include({ running: 0, captures: 0 });
    client.close();
    await rtpengine.stop();
    for (const phone of phones) await phone.close();
  });

  const [alice, bob] = [() => phones[0] as RtpPhone, () => phones[1] as RtpPhone];

  /** Two legs whose media goes through the rtpengine. */
  async function pair(
    ngCallId = connId,
    legs: readonly [string, string] = ['a', 'b'],
  ): Promise<AnchoredPair> {
    const tags = { 'call-id': ngCallId, 'from-tag': legs[0] };
    const offer = await client.ask({ command: 'offer', ...tags, sdp: alice().sdp() });
    const answer = await client.ask({ command: 'answer', ...tags, 'to-tag': legs[1], sdp: bob().sdp() });
    if (!offer.ok || !answer.ok) throw new Error('the rtpengine does not take the call');
    bob().sendTo(offer.answer.sdp);
    alice().sendTo(answer.answer.sdp);
    return { ngCallId, engine: client, legs: legs as unknown as [LegId, LegId] };
  }

  async function anchored(...parts: Parameters<typeof pair>): Promise<AnchoredPair> {
    const made = await pair(...parts);
    anchor.add(made);
    return made;
  }

  async function started(recordingId = 'u1'): Promise<string> {
    const outcome = await backend.start(order(recordingId), inTime());
    if (!outcome.ok) throw new Error(outcome.reason);
    return outcome.segments.at(-1)?.file ?? '';
  }

  /** Of a recording that is over. */
  async function stopped(recordingId = 'u1'): Promise<readonly RecordingSegment[]> {
    const outcome = await backend.stop(order(recordingId));
    return outcome.segments ?? [];
  }

  /** RTP both ways all the time. */
  function talking(): () => void {
    const timer = setInterval(() => {
      for (const phone of [alice(), bob()]) for (let n = 0; n < 10; n += 1) phone.say(7);
    }, 10);
    return () => clearInterval(timer);
  }

  it('writes two seconds of audio both ways, and a digit, into a file that only its owner reads', async () => {
    await open();
    const made = await anchored();
    const file = await started();
    expect(file).to.match(/\/pcaps\/0123456789abcdef%40default%3Anode1-[0-9a-f]{16}\.pcap$/);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    await Promise.all([alice().talk(2_000, 1), bob().talk(2_000, 2)]);
    alice().press(5);
    await flowsBothWays(alice(), bob(), 8);
    const [segment, ...others] = await stopped();
    await anchor.end(made);
    expect(others).to.deep.equal([]);
    const pcap = await readFile(file);
    expect(segment).to.deep.include({ file, bytes: pcap.length });
    expect((segment?.endedAtMs ?? 0) - (segment?.startedAtMs ?? 0)).to.be.at.least(2_000);
    const packets = rtpIn(pcap);
    // 20 ms each. What a phone sends comes once.
    for (const [phone, marker] of [
      [alice(), 1],
      [bob(), 2],
    ] as const) {
      const audio = packets.filter(({ ssrc, payload }) => ssrc === phone.ssrc && payload[0] === marker);
      expect(audio).to.have.lengthOf(100);
    }
    // RFC 4733 §2.3: event, end bit and volume, duration.
    const events = packets
      .filter(({ payloadType }) => payloadType === 101)
      .map(({ payload }) => [...payload]);
    expect(events).to.have.lengthOf(5);
    expect(events.at(-1)).to.deep.equal([5, 0x80 | 10, 480 >> 8, 480 & 0xff]);
    const [notes = ''] = await readdir(join(rtpengine.recordingDir, 'metadata'));
    expect((await stat(join(rtpengine.recordingDir, 'metadata', notes))).mode & 0o777).to.equal(0o600);
  });

  it('has its final size also when the call has ended first', async () => {
    await open();
    const made = await anchored();
    const file = await started();
    await flowsBothWays(alice(), bob(), 10);
    await anchor.end(made);
    const [segment] = await stopped();
    expect(segment?.bytes).to.equal((await stat(file)).size);
    expect(rtpIn(await readFile(file)).length).to.be.at.least(2);
    expect(backend.counts).to.deep.equal({ running: 0, captures: 0, files: 0 });
  });

  it('goes on in another file when the call has been transferred', async () => {
    await open();
    const first = await anchored();
    const file = await started();
    await flowsBothWays(alice(), bob(), 12);
    const second = await anchored(`${connId}.2`, ['a', 'c']);
    backend.changed(order('u1', ['a', 'c']));
    await anchor.end(first);
    await eventually(() => told.at(-1)?.length === 2, 'a second file');
    await flowsBothWays(alice(), bob(), 14);
    await anchor.end(second);
    const segments = await stopped();
    expect(segments.map(one => one.file)).to.deep.equal([file, told.at(-1)?.[1]?.file]);
    const markers = await Promise.all(
      segments.map(
        async one => new Set(rtpIn(await readFile(one.file ?? '')).map(({ payload }) => payload[0])),
      ),
    );
    expect(markers.map(set => [set.has(12), set.has(14)])).to.deep.equal([
      [true, false],
      [false, true],
    ]);
    expect(failures).to.deep.equal([]);
  });

  it('goes on in another file when the call has moved to another rtpengine', async () => {
    await open();
    const first = await anchored();
    await started();
    await anchor.end(first);
    await anchored(`${connId}.2`);
    await eventually(() => told.at(-1)?.length === 2, 'a second file');
    expect(await stopped()).to.have.lengthOf(2);
  });

  it('is one file for two who want it, until the last one does not', async () => {
    await open();
    await anchored();
    const file = await started('u1');
    expect(await started('u2')).to.equal(file);
    await stopped('u1');
    await flowsBothWays(alice(), bob(), 16);
    const [segment] = await stopped('u2');
    expect(segment).to.deep.include({ file, bytes: (await stat(file)).size });
    expect(rtpIn(await readFile(file)).some(({ payload }) => payload[0] === 16)).to.equal(true);
  });

  it('is another file each time', async () => {
    await open();
    await anchored();
    const file = await started('u1');
    await stopped('u1');
    expect(await started('u2')).to.not.equal(file);
  });

  it('waits for media that is about to be anchored', async () => {
    await open();
    const outcome = backend.start(order(), inTime());
    await anchored();
    expect(await outcome).to.deep.include({ ok: true });
  });

  it('is refused where media is not anchored', async () => {
    await open();
    expect(await backend.start(order(), inTime(100))).to.deep.include({ ok: false, code: 'not-anchored' });
    expect(await backend.start(order('u2', ['a']), inTime(100))).to.deep.include({ code: 'not-anchored' });
    expect(await backend.stop(order('u2'))).to.deep.equal({ ok: true });
  });

  it('has failed when the rtpengine says ok and writes nothing: there is no folder', async () => {
    await open();
    await rm(rtpengine.pcapDir, { recursive: true });
    await anchored();
    const outcome = await backend.start(order(), inTime(300));
    expect(outcome).to.deep.include({ ok: false, code: 'recorder-failed' });
    expect(!outcome.ok && outcome.reason).to.match(/^there is no file of the call: ENOENT/);
  });

  it('has failed when the rtpengine says ok and writes nothing: it is to record by another method', async () => {
    await open({ args: ['--recording-method=proc'] });
    await anchored();
    const outcome = await backend.start(order(), inTime(300));
    expect(!outcome.ok && outcome.reason).to.equal(
      'there is no file of the call: the rtpengine has made none in time',
    );
  });

  it('is not begun on a disk that is full', async () => {
    await open({}, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    await anchored();
    const outcome = await backend.start(order(), inTime());
    expect(!outcome.ok && outcome.reason).to.match(/^only \d+ octets are free/);
    expect(await readdir(rtpengine.pcapDir)).to.deep.equal([]);
  });

  it('has failed when the rtpengine does not know the call', async () => {
    await open();
    anchor.add({ ngCallId: 'nobody', engine: client, legs: ['a', 'b'] as unknown as [LegId, LegId] });
    const outcome = await backend.start(order(), inTime());
    expect(outcome).to.deep.include({
      ok: false,
      code: 'recorder-failed',
      reason: 'rtpengine: Unknown call-id',
    });
  });

  it('has failed when the rtpengine hangs, within the time there is', async () => {
    await open();
    await anchored();
    rtpengine.freeze();
    const outcome = await backend.start(order(), inTime(300));
    expect(outcome).to.deep.include({ ok: false, code: 'recorder-timeout' });
  });

  it('has failed when the rtpengine is killed', async () => {
    await open();
    await anchored();
    await started();
    await rtpengine.kill();
    await eventually(() => failures.length > 0, 'a failure');
    expect(failures[0]?.[0]).to.equal('u1');
    expect(failures[0]?.[1].code).to.be.oneOf(['recorder-failed', 'recorder-timeout']);
  });

  it('has failed when the rtpengine has forgotten the call', async () => {
    await open();
    await anchored();
    await started();
    await client.ask({ command: 'delete', 'call-id': connId, 'delete delay': 0 });
    await eventually(() => failures.length > 0, 'a failure');
    expect(failures[0]?.[1]).to.deep.equal({ code: 'recorder-failed', reason: 'rtpengine: Unknown call-id' });
  });

  it('has failed when its file is taken away', async () => {
    await open();
    await anchored();
    await rm(await started());
    await eventually(() => failures.length > 0, 'a failure');
    expect(failures).to.deep.equal([['u1', { code: 'recorder-failed', reason: 'its file is gone' }]]);
  });

  it('has failed when its media goes through no rtpengine any more', async () => {
    await open();
    const made = await anchored();
    await started();
    await anchor.end(made);
    await eventually(() => failures.length > 0, 'a failure');
    expect(failures[0]?.[1].code).to.equal('not-anchored');
  });

  it('grows while there is talk', async () => {
    await open();
    await anchored();
    await started();
    const stop = talking();
    await eventually(
      async () => (await stat((await segmentsNow())[0]?.file ?? '')).size > 20_000,
      'a larger file',
    );
    stop();
    expect(failures).to.deep.equal([]);
    expect(await stopped()).to.have.lengthOf(1);
  });

  async function segmentsNow(): Promise<readonly RecordingSegment[]> {
    const files = await readdir(rtpengine.pcapDir);
    return files.map(file => ({ file: join(rtpengine.pcapDir, file) }));
  }

  describe('on a small disk', () => {
    let folder: string;
    const isRoot = process.getuid?.() === 0;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'baton-small-'));
      if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'baton-small', folder]);
    });

    afterEach(async () => {
      await rtpengine.kill();
      if (isRoot) execFileSync('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    });

    /** Without the right to mount, no file of the rtpengine's may become larger: to who writes it is the same. */
    it('has failed when that is full and RTP comes', async () => {
      const limit = { prefix: ['env', '--ignore-signal=XFSZ', 'prlimit', '--fsize=65536'] };
      await open({ recordingDir: folder, ...(isRoot ? {} : limit) });
      await anchored();
      await started();
      if (isRoot) await writeFile(join(folder, 'ballast'), Buffer.alloc(200_000));
      const stop = talking();
      await eventually(() => failures.length > 0, 'a failure', 10_000);
      stop();
      expect(failures).to.deep.equal([
        ['u1', { code: 'recorder-failed', reason: 'its file does not grow though RTP comes' }],
      ]);
    });
  });
});
