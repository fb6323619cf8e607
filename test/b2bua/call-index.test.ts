import { expect } from 'chai';
import type { ConnId } from '../../lib/call/ids.ts';
import type { LegId, TimerName } from '../../lib/call/signal.ts';
import { CallIndex } from '../../lib/b2bua/call-index.ts';

const connId = 'c' as ConnId;
const alice = 'a' as LegId;
const bob = 'b' as LegId;
const noAnswer: TimerName = { kind: 'no-answer', leg: bob };

describe('the index of legs and timers', () => {
  it('finds the call of a leg until it is closed, and stops what still runs then', () => {
    const index = new CallIndex();
    const stopped: string[] = [];
    index.open(connId, alice);
    index.addLeg(connId, bob);
    index.keepTimer(connId, noAnswer, () => stopped.push('no-answer'));
    index.keepTimer(connId, { kind: 'linger' }, () => stopped.push('linger'));
    expect([index.callOf(alice), index.callOf(bob), index.legsOf(connId)]).to.deep.equal([
      connId,
      connId,
      [alice, bob],
    ]);
    index.forgetTimer(connId, { kind: 'linger' });
    index.close(connId);
    expect(stopped).to.deep.equal(['no-answer']);
    expect(index.callOf(bob)).to.equal(undefined);
    expect(index.counts).to.deep.equal({ legs: 0, dialogs: 0, timers: 0 });
  });

  it('finds the call of a Call-ID; who uses it again does not take it away', () => {
    const index = new CallIndex();
    const other = 'd' as ConnId;
    index.open(connId, alice);
    index.open(other, bob);
    index.addDialog(connId, 'one');
    index.addDialog(other, 'one');
    index.addDialog(other, '');
    index.addDialog('closed' as ConnId, 'two');
    expect([index.callOfDialog('one'), index.callOfDialog('')]).to.deep.equal([connId, undefined]);
    index.close(other);
    expect(index.callOfDialog('one')).to.equal(connId);
    index.close(connId);
    expect(index.counts).to.deep.equal({ legs: 0, dialogs: 0, timers: 0 });
  });

  it('a timer started anew replaces the one of its name', () => {
    const index = new CallIndex();
    const stopped: number[] = [];
    index.open(connId, alice);
    index.keepTimer(connId, noAnswer, () => stopped.push(1));
    index.keepTimer(connId, noAnswer, () => stopped.push(2));
    expect(stopped).to.deep.equal([1]);
    index.stopTimer(connId, noAnswer);
    index.stopTimer(connId, noAnswer);
    expect(stopped).to.deep.equal([1, 2]);
    expect(index.counts).to.deep.equal({ legs: 1, dialogs: 0, timers: 0 });
  });

  it('knows nothing of calls that are closed', () => {
    const index = new CallIndex();
    index.close(connId);
    index.stopTimer(connId, noAnswer);
    expect(index.legsOf(connId)).to.deep.equal([]);
  });
});
