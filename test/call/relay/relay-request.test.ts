import { expect } from 'chai';
import type { Call } from '../../../lib/call/call.ts';
import { Story } from '../support/story.ts';

const allowsUpdate = { headers: ['Allow: INVITE, ACK, BYE, UPDATE'] };
const dtmf = { contentType: 'application/dtmf-relay', content: 'Signal=5' };

describe('re-INVITE', () => {
  for (const [by, other] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    it(`from ${by} goes on with its offer; the answer comes back and the ACK goes out at once`, () => {
      const story = new Story().established();
      const reinvite = story[by].sends('INVITE', { sdp: 'hold', headers: ['X-A: 1', 'Session-Expires: 90'] });
      expect(story.heard()).to.deep.equal([`${other} ← INVITE hold`]);
      expect(story[other].gotHeaders('request')).to.deep.equal(['X-A: 1']);
      story[other].replies('INVITE', 180);
      story[other].replies('INVITE', 200, { sdp: 'held' });
      expect(story.heard()).to.deep.equal([
        `${by} ← 180 to INVITE`,
        `${other} ← ACK to re-INVITE`,
        `${by} ← 200 to INVITE held`,
      ]);
      story[by].acknowledges({}, reinvite);
      expect(story.heard()).to.deep.equal([]);
      expect(story.call.relayed).to.deep.equal([]);
    });

    it(`without an offer from ${by}: the answer goes on in the ACK`, () => {
      const story = new Story().established();
      const reinvite = story[by].sends('INVITE');
      story[other].replies('INVITE', 200, { sdp: 'offer' });
      expect(story.heard()).to.deep.equal([`${other} ← INVITE`, `${by} ← 200 to INVITE offer`]);
      story[by].acknowledges({ sdp: 'answer' }, reinvite);
      expect(story.heard()).to.deep.equal([`${other} ← ACK to re-INVITE answer`]);
    });
  }

  it('that is refused leaves the call as it was', () => {
    const story = new Story().established();
    const before = story.call;
    story.alice.sends('INVITE', { sdp: 'video' });
    story.heard();
    story.bob.replies('INVITE', 488, { headers: ['Warning: 304 bob "no"'] }, 'Not Acceptable Here');
    expect(story.heard()).to.deep.equal(['alice ← 488 to INVITE']);
    expect(story.alice.gotHeaders('respond')).to.deep.equal(['Warning: 304 bob "no"']);
    // What was only shown is remembered for the o= line, and agreed upon it is not (RFC 6141).
    const agreed = ({ caller, callee, ...call }: Call) => [
      call,
      ...[caller, callee].map(leg => ({ ...leg, session: { ...leg?.session, shown: 0, heard: 0 } })),
    ];
    expect(agreed(story.call)).to.deep.equal(agreed({ ...before, lastId: story.call.lastId }));
    story.alice.sends('INVITE', { sdp: 'audio' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE audio']);
  });
});

describe('glare', () => {
  it('is answered 491 to who comes second, and the first goes on', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    story.bob.sends('INVITE', { sdp: 'video' });
    expect(story.heard()).to.deep.equal(['bob ← 491 to INVITE']);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← 200 to INVITE held']);
  });

  it('at both ends is for both ends to retry', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.sends('INVITE', { sdp: 'video' });
    story.heard();
    story.bob.replies('INVITE', 491);
    expect(story.heard()).to.deep.equal(['alice ← 491 to INVITE']);
    expect(story.timers()).to.deep.equal([]);
    story.bob.sends('INVITE', { sdp: 'video' });
    expect(story.heard()).to.deep.equal(['alice ← INVITE video']);
  });

  const pairs = [
    ['INVITE', 'UPDATE'],
    ['UPDATE', 'INVITE'],
    ['UPDATE', 'UPDATE'],
  ] as const;
  for (const [first, second] of pairs) {
    it(`of offers in ${first} and ${second} is answered 491`, () => {
      const story = new Story().established(allowsUpdate, allowsUpdate);
      story.alice.sends(first, { sdp: 'one' });
      story.heard();
      story.bob.sends(second, { sdp: 'two' });
      expect(story.heard()).to.deep.equal([`bob ← 491 to ${second}`]);
    });

    it(`with oneself: ${second} before the answer to ${first} is answered 500 with Retry-After`, () => {
      const story = new Story().established(allowsUpdate, allowsUpdate);
      story.alice.sends(first, { sdp: 'one' });
      story.heard();
      story.alice.sends(second, { sdp: 'two' });
      expect(story.heard()).to.deep.equal([`alice ← 500 to ${second}`]);
      expect(story.alice.gotHeaders('respond')).to.deep.equal(['Retry-After: 1']);
    });
  }

  it('is none with an UPDATE that offers nothing, nor with INFO', () => {
    const story = new Story().established(allowsUpdate, allowsUpdate);
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    story.bob.sends('UPDATE');
    story.bob.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal(['alice ← UPDATE', 'alice ← INFO application/dtmf-relay']);
  });
});

