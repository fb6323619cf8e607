import { expect } from 'chai';
import type { Call } from '../../lib/call/call.ts';
import type { ConnId } from '../../lib/call/ids.ts';
import type { CallRecording } from '../../lib/call/recording/recording.ts';
import type { CallRecorder } from '../../lib/ports.ts';
import { alice, establish, hold, house, invite } from './support/house.ts';

const recording: CallRecording = {
  recordingId: 'u1',
  mode: 'capture',
  backend: 'rtpengine',
  startedAtMs: 1_700_000_000_000,
  status: { is: 'active', segments: [{ file: '/rec/a.pcap', bytes: 24, startedAtMs: 1_700_000_000_500 }] },
};

/** Remembers what it was told. */
class Witness implements CallRecorder {
  readonly told: string[] = [];
  last: Call | undefined;

  callBegan({ state }: Call, { callId }: Parameters<CallRecorder['callBegan']>[1]): void {
    this.told.push(`began ${state} ${callId}`);
  }

  callGone(): void {
    this.told.push('gone');
  }

  callChanged(call: Call): void {
    this.told.push(call.state);
    this.last = call;
  }
}

function recordedHouse(options: Parameters<typeof house>[0] = {}) {
  const witness = new Witness();
  const it = house(options, undefined, undefined, witness);
  const connId = (): ConnId => witness.last?.connId ?? ('' as ConnId);
  return { ...it, witness, connId };
}

describe('who records calls', () => {
  it('hears of each call from its INVITE to its end', () => {
    const it = recordedHouse();
    establish(it);
    it.tell({ type: 'hungUp', leg: alice, payload: { headers: [] } });
    expect(it.witness.told).to.deep.equal([
      'began inviting c1',
      'inviting',
      'answered',
      'established',
      'released',
    ]);
  });

  it('hears of the end of a call of which nothing can be decided any more', () => {
    const it = recordedHouse();
    invite(it);
    it.store.broken = true;
    it.tell({ type: 'cancelled', leg: alice, payload: { headers: [] } });
    expect(it.witness.told.at(-1)).to.equal('gone');
  });

  it('hears of nothing that was refused at the door', () => {
    const it = recordedHouse();
    invite(it, alice, { source: { protocol: 'udp', address: '198.51.100.1', port: 5060 } });
    expect(it.witness.told).to.deep.equal([]);
  });

  it('tells the call, which shows it', () => {
    const it = recordedHouse();
    establish(it);
    expect(it.b2bua.callDetail(it.connId())?.recording).to.equal(null);
    it.b2bua.recorded.changed(it.connId(), recording);
    expect(it.b2bua.callDetail(it.connId())?.recording).to.deep.equal({
      recordingId: 'u1',
      mode: 'capture',
      backend: 'rtpengine',
      state: 'active',
      startedAt: '2023-11-14T22:13:20.000Z',
      segments: [{ file: '/rec/a.pcap', bytes: 24, startedAt: '2023-11-14T22:13:20.500Z' }],
    });
  });

  it('is seen in the events that come next, and tells none by itself', () => {
    const it = recordedHouse();
    const bob = establish(it);
    const before = it.events.splice(0).map(event => event.Extensions);
    it.b2bua.recorded.changed(it.connId(), recording);
    expect([before, it.events]).to.deep.equal([[undefined, undefined, undefined, undefined], []]);
    hold(it, alice, bob);
    const thirdPartyDn = 'crm';
    const operation = {
      operation: 'update',
      entries: [{ key: 'A', type: 'string', value: '1', scope: 'call' }],
    };
    it.b2bua.changeData({ connId: it.connId(), thirdPartyDn, operation: operation as never });
    it.tell({ type: 'hungUp', leg: alice, payload: { headers: [] } });
    const said = it.events.map(({ id, Extensions }) => [id, Extensions?.filter(one => 'Recording' in one)]);
    const active = [{ Recording: 'active' }];
    expect(said).to.deep.equal([
      ['EventHeld', active],
      ['EventAttachedDataChanged', active],
      ['EventAttachedDataChanged', active],
      ['EventAttachedDataChanged', active],
      ['EventReleased', active],
      ['EventReleased', active],
    ]);
  });

  it('tells a retained call how its recording ended', () => {
    const it = recordedHouse({ retainAfterReleaseMs: 1_000 });
    establish(it);
    it.b2bua.recorded.changed(it.connId(), recording);
    it.tell({ type: 'hungUp', leg: alice, payload: { headers: [] } });
    const status = {
      is: 'stopped',
      segments: [{ file: '/rec/a.pcap', bytes: 99 }],
      endedAtMs: 1_700_000_001_000,
    };
    it.b2bua.recorded.changed(it.connId(), { ...recording, status: status as never });
    expect(it.b2bua.callDetail(it.connId())?.recording).to.include({
      state: 'stopped',
      endedAt: '2023-11-14T22:13:21.000Z',
    });
  });

  it('ends a call that must be recorded and cannot, and its parties are told why', () => {
    const it = recordedHouse();
    establish(it);
    it.signalling.done.splice(0);
    it.events.splice(0);
    it.b2bua.recorded.release(it.connId());
    expect(
      it.signalling.done.map(effect => ['headers' in effect && effect.headers, effect.do]),
    ).to.deep.equal([
      [[{ name: 'Reason', value: 'SIP;cause=500;text="recording failed"' }], 'hangUp'],
      [[{ name: 'Reason', value: 'SIP;cause=500;text="recording failed"' }], 'hangUp'],
    ]);
    expect(it.events.map(({ id, Extensions }) => [id, Extensions?.[1]])).to.deep.equal([
      ['EventReleased', { ReleaseReason: 'unrecorded' }],
      ['EventReleased', { ReleaseReason: 'unrecorded' }],
    ]);
  });

  it('can say what it wants of a call that is gone', () => {
    const it = recordedHouse();
    it.b2bua.recorded.changed('0000000000000001@acme:node1' as ConnId, recording);
    it.b2bua.recorded.release('0000000000000001@acme:node1' as ConnId);
    expect(it.logged.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
