import { expect } from 'chai';
import { isOver } from '../../../lib/call/call.ts';
import { Story, textOf } from '../support/story.ts';

const reason = 'Reason: Q.850;cause=16;text="Normal"';

describe('CANCEL', () => {
  it('reaches a target that has not answered anything yet, with its Reason', () => {
    const story = new Story().invite();
    story.heard();
    story.alice.cancels({ headers: [reason, 'Via: SIP/2.0/UDP h'] });
    expect(story.heard()).to.deep.equal(['bob ← CANCEL']);
    expect(textOf(story.bob.got('cancel').headers)).to.deep.equal([reason]);
    expect(story.timers()).to.deep.equal(['linger']);
    story.bob.rejects(487, '');
    expect(isOver(story.call)).to.equal(true);
    expect(story.noted('released')[0]).to.deep.include({
      verdict: { by: 'caller', why: 'cancelled', sipStatus: 487, atFault: 'caller' },
    });
  });

  it('reaches a ringing target, and does not start the next', () => {
    const story = new Story().invite();
    story.bob.rings();
    story.heard();
    story.alice.cancels();
    story.bob.rejects(503, '');
    expect(story.heard()).to.deep.equal(['bob ← CANCEL']);
  });

  it('crossed by a 200: ACK and BYE', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.alice.cancels();
    story.heard();
    story.bob.answers({ sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK', 'bob ← BYE']);
    expect(isOver(story.call)).to.equal(true);
  });

  it('that comes after our 200 ends both legs as well', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.answers({ sdp: 'answer' });
    story.heard();
    story.alice.cancels();
    expect(story.heard()).to.deep.equal(['bob ← BYE']);
  });

  it('leaves nothing behind when the last response never comes', () => {
    const story = new Story().invite();
    story.alice.cancels();
    expect(isOver(story.call)).to.equal(false);
    story.fires('linger');
    expect(isOver(story.call)).to.equal(true);
  });
});

describe('an answer that cannot be delivered', () => {
  it('ends the callee', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.answers({ sdp: 'answer' });
    story.heard();
    story.feed({ type: 'answerFailed', leg: story.alice.leg, reason: 'INVITE gone' });
    expect(story.heard()).to.deep.equal(['bob ← BYE']);
    expect(isOver(story.call)).to.equal(true);
  });

  it('acknowledges a late offer before it ends the callee', () => {
    const story = new Story().invite();
    story.bob.answers({ sdp: 'offer' });
    story.heard();
    story.feed({ type: 'answerFailed', leg: story.alice.leg, reason: 'INVITE gone' });
    expect(story.heard()).to.deep.equal(['bob ← ACK', 'bob ← BYE']);
  });
});

describe('BYE', () => {
  for (const [by, other, role] of [
    ['alice', 'bob', 'caller'],
    ['bob', 'alice', 'callee'],
  ] as const) {
    it(`from ${by} ends ${other}, with Reason and data but no foreign routing`, () => {
      const story = new Story().established();
      story[by].hangsUp({ headers: [reason, 'X-Cause: 1', 'Route: <sip:p>'] });
      expect(story.heard()).to.deep.equal([`${other} ← BYE`]);
      expect(textOf(story[other].got('hangUp').headers)).to.deep.equal([reason, 'X-Cause: 1']);
      expect(isOver(story.call)).to.equal(true);
      expect(story.noted('released')[0]).to.deep.include({
        verdict: { by: role, why: 'hangup', sipStatus: 200, atFault: 'none' },
      });
    });
  }

  it('carries a default User-to-User only when the INVITE had one', () => {
    const uui = 'User-to-User: 0456;encoding=hex';
    const without = new Story().established();
    without.alice.hangsUp({ headers: [uui] });
    expect(without.bob.got('hangUp').headers).to.deep.equal([]);
    const withUui = new Story().established({ headers: ['User-to-User: 04aa;encoding=hex'] });
    withUui.alice.hangsUp({ headers: [uui] });
    expect(textOf(withUui.bob.got('hangUp').headers)).to.deep.equal([uui]);
  });

  it('crossed by a BYE is the end of both, once', () => {
    const story = new Story().established();
    story.alice.hangsUp();
    story.heard();
    story.bob.hangsUp();
    expect(story.heard()).to.deep.equal([]);
    expect(story.noted('released')).to.have.length(1);
  });

  it('from the callee before the ACK is in waits for the ACK', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.answers({ sdp: 'answer' });
    story.heard();
    story.bob.hangsUp({ headers: [reason] });
    expect(story.heard()).to.deep.equal([]);
    expect(isOver(story.call)).to.equal(false);
    story.alice.acknowledges();
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
    expect(textOf(story.alice.got('hangUp').headers)).to.deep.equal([reason]);
    expect(isOver(story.call)).to.equal(true);
  });

  it('that waits for an ACK which never comes goes out in the end', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.answers({ sdp: 'answer' });
    story.bob.hangsUp();
    story.heard();
    story.fires('linger');
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
    expect(isOver(story.call)).to.equal(true);
  });

  it('from the caller before the answer answers the INVITE 487 and cancels the callee', () => {
    const story = new Story().invite();
    story.bob.rings();
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['alice ← 487', 'bob ← CANCEL']);
  });

  it('from a callee that only rang counts as 480', () => {
    const story = new Story().invite();
    story.bob.rings();
    story.heard();
    story.bob.hangsUp({ headers: [reason] });
    expect(story.heard()).to.deep.equal(['alice ← 480']);
    expect(story.alice.gotHeaders('reject')).to.deep.equal([reason]);
  });

  it('answers what is in flight from either side with 487', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.sends('INFO', { body: { contentType: 'application/dtmf-relay', content: 'Signal=1' } });
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['alice ← 487 to INVITE', 'bob ← 487 to INFO', 'bob ← BYE']);
    story.bob.replies('INVITE', 200, { sdp: 'late' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
  });

  it('acknowledges an offerless re-INVITE whose ACK can come no more', () => {
    const story = new Story().established();
    story.alice.sends('INVITE');
    story.bob.replies('INVITE', 200, { sdp: 'offer' });
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'bob ← BYE']);
    expect(story.timers()).to.deep.equal([]);
  });

  it('leaves a request that comes after it 481', () => {
    const story = new Story().established();
    story.alice.hangsUp();
    story.heard();
    story.bob.sends('INFO');
    expect(story.heard()).to.deep.equal(['bob ← 481 to INFO']);
  });
});