describe('a request that comes too early', () => {
  it("re-INVITE from the callee waits for the caller's ACK", () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.answers({ sdp: 'answer' });
    story.heard();
    story.bob.sends('INVITE', { sdp: 'video' });
    story.bob.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal([]);
    story.alice.acknowledges();
    expect(story.heard()).to.deep.equal(['alice ← INVITE video', 'alice ← INFO application/dtmf-relay']);
  });

  it('re-INVITE waits for the ACK of the re-INVITE before', () => {
    const story = new Story().established();
    const first = story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.heard();
    story.bob.sends('INVITE', { sdp: 'video' });
    expect(story.heard()).to.deep.equal([]);
    story.alice.acknowledges({}, first);
    expect(story.heard()).to.deep.equal(['alice ← INVITE video']);
  });

  it('re-INVITE waits for an ACK that is missing, but not for ever', () => {
    const story = new Story().established();
    story.alice.sends('INVITE');
    story.bob.replies('INVITE', 200, { sdp: 'offer' });
    story.bob.sends('INVITE', { sdp: 'video' });
    story.heard();
    expect(story.timers()).to.deep.equal(['ack-missing alice']);
    story.fires('ack-missing', story.alice);
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← INVITE video']);
  });

  it('goes on in an early dialog, from either side', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings();
    story.heard();
    story.bob.sends('INFO', { body: dtmf });
    story.alice.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal([
      'alice ← INFO application/dtmf-relay',
      'bob ← INFO application/dtmf-relay',
    ]);
    story.alice.replies('INFO', 200);
    expect(story.heard()).to.deep.equal(['bob ← 200 to INFO']);
  });

  it('INFO from the caller waits for a dialog with the callee', () => {
    const story = new Story().invite();
    story.heard();
    story.alice.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal([]);
    story.bob.rings();
    expect(story.heard()).to.deep.equal(['alice ← 180', 'bob ← INFO application/dtmf-relay']);
  });

  it('is answered 487 when the call ends instead', () => {
    const story = new Story().invite();
    story.alice.sends('INFO', { body: dtmf });
    story.heard();
    story.alice.cancels();
    expect(story.heard()).to.deep.equal(['alice ← 487 to INFO', 'bob ← CANCEL']);
  });

  it('does not pile up without end', () => {
    const story = new Story().invite();
    for (let sent = 0; sent < 16; sent += 1) story.alice.sends('INFO', { body: dtmf });
    story.heard();
    story.alice.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal(['alice ← 500 to INFO']);
  });

  it('is answered 408, and not relayed, when its sender has given up meanwhile', () => {
    const story = new Story().invite();
    story.alice.sends('INFO', { body: dtmf });
    story.nowMs += 1_000;
    story.alice.sends('MESSAGE', { body: { contentType: 'text/plain', content: 'hi' } });
    story.nowMs += 31_500;
    story.heard();
    story.bob.rings();
    expect(story.heard()).to.deep.equal(['alice ← 180', 'alice ← 408 to INFO', 'bob ← MESSAGE text/plain']);
  });

  it('does not pile up as UPDATE either', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    for (let sent = 0; sent < 16; sent += 1) story.bob.sends('UPDATE', { sdp: 'new' });
    expect(story.call.held).to.have.length(16);
    story.heard();
    story.bob.sends('UPDATE', { sdp: 'new' });
    expect(story.heard()).to.deep.equal(['bob ← 500 to UPDATE']);
  });

  it('changes no data when it is refused', () => {
    const story = new Story().invite();
    for (let sent = 0; sent < 16; sent += 1) story.alice.sends('INFO', { body: dtmf });
    story.alice.sends('INFO', { headers: ['X-MS-Custom-A: 1'], body: dtmf });
    expect(story.call.data).to.deep.equal([]);
    expect(story.call.held).to.have.length(16);
  });

  it('re-INVITE before the answer: 500 to the caller, 491 to the callee', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings();
    story.heard();
    story.alice.sends('INVITE', { sdp: 'x' });
    story.bob.sends('INVITE', { sdp: 'y' });
    expect(story.heard()).to.deep.equal(['alice ← 500 to INVITE', 'bob ← 491 to INVITE']);
  });
});

describe('requests that nobody answers', () => {
  it('do not pile up without end', () => {
    const story = new Story().established();
    for (let sent = 0; sent < 256; sent += 1) story.alice.sends('INFO', { body: dtmf });
    story.heard();
    story.alice.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal(['alice ← 500 to INFO']);
    expect(story.call.relayed).to.have.length(256);
    story.bob.replies('INFO', 200);
    story.alice.sends('INFO', { body: dtmf });
    expect(story.heard()).to.deep.equal(['alice ← 200 to INFO', 'bob ← INFO application/dtmf-relay']);
  });
});

describe('UPDATE', () => {
  it('goes to a leg that allows it, before the answer too', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings(183, allowsUpdate);
    story.heard();
    story.alice.sends('UPDATE', { sdp: 'new' });
    story.bob.replies('UPDATE', 200, { sdp: 'good' });
    expect(story.heard()).to.deep.equal(['bob ← UPDATE new', 'alice ← 200 to UPDATE good']);
  });

  it('goes as re-INVITE to a leg that does not allow it', () => {
    const story = new Story().established();
    story.alice.sends('UPDATE', { sdp: 'new' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE new']);
    story.bob.replies('INVITE', 180);
    story.bob.replies('INVITE', 200, { sdp: 'good' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← 200 to UPDATE good']);
    expect(story.call.relayed).to.deep.equal([]);
  });

  it('with an offer is refused 488 before the answer of a leg that does not allow it', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings();
    story.heard();
    story.alice.sends('UPDATE', { sdp: 'new' });
    expect(story.heard()).to.deep.equal(['alice ← 488 to UPDATE']);
  });

  it('without an offer is answered here when the other leg does not allow it', () => {
    const story = new Story().established();
    story.alice.sends('UPDATE');
    expect(story.heard()).to.deep.equal(['alice ← 200 to UPDATE']);
  });

  it('waits as re-INVITE for an ACK that is missing', () => {
    const story = new Story().established({}, allowsUpdate);
    const first = story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.heard();
    story.bob.sends('UPDATE', { sdp: 'new' });
    expect(story.heard()).to.deep.equal([]);
    story.alice.acknowledges({}, first);
    expect(story.heard()).to.deep.equal(['alice ← INVITE new']);
  });
});
