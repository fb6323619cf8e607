import { expect } from 'chai';
import { Story } from '../support/story.ts';

const dtmf = { contentType: 'application/dtmf-relay', content: 'Signal=5' };

describe('a response within the call', () => {
  it('401 and 407 become 403, without the challenge', () => {
    const story = new Story().established();
    story.alice.sends('INFO', { body: dtmf });
    story.bob.replies('INFO', 407, { headers: ['Proxy-Authenticate: Digest realm="x"'] }, 'Proxy Auth');
    expect(story.alice.got('respond')).to.include({ status: 403 });
    expect(story.alice.got('respond').reason).to.equal(undefined);
    expect(story.alice.gotHeaders('respond')).to.deep.equal([]);
  });

  it('a second final response is not relayed, but a 2xx to INVITE gets its ACK', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
  });

  for (const status of [481, 408]) {
    it(`${String(status)} goes back, and the dialog is asked for`, () => {
      const story = new Story().established();
      story.alice.sends('INFO', { body: dtmf });
      story.heard();
      story.bob.replies('INFO', status);
      expect(story.heard()).to.deep.equal([`alice ← ${String(status)} to INFO`, 'bob ← OPTIONS']);
      story.bob.replies('OPTIONS', 481);
      expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← BYE']);
    });
  }

  it('100 is for nobody', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    story.bob.replies('INVITE', 100);
    expect(story.heard()).to.deep.equal([]);
  });

  it('an ACK to nothing does nothing', () => {
    const story = new Story().established();
    const reinvite = story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    story.alice.acknowledges({}, reinvite);
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.relayed).to.have.length(1);
  });
});
