import { expect } from 'chai';
import type { Call } from '../../lib/call/call.ts';
import type { ConnId } from '../../lib/call/ids.ts';
import type { CallRecording } from '../../lib/call/recording/recording.ts';
import { Recordings } from '../../lib/recording/recordings.ts';
import { Story } from '../call/support/story.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  counted,
  failure,
  flowOfCode,
  PaperRecorder,
  PlainRecorder,
  segments,
  settle,
} from './support/paper-recorder.ts';

function house({ recorder = new PaperRecorder(), others = [] as PaperRecorder[] } = {}) {
  const clock = new FakeClock();
  const { metrics, said } = counted();
  const told: [string, CallRecording['status']['is']][] = [];
  const released: string[] = [];
  const logged: { readonly fields: object; readonly message: string }[] = [];
  const write = (fields: object, message: string) => void logged.push({ fields, message });
  const recordings = new Recordings({
    backends: [recorder, ...others],
    clock,
    log: { info: write, warn: write },
    metrics,
    calls: {
      changed: (connId, { status }) => void told.push([connId.slice(0, 16), status.is]),
      release: connId => void released.push(connId),
    },
    stopTimeoutMs: 5_000,
    maxEnded: 2,
  });
  const { call } = new Story().established();
  const start = (recordingId = 'u1', parts: Parameters<typeof flowOfCode>[1] = {}, of: Call = call) =>
    recordings.start(
      of,
      { recordingId, mode: 'capture', flow: flowOfCode('8001', parts) },
      clock.nowMs() + 1_000,
    );
  const states = () => told.splice(0).map(([, is]) => is);
  return { recorder, clock, recordings, call, start, states, released, logged, said };
}

const other = (call: Call): Call => ({ ...call, connId: '0000000000000bad@acme:node1' as ConnId });
const released = (call: Call): Call => ({ ...call, state: 'released' });

