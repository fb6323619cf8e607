import { expect } from 'chai';
import { agree } from '../../../lib/call/media/agreement.ts';
import type { Body } from '../../../lib/call/signal.ts';
import { Story } from '../support/story.ts';

const sdpOf = (content: string): Body => ({ contentType: 'application/sdp', content });

/** A call whose callee has been connected with somebody else meanwhile, who said `sdp`. */
function withNewPartner(
  sdp: string,
  callee: Partial<{ received: Body; receivedAs: 'offer' | 'answer' }> = {},
): Story {
  const story = new Story().established();
  return story.decides(turn => {
    const { caller } = turn.call;
    const bob = turn.call.callee;
    if (bob === undefined) return;
    const others = { farEnd: caller.id, first: sdpOf('offer'), own: false };
    turn.changeLeg(bob, { session: { ...bob.session, ...callee, origin: { ...others, farEnd: bob.id } } });
    turn.changeLeg(caller, { session: { ...caller.session, received: sdpOf(sdp) } });
    agree(turn, bob);
  });
}

describe('an agreement of both ends', () => {
  it('is there from the start in a call that is only relayed: nothing is sent', () => {
    const story = new Story().established();
    story.decides(turn => agree(turn, turn.call.caller));
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('is reached by offering to the one who is out of date what the other has said last', () => {
    const story = withNewPartner('carol');
    expect(story.heard()).to.deep.equal(['bob ← INVITE carol']);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('goes on with the other one when the answer is a new one', () => {
    const story = withNewPartner('carol');
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'for carol' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← INVITE for carol']);
    story.alice.replies('INVITE', 200, { sdp: 'carol' });
    expect(story.heard()).to.deep.equal(['alice ← ACK to re-INVITE']);
  });

  it('is given up after two offers to each', () => {
    const story = withNewPartner('carol 0');
    for (let round = 1; round <= 2; round += 1) {
      story.bob.replies('INVITE', 200, { sdp: `bob ${round}` });
      story.alice.replies('INVITE', 200, { sdp: `carol ${round}` });
    }
    expect(story.heard().filter(line => line.includes(' INVITE'))).to.deep.equal([
      'bob ← INVITE carol 0',
      'alice ← INVITE bob 1',
      'bob ← INVITE carol 1',
      'alice ← INVITE bob 2',
    ]);
    expect(story.noted('disagreed')).to.have.length(1);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('is given up when an offer is refused, and the call stays as it was', () => {
    const story = withNewPartner('carol');
    story.heard();
    story.bob.replies('INVITE', 488);
    expect(story.heard()).to.deep.equal([]);
    expect(story.noted('disagreed')).to.deep.include.members([
      { note: 'disagreed', leg: story.bob.leg, reason: 'the offer was refused', status: 488 },
    ]);
    expect(story.call.state).to.equal('established');
  });

  it('is made after a glare with what is said by then', () => {
    const story = withNewPartner('carol');
    story.bob.replies('INVITE', 491);
    story.heard();
    const request = story.alice.sends('INVITE', { sdp: 'carol anew' });
    story.fires('offer-retry', story.bob);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    story.alice.acknowledges({}, request);
    // They have come to it by themselves.
    expect(story.heard()).to.deep.equal([
      'bob ← INVITE carol anew',
      'bob ← ACK to re-INVITE',
      'alice ← 200 to INVITE answer',
    ]);
    expect(story.call).to.deep.include({ agreement: undefined });
    expect(story.call.callee?.ownOffers.waiting).to.deep.equal([]);
  });

  it('lifts a hold that an end has only followed, and leaves a hold of its own', () => {
    const held = sdpOf('new answer\r\na=recvonly\r\n');
    const followed = withNewPartner('offer', { received: held, receivedAs: 'answer' });
    expect(followed.heard()).to.deep.equal(['alice ← INVITE new answer\r\na=sendrecv\r\n']);
    const own = withNewPartner('offer', { received: held, receivedAs: 'offer' });
    expect(own.heard()).to.deep.equal(['alice ← INVITE new answer\r\na=recvonly\r\n']);
  });

  it('keeps a hold among partners who stay', () => {
    const story = new Story().established();
    const hold = story.alice.sends('INVITE', { sdp: 'offer\r\na=sendonly\r\n' });
    story.bob.replies('INVITE', 200, { sdp: 'answer\r\na=recvonly\r\n' });
    story.alice.acknowledges({}, hold);
    story.heard();
    story.decides(turn => agree(turn, turn.call.caller));
    expect(story.heard()).to.deep.equal([]);
  });
});
