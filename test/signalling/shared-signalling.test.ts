import { expect } from 'chai';
import type { LegId, Signal, SignallingEffect } from '../../lib/call/signal.ts';
import type { Signalling, SignallingUser } from '../../lib/ports.ts';
import { SharedSignalling } from '../../lib/signalling/shared-signalling.ts';

const ofBaton = 'leg-of-the-b2bua' as LegId;
const ofRecorder = 'leg-of-the-recorder' as LegId;
const payload = { headers: [] };

class Wire implements Signalling {
  user: SignallingUser | undefined;
  readonly performed: SignallingEffect[] = [];
  readonly listening = ['udp/127.0.0.1:5060'];
  readonly up = true;
  readonly probed: string[] = [];
  stopped = false;

  async start(user: SignallingUser): Promise<void> {
    this.user = user;
  }

  perform(effect: SignallingEffect): void {
    this.performed.push(effect);
  }

  probe({ requestUri }: { requestUri: string }, answered: (status: number | undefined) => void): void {
    this.probed.push(requestUri);
    answered(200);
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }
}

const invite = (leg: LegId): SignallingEffect => {
  const uris = { requestUri: 'sip:r@x', from: '<sip:b@localhost>', to: '<sip:r@x>' };
  return { do: 'invite', leg, ...uris, contactUser: 'b', maxForwards: 70, payload };
};

describe('signalling that several share', () => {
  let wire: Wire;
  let shared: SharedSignalling;
  let toBaton: Signal[];
  let toRecorder: Signal[];
  const changes: boolean[] = [];

  beforeEach(async () => {
    [wire, toBaton, toRecorder] = [new Wire(), [], []];
    shared = new SharedSignalling(wire);
    await shared.start({
      receiveSignal: signal => toBaton.push(signal),
      receiveStandalone: () => 'ignore',
      signallingChanged: up => changes.push(up),
    });
  });

  const recorder = () => shared.legsOf({ receiveSignal: signal => toRecorder.push(signal) });
  const tell = (signal: Signal): void => wire.user?.receiveSignal(signal);

  it('tells each of its own legs only', () => {
    const legs = recorder();
    legs.perform(invite(ofRecorder));
    shared.perform(invite(ofBaton));
    tell({ type: 'answered', leg: ofRecorder, status: 200, payload });
    tell({ type: 'answered', leg: ofBaton, status: 200, payload });
    tell({ type: 'timerFired', timer: { kind: 'linger' } });
    expect(toRecorder.map(signal => 'leg' in signal && signal.leg)).to.deep.equal([ofRecorder]);
    expect(toBaton.map(({ type }) => type)).to.deep.equal(['answered', 'timerFired']);
    expect(wire.performed.map(({ leg }) => leg)).to.deep.equal([ofRecorder, ofBaton]);
  });

  const ends: Signal[] = [
    { type: 'rejected', leg: ofRecorder, status: 486, reason: 'Busy Here', payload },
    { type: 'hungUp', leg: ofRecorder, payload },
    { type: 'lost', leg: ofRecorder, reason: 'gone' },
  ];
  for (const end of ends) {
    it(`forgets a leg that was ${end.type}, having told it`, () => {
      recorder().perform(invite(ofRecorder));
      tell(end);
      expect(toRecorder).to.deep.equal([end]);
      expect(shared.ownedCount).to.equal(0);
    });
  }

  it('forgets a leg that its owner hangs up', () => {
    const legs = recorder();
    legs.perform(invite(ofRecorder));
    legs.perform({ do: 'hangUp', leg: ofRecorder, headers: [] });
    expect(shared.ownedCount).to.equal(0);
    expect(wire.performed.map(effect => effect.do)).to.deep.equal(['invite', 'hangUp']);
  });

  it('is otherwise the one that is shared', async () => {
    shared.probe({ requestUri: 'sip:p@x' }, () => undefined);
    wire.user?.signallingChanged(false);
    await shared.stop();
    expect([wire.probed, changes, wire.stopped, shared.listening, shared.up]).to.deep.equal([
      ['sip:p@x'],
      [false],
      true,
      ['udp/127.0.0.1:5060'],
      true,
    ]);
  });
});