describe('recordings', () => {
  it('start, are seen, and stop with their call', async () => {
    const { recorder, recordings, call, start, states, said } = house();
    expect(await start()).to.deep.equal({ ok: true });
    expect(states()).to.deep.equal(['starting', 'active']);
    expect(recordings.viewsOf(call.connId)).to.deep.equal([
      {
        recordingId: 'u1',
        mode: 'capture',
        backend: 'rtpengine',
        startedAtMs: 1_700_000_000_000,
        status: { is: 'active', segments },
      },
    ]);
    recordings.callChanged(released(call));
    await settle();
    expect([states(), recorder.asked]).to.deep.equal([
      ['stopping', 'stopped'],
      ['start u1', 'stop u1'],
    ]);
    expect(recordings.ofCall(call.connId)).to.deep.equal([]);
    expect(recordings.viewsOf(call.connId).map(({ status }) => status.is)).to.deep.equal(['stopped']);
    expect(said).to.deep.equal([
      ['are', 'rtpengine', 0],
      ['are', 'rtpengine', 1],
      ['started', 'rtpengine', 'started'],
      ['are', 'rtpengine', 0],
      ['ended', 'rtpengine', 'stopped'],
    ]);
  });

  it('stop with a call that was lost by a defect', async () => {
    const { recorder, recordings, call, start } = house();
    await start();
    recordings.callGone(call.connId);
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
  });

  it('are commanded once, however many ask at one time', async () => {
    const { recorder, start } = house();
    recorder.start_ = undefined;
    const answers = Promise.all(['u1', 'u1', 'u2'].map(async id => await start(id)));
    await settle();
    recorder.say({ ok: true, segments });
    expect(await answers).to.deep.equal([{ ok: true }, { ok: true }, { ok: true }]);
    expect(await start('u3')).to.deep.equal({ ok: true });
    expect(recorder.asked).to.deep.equal(['start u1']);
  });

  it('fail for all who have asked when the start fails, and can be tried again', async () => {
    const { recorder, start, states } = house();
    recorder.start_ = failure;
    expect(await Promise.all([start('u1'), start('u2')])).to.deep.equal([failure, failure]);
    recorder.start_ = { ok: true, segments };
    expect(await start('u2')).to.deep.equal({ ok: true });
    expect(states()).to.deep.equal(['starting', 'failed', 'starting', 'active']);
  });

  it('stop when the last who wants them wants them no more', async () => {
    const { recorder, recordings, start } = house();
    await start('u1');
    await start('u2');
    expect(await recordings.stop('u1')).to.equal(true);
    expect(recorder.asked).to.deep.equal(['start u1']);
    expect(await recordings.stop('u2')).to.equal(true);
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
    expect([await recordings.stop('u1'), await recordings.stop('u2')]).to.deep.equal([false, false]);
  });

  it('are one for each back end of a call', async () => {
    const siprec = new PaperRecorder('siprec');
    const { recorder, recordings, call, start } = house({ others: [siprec] });
    await start('u1');
    await start('u1', { backend: 'siprec' });
    expect([recorder.asked, siprec.asked]).to.deep.equal([['start u1'], ['start u1']]);
    expect(recordings.ofCall(call.connId, 'siprec').map(({ backend }) => backend)).to.deep.equal([siprec]);
    await recordings.stop('u1');
    expect([recorder.asked, siprec.asked]).to.deep.equal([
      ['start u1', 'stop u1'],
      ['start u1', 'stop u1'],
    ]);
  });

  it('are refused where there is no such back end', async () => {
    const { start } = house();
    expect(await start('u1', { backend: 'http' })).to.include({ ok: false, code: 'recorder-missing' });
  });

  it('are refused to an id that another call has', async () => {
    const { call, start } = house();
    await start('u1');
    expect(await start('u1', {}, other(call))).to.include({ ok: false, code: 'recording-exists' });
  });

  it('time out at the deadline, and what starts later is stopped again', async () => {
    const { recorder, clock, start, states } = house();
    recorder.start_ = undefined;
    const answer = start();
    await settle();
    clock.pass(1_000);
    expect(await answer).to.include({ ok: false, code: 'recorder-timeout' });
    expect(states()).to.deep.equal(['starting', 'failed']);
    recorder.say({ ok: true, segments });
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
    expect(clock.running).to.equal(0);
  });

  it('wait for the last word of a start that timed out, as long as there is time', async () => {
    const { recorder, clock, start } = house();
    recorder.start_ = undefined;
    const first = start();
    await settle();
    clock.pass(1_000);
    await first;
    const second = start('u2');
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1']);
    clock.pass(1_000);
    expect(await second).to.include({ ok: false, code: 'recorder-timeout' });
    const third = start('u3');
    recorder.say(failure);
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1', 'start u3']);
    recorder.say({ ok: true, segments });
    expect(await third).to.deep.equal({ ok: true });
  });

  it('begin anew after one that is just stopping', async () => {
    const { recorder, recordings, start } = house();
    await start('u1');
    recorder.stop_ = undefined;
    const stop = recordings.stop('u1');
    const again = start('u2');
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
    recorder.say({ ok: true });
    expect([await stop, await again]).to.deep.equal([true, { ok: true }]);
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1', 'start u2']);
  });

  it('stop as soon as they have started when the call ends before', async () => {
    const { recorder, recordings, call, start, states } = house();
    recorder.start_ = undefined;
    const answer = start();
    recordings.callChanged(released(call));
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1']);
    recorder.say({ ok: true, segments });
    expect(await answer).to.include({ ok: false, code: 'recording-unknown' });
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
    expect(states()).to.deep.equal(['starting', 'stopping', 'stopped']);
  });

  it('are stopped though the call ended before a start that came too late', async () => {
    const { recorder, clock, recordings, call, start } = house();
    recorder.start_ = undefined;
    const answer = start();
    recordings.callChanged(released(call));
    clock.pass(1_000);
    await answer;
    recorder.say({ ok: true, segments });
    await settle();
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
  });

  it('fail when the recorder does not stop, or says that it could not', async () => {
    const { recorder, clock, recordings, call, start, states } = house();
    await start();
    recorder.stop_ = undefined;
    recordings.callChanged(released(call));
    clock.pass(5_000);
    await settle();
    expect(states()).to.deep.equal(['starting', 'active', 'stopping', 'failed']);
    recorder.stop_ = { ...failure, segments: [] };
    await start('u2', {}, other(call));
    await recordings.stop('u2');
    expect(recordings.viewsOf(other(call).connId)[0]?.status).to.deep.equal({
      is: 'failed',
      segments: [],
      endedAtMs: clock.nowMs(),
      code: 'recorder-failed',
      reason: 'disk full',
    });
  });

  it('tell their final segments', async () => {
    const { recorder, recordings, call, start } = house();
    await start();
    recorder.grow('u1', [{ file: '/rec/a.pcap', bytes: 100 }]);
    expect(recordings.viewsOf(call.connId)[0]?.status).to.deep.include({
      segments: [{ file: '/rec/a.pcap', bytes: 100 }],
    });
    recorder.stop_ = { ok: true, segments: [{ file: '/rec/a.pcap', bytes: 200 }] };
    await recordings.stop('u1');
    expect(recordings.viewsOf(call.connId)[0]?.status).to.deep.include({
      is: 'stopped',
      segments: [{ file: '/rec/a.pcap', bytes: 200 }],
    });
  });

  it('that fail by themselves leave the call alone, unless it must be recorded', async () => {
    const { recorder, start, released: gone, states, call, said } = house();
    await start('u1');
    recorder.fail('u1');
    expect([states(), gone]).to.deep.equal([['starting', 'active', 'failed'], []]);
    await start('u2', { required: true });
    recorder.fail('u2');
    recorder.fail('u2');
    expect(gone).to.deep.equal([call.connId]);
    expect(recorder.asked).to.deep.equal(['start u1', 'start u2']);
    expect(said).to.deep.include(['ended', 'rtpengine', 'recorder-failed']);
  });

  it('that cannot start end a call that must be recorded', async () => {
    const { recorder, start, released: gone, call } = house();
    recorder.start_ = failure;
    await start('u1');
    expect(gone).to.deep.equal([]);
    await start('u1', { required: true });
    expect(gone).to.deep.equal([call.connId]);
  });

  it('are told of who holds, and of what has become of the call while they started', async () => {
    const { recorder, recordings, call, start } = house();
    recorder.start_ = undefined;
    const answer = start();
    const held = { ...call, caller: { ...call.caller, told: 'held' as const } };
    recordings.callChanged(held);
    expect(recorder.asked).to.deep.equal(['start u1']);
    recorder.say({ ok: true, segments });
    await answer;
    recordings.callChanged({ ...held, revision: 9 });
    recordings.callChanged(call);
    expect(recorder.asked).to.deep.equal(['start u1', 'changed u1', 'changed u1']);
    expect(recorder.orders.map(({ parties }) => parties[0]?.held)).to.deep.equal([false, true, false]);
  });

  it('pause and resume, once each', async () => {
    const { recorder, clock, recordings, call, start, states } = house();
    await start();
    const [recording] = recordings.ofCall(call.connId);
    const untilMs = clock.nowMs() + 500;
    expect(await recording?.resume(untilMs)).to.deep.equal({ ok: true });
    expect(await Promise.all([recording?.pause(untilMs), recording?.pause(untilMs)])).to.deep.equal([
      { ok: true },
      { ok: true },
    ]);
    expect(await recording?.resume(untilMs)).to.deep.equal({ ok: true });
    expect(recorder.asked).to.deep.equal(['start u1', 'pause u1', 'resume u1']);
    expect(states()).to.deep.equal(['starting', 'active', 'paused', 'active']);
  });

  it('go on when the recorder does not pause', async () => {
    const { recorder, clock, recordings, call, start, states } = house();
    await start();
    const [recording] = recordings.ofCall(call.connId);
    recorder.start_ = failure;
    expect(await recording?.pause(clock.nowMs() + 500)).to.deep.equal(failure);
    recorder.start_ = undefined;
    const late = recording?.pause(clock.nowMs() + 500);
    await settle();
    clock.pass(500);
    expect(await late).to.include({ ok: false, code: 'recorder-timeout' });
    await recordings.stop('u1');
    expect(await recording?.pause(clock.nowMs() + 500)).to.include({ ok: false, code: 'recording-unknown' });
    expect(states()).to.deep.equal(['starting', 'active', 'stopping', 'stopped']);
  });

  it('of a recorder that can do nothing but start and stop', async () => {
    const recorder = new PlainRecorder();
    const { recordings, call, start, clock } = house({ recorder });
    await start();
    recordings.callChanged({ ...call, caller: { ...call.caller, told: 'held' as const } });
    const [recording] = recordings.ofCall(call.connId);
    expect(await recording?.pause(clock.nowMs() + 500)).to.include({ ok: false, code: 'recorder-cannot' });
    await recordings.close();
    expect(recorder.asked).to.deep.equal(['start u1', 'stop u1']);
  });

  it('of a recorder with a defect fail, and say why', async () => {
    const recorder = new PaperRecorder();
    recorder.start = () => Promise.reject(new Error('oops'));
    const { start, logged } = house({ recorder });
    expect(await start()).to.deep.equal({ ok: false, code: 'recorder-failed', reason: 'oops' });
    expect(logged.at(-1)?.message).to.equal('recording failed');
  });

  it('all stop when Baton does, and none starts after that', async () => {
    const { recorder, recordings, call, start } = house();
    await start('u1');
    await start('u2', {}, other(call));
    await recordings.close();
    expect([recorder.asked, recorder.isClosed]).to.deep.equal([
      ['start u1', 'start u2', 'stop u1', 'stop u2'],
      true,
    ]);
    expect(await start('u3')).to.include({ ok: false, code: 'shutting-down' });
  });

  it('that have ended are remembered of so many calls', async () => {
    const { recordings, call, start } = house();
    const calls = ['01', '02', '03'].map(end => ({
      ...call,
      connId: `00000000000000${end}@acme:node1` as ConnId,
    }));
    for (const each of calls) {
      await start('u1', {}, each);
      await recordings.stop('u1');
    }
    expect(calls.map(({ connId }) => recordings.viewsOf(connId).length)).to.deep.equal([0, 1, 1]);
  });
});
