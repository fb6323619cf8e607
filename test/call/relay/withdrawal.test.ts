import { expect } from 'chai';
import { Story, textOf } from '../support/story.ts';

describe('a re-INVITE that is taken back', () => {
  it('is cancelled on the other leg, with the Reason, and its 487 goes nowhere', () => {
    const story = new Story().established();
    const request = story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    story.alice.withdraws(request, { headers: ['Reason: SIP;cause=200', 'Via: v'] });
    expect(story.heard()).to.deep.equal(['bob ← CANCEL of re-INVITE']);
    expect(textOf(story.bob.got('withdraw').headers)).to.deep.equal(['Reason: SIP;cause=200']);
    story.bob.replies('INVITE', 487);
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.relayed).to.deep.equal([]);
    expect(story.call.state).to.equal('established');
  });

  it('is acknowledged when its 2xx crosses the CANCEL', () => {
    const story = new Story().established();
    const request = story.alice.sends('INVITE', { sdp: 'hold' });
    story.alice.withdraws(request);
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    // Bob has agreed to what Alice has taken back: he is offered again what she holds to.
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'bob ← INVITE offer']);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('without an offer is answered with what its sender has said last when its 2xx crosses the CANCEL', () => {
    const story = new Story().established();
    story.alice.withdraws(story.alice.sends('INVITE'));
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'video' });
    // Bob has offered something new: Alice is to know it.
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE offer', 'alice ← INVITE video']);
    story.alice.replies('INVITE', 200, { sdp: 'video too' });
    expect(story.heard()).to.deep.equal(['alice ← ACK to re-INVITE', 'bob ← INVITE video too']);
    story.bob.replies('INVITE', 200, { sdp: 'video' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('waits for no ACK when our 200 came too late, and what the other leg has accepted is undone', () => {
    const story = new Story().established();
    const request = story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.heard();
    story.alice.withdraws(request);
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(story.timers()).to.deep.equal([]);
  });

  it('lets what the other side asks meanwhile go first, which may settle it all', () => {
    const story = new Story().established();
    const request = story.alice.sends('INVITE');
    story.bob.replies('INVITE', 200, { sdp: 'offer' });
    story.bob.sends('INVITE', { sdp: 'video' });
    story.heard();
    story.alice.withdraws(request);
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← INVITE video']);
    expect(story.timers()).to.deep.equal([]);
  });

  it('changes no data', () => {
    const story = new Story().established();
    const request = story.alice.sends('INVITE', { sdp: 'hold', headers: ['X-MS-Custom-A: 1'] });
    story.alice.withdraws(request);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    expect(story.call.data).to.deep.equal([]);
  });

  it('lets the next one of the same side wait for the last word on it, and refuses one of the other side', () => {
    const story = new Story().established();
    story.alice.withdraws(story.alice.sends('INVITE', { sdp: 'hold' }));
    story.heard();
    story.alice.sends('INVITE', { sdp: 'again' });
    story.bob.sends('INVITE', { sdp: 'mine' });
    expect(story.heard()).to.deep.equal(['bob ← 491 to INVITE']);
    story.bob.replies('INVITE', 487);
    expect(story.heard()).to.deep.equal(['bob ← INVITE again']);
  });

  it('never goes on when it still waited here', () => {
    const story = new Story().established();
    story.alice.withdraws(story.alice.sends('INVITE', { sdp: 'hold' }));
    const second = story.alice.sends('INVITE', { sdp: 'again' });
    story.alice.withdraws(second);
    story.heard();
    story.bob.replies('INVITE', 487);
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.held).to.deep.equal([]);
  });

  it('leaves nothing when the call ends meanwhile', () => {
    const story = new Story().established();
    story.alice.withdraws(story.alice.sends('INVITE', { sdp: 'hold' }));
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['bob ← BYE']);
    expect(story.call.relayed).to.deep.equal([]);
  });

  it('is nothing when nobody knows it', () => {
    const story = new Story().established();
    story.alice.withdraws(story.alice.sends('INFO', { body: { contentType: 'a/b', content: 'x' } }));
    story.heard();
    story.bob.replies('INFO', 200);
    expect(story.heard()).to.deep.equal(['alice ← 200 to INFO']);
  });
});