describe('a leg that is lost', () => {
  it('ends the other with the reason', () => {
    const story = new Story().established();
    story.bob.isLost('engine gone');
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
    expect(textOf(story.alice.got('hangUp').headers)).to.deep.equal([
      'Reason: SIP;cause=503;text="engine gone"',
    ]);
    story.alice.isLost();
    expect(story.noted('released')).to.have.length(1);
  });

  it("without ACK is the caller's fault", () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.answers({ sdp: 'answer' });
    story.heard();
    story.alice.isLost('no ACK');
    expect(story.heard()).to.deep.equal(['bob ← BYE']);
    expect(story.noted('released')[0]).to.deep.include({
      verdict: { by: 'network', why: 'lost', sipStatus: 200, atFault: 'caller' },
    });
  });

  it('while ringing counts as 503: the next target is tried', () => {
    const story = new Story().invite();
    story.heard();
    story.bob.isLost();
    expect(story.heard()).to.deep.equal(['carol ← INVITE']);
  });

  it('while it is being called takes the callee with it', () => {
    const story = new Story().invite();
    story.heard();
    story.alice.isLost();
    expect(story.heard()).to.deep.equal(['bob ← CANCEL']);
  });
});

describe('a leg that is being cancelled', () => {
  for (const how of ['hangsUp', 'isLost'] as const) {
    it(`owes nothing any more when it ${how === 'isLost' ? 'is lost' : 'hangs up'}`, () => {
      const story = new Story({ routing: { routes: [{ targets: ['sip:bob@192.0.2.2'] }] } }).invite();
      story.bob.rings();
      story.fires('no-answer', story.bob);
      story.heard();
      expect(isOver(story.call)).to.equal(false);
      story.bob[how]();
      expect(story.heard()).to.deep.equal([]);
      expect(isOver(story.call)).to.equal(true);
      expect(story.noted('released')).to.have.length(1);
    });
  }
});

describe('a wanted release', () => {
  const shutdown = {
    type: 'releaseWanted',
    status: 503,
    reason: 'shutting down',
    verdict: { by: 'baton', why: 'shutdown', atFault: 'baton' },
  } as const;

  it('rejects a caller who waits and cancels the callee', () => {
    const story = new Story().invite();
    story.heard();
    story.feed(shutdown);
    expect(story.heard()).to.deep.equal(['bob ← CANCEL', 'alice ← 503']);
    expect(story.noted('released')[0]).to.deep.include({ verdict: { ...shutdown.verdict, sipStatus: 503 } });
  });

  it('ends both legs of a standing call', () => {
    const story = new Story().established();
    story.feed(shutdown);
    expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← BYE']);
    expect(story.noted('released')[0]).to.deep.include({ verdict: { ...shutdown.verdict, sipStatus: 200 } });
  });
});
