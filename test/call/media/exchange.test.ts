import { expect } from 'chai';
import type { Call } from '../../../lib/call/call.ts';
import { Story } from '../support/story.ts';

/** What each party was sent last, and has said last and as what. */
function agreed({ caller, callee }: Call): unknown[] {
  return [caller, callee].map(leg => {
    const { sent, received, receivedAs } = leg?.session ?? {};
    return [sent?.content, received?.content, receivedAs];
  });
}

describe('what the two ends agree upon', () => {
  it('is the offer of the INVITE and the answer of its 2xx', () => {
    const story = new Story().established();
    expect(agreed(story.call)).to.deep.equal([
      ['answer', 'offer', 'offer'],
      ['offer', 'answer', 'answer'],
    ]);
  });

  it('is kept as it came: no copy is made', () => {
    const { caller, callee } = new Story().established().call;
    expect(callee?.session.sent).to.equal(caller.session.received);
    expect(caller.session.sent).to.equal(callee?.session.received);
  });

  it('is the SDP of the last 18x when the 2xx has none', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings(183, { sdp: 'early' });
    story.bob.rings(183, { sdp: 'answer' });
    story.bob.answers();
    expect(agreed(story.call)).to.deep.equal([
      ['answer', 'offer', 'offer'],
      ['offer', 'answer', 'answer'],
    ]);
  });

  it('is not yet there with a late offer before the ACK answers it', () => {
    const story = new Story().invite();
    story.bob.answers({ sdp: 'late offer' });
    expect(story.call.callee?.session.sent).to.equal(undefined);
    story.alice.acknowledges({ sdp: 'answer in ACK' });
    expect(agreed(story.call)).to.deep.equal([
      ['late offer', 'answer in ACK', 'answer'],
      ['answer in ACK', 'late offer', 'offer'],
    ]);
  });

  it('is nothing when SDP is only a part of the body', () => {
    const mixed = {
      contentType: 'multipart/mixed;boundary=b',
      content: '--b\r\nContent-Type: application/sdp',
    };
    const story = new Story().invite({ body: mixed });
    story.bob.answers({ sdp: 'answer' });
    story.alice.acknowledges();
    expect(story.call.caller.session.sent).to.equal(undefined);
  });

  for (const method of ['INVITE', 'UPDATE']) {
    it(`is renewed by ${method}, and stays when that is refused`, () => {
      const story = new Story().established({}, { headers: ['Allow: INVITE, UPDATE'] });
      story.alice.sends(method, { sdp: 'video' });
      story.bob.replies(method, 488);
      expect(story.call.callee?.session.sent?.content).to.equal('offer');
      const request = story.alice.sends(method, { sdp: 'hold' });
      story.bob.replies(method, 200, { sdp: 'held' });
      if (method === 'INVITE') story.alice.acknowledges({}, request);
      expect(agreed(story.call)).to.deep.equal([
        ['held', 'hold', 'offer'],
        ['hold', 'held', 'answer'],
      ]);
    });
  }

  it('is renewed by a re-INVITE without offer when its ACK comes', () => {
    const story = new Story().established();
    const request = story.bob.sends('INVITE');
    story.alice.replies('INVITE', 200, { sdp: 'new offer' });
    story.bob.acknowledges({ sdp: 'new answer' }, request);
    expect(agreed(story.call)).to.deep.equal([
      ['new answer', 'new offer', 'offer'],
      ['new offer', 'new answer', 'answer'],
    ]);
  });

  it('is not touched by SDP in other messages or in refusals', () => {
    const story = new Story().established();
    story.alice.sends('MESSAGE', { sdp: 'mail' });
    story.bob.replies('MESSAGE', 200, { sdp: 'mail' });
    story.alice.sends('INVITE', { sdp: 'video' });
    story.bob.replies('INVITE', 488, { sdp: 'what I can' });
    expect(story.call.callee?.session.heard?.content).to.equal('answer');
  });

  it('continues one session towards a caller whose first target has shown early media', () => {
    const sdp = (user: string): string => `v=0\r\no=${user} 1 1 IN IP4 192.0.2.1\r\ns=${user}\r\n`;
    const story = new Story().invite({ sdp: sdp('alice') });
    story.bob.rings(183, { sdp: sdp('bob') });
    story.bob.rejects(503, 'Busy');
    story.carol.answers({ sdp: sdp('carol') });
    expect(story.alice.got('progress').payload.body?.content).to.equal(sdp('bob'));
    expect(story.alice.got('answer').payload.body?.content).to.equal(
      'v=0\r\no=bob 1 2 IN IP4 192.0.2.1\r\ns=carol\r\n',
    );
    expect(story.carol.got('invite').payload.body?.content).to.equal(sdp('alice'));
  });
});
