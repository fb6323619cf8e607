import { expect } from 'chai';
import type { WantedOffer } from '../../../lib/call/media/offer.ts';
import { wantOffer } from '../../../lib/call/media/own-offer.ts';
import { lines, type Party, Story } from '../support/story.ts';

const unchanged: WantedOffer = {
  sdp: 'unchanged',
  headers: lines(['X-MS-Custom-A: 1']),
  purpose: { kind: 'notify', sinceMs: 0 },
};

function offer(story: Story, to: Party, wanted: WantedOffer = unchanged): boolean {
  let taken = false;
  story.decides(turn => {
    const leg = turn.leg(to.leg);
    taken = leg !== undefined && wantOffer(turn, leg, wanted);
  });
  return taken;
}

function delayMs(story: Story): number | undefined {
  return story.effects
    .flatMap(effect =>
      effect.do === 'startTimer' && effect.timer.kind === 'offer-retry' ? [effect.delayMs] : [],
    )
    .at(-1);
}

const notified = (story: Story): unknown[] =>
  story.noted('notification').map(({ outcome, status }) => [outcome, status]);

describe('a re-INVITE of our own', () => {
  it('offers again what the peer was sent last, word for word, with its header lines, and is acknowledged at once', () => {
    const story = new Story().established();
    expect(offer(story, story.bob)).to.equal(true);
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
    expect(story.bob.gotHeaders('request')).to.deep.equal(['X-MS-Custom-A: 1']);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(notified(story)).to.deep.equal([['delivered', 200]]);
    expect(story.call.callee?.session).to.include({ receivedAs: 'answer' });
  });

  it('tells the far end what the answer has changed', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'on another port' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← INVITE on another port']);
    story.alice.replies('INVITE', 200, { sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← ACK to re-INVITE']);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('without SDP has the offer of its 2xx answered with what the far end has said last', () => {
    const story = new Story().established();
    offer(story, story.alice, { ...unchanged, sdp: 'none' });
    expect(story.heard()).to.deep.equal(['alice ← INVITE']);
    story.alice.replies('INVITE', 200, { sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← ACK to re-INVITE answer']);
    expect(story.call.caller.session.received?.content).to.equal('offer');
  });

  it('with SDP of its own goes as it is given', () => {
    const story = new Story().established();
    offer(story, story.alice, { ...unchanged, sdp: { contentType: 'application/sdp', content: 'tone' } });
    expect(story.heard()).to.deep.equal(['alice ← INVITE tone']);
  });

  it('is not made where no session was agreed upon, nor to a peer that is gone', () => {
    const silent = new Story().established({ sdp: '' }, { sdp: '' });
    expect(offer(silent, silent.bob)).to.equal(false);
    const over = new Story().established();
    over.bob.hangsUp();
    expect(offer(over, over.bob)).to.equal(false);
  });

  it('that is refused leaves the session and tells its purpose', () => {
    const story = new Story().established();
    const before = story.call.callee?.session;
    offer(story, story.bob);
    story.bob.replies('INVITE', 488);
    expect(notified(story)).to.deep.equal([['refused', 488]]);
    expect(story.call.callee?.session).to.deep.equal(before);
  });

  for (const status of [408, 481]) {
    it(`that is answered ${status} has the dialog asked for`, () => {
      const story = new Story().established();
      offer(story, story.bob);
      story.heard();
      story.bob.replies('INVITE', status);
      expect(story.heard()).to.deep.equal(['bob ← OPTIONS']);
      story.bob.replies('OPTIONS', 481);
      expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← BYE']);
    });
  }

  it('is acknowledged again when its 2xx comes again', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(notified(story)).to.have.length(1);
  });
});

describe('a re-INVITE of our own, with others under way', () => {
  it('waits for the final response and the ACK of a relayed one', () => {
    const story = new Story().established();
    const request = story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    offer(story, story.bob);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← 200 to INVITE held']);
    story.alice.acknowledges({}, request);
    expect(story.heard()).to.deep.equal(['bob ← INVITE hold']);
  });

  it('waits for a relayed UPDATE with an offer, and for no other request', () => {
    const story = new Story().established({}, { headers: ['Allow: INVITE, INFO, UPDATE'] });
    story.alice.sends('MESSAGE');
    story.alice.sends('UPDATE', { sdp: 'hold' });
    story.heard();
    offer(story, story.bob);
    expect(story.heard()).to.deep.equal([]);
    story.bob.replies('UPDATE', 200, { sdp: 'held' });
    expect(story.heard()).to.deep.equal(['alice ← 200 to UPDATE held', 'bob ← INVITE hold']);
  });

  it('refuses the peer an offer meanwhile with 491, and lets all else pass', () => {
    const story = new Story().established({ headers: ['Allow: INVITE, INFO, UPDATE'] });
    offer(story, story.bob);
    story.heard();
    story.bob.sends('INVITE', { sdp: 'video' });
    story.bob.sends('UPDATE', { sdp: 'video' });
    story.bob.sends('MESSAGE');
    expect(story.heard()).to.deep.equal(['bob ← 491 to INVITE', 'bob ← 491 to UPDATE', 'alice ← MESSAGE']);
  });

  it('makes offers of the other leg wait, in the order in which they came', () => {
    const story = new Story().established({}, { headers: ['Allow: INVITE, INFO, UPDATE'] });
    offer(story, story.bob);
    story.heard();
    story.alice.sends('INVITE', { sdp: 'hold' });
    expect(story.heard()).to.deep.equal([]);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'bob ← INVITE hold']);
  });

  it('gives way to an INVITE of its peer that waits for the other leg', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    offer(story, story.alice);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'bob ← INVITE hold']);
  });

  it('keeps only the newest that waits for one purpose', () => {
    const story = new Story().established();
    for (const value of ['1', '2', '3']) {
      offer(story, story.bob, { ...unchanged, headers: lines([`X-MS-Custom-A: ${value}`]) });
    }
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.bob.gotHeaders('request')).to.deep.equal(['X-MS-Custom-A: 3']);
    expect(story.call.callee?.ownOffers.waiting).to.deep.equal([]);
  });
});

describe('glare with a re-INVITE of our own', () => {
  for (const [whose, name, fromMs, toMs] of [
    ['a leg that we have dialled', 'bob', 2_100, 4_000],
    ['a leg that has called us', 'alice', 0, 2_000],
  ] as const) {
    it(`on ${whose} is tried again after ${fromMs} to ${toMs} ms in steps of 10`, () => {
      const delays = new Set<number>();
      for (let at = 0; at < 200; at += 1) {
        const story = new Story().established();
        story.nowMs += at * 7;
        offer(story, story[name]);
        story.heard();
        story[name].replies('INVITE', 491);
        expect(story.heard()).to.deep.equal([]);
        const waited = delayMs(story) ?? -1;
        expect(waited).to.be.within(fromMs, toMs);
        expect(waited % 10).to.equal(0);
        delays.add(waited);
        story.fires('offer-retry', story[name]);
        expect(story.heard()).to.deep.equal([`${name} ← INVITE ${name === 'bob' ? 'offer' : 'answer'}`]);
      }
      expect(delays.size).to.be.at.least(50);
    });
  }

  it('lets the offer of the other side through meanwhile', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.bob.replies('INVITE', 491);
    story.heard();
    const request = story.bob.sends('INVITE', { sdp: 'video' });
    expect(story.heard()).to.deep.equal(['alice ← INVITE video']);
    story.fires('offer-retry', story.bob);
    story.alice.replies('INVITE', 200, { sdp: 'yes' });
    story.heard();
    story.bob.acknowledges({}, request);
    expect(story.heard()).to.deep.equal(['bob ← INVITE yes']);
  });

  it('is given up after five times', () => {
    const story = new Story().established();
    offer(story, story.bob);
    for (let times = 0; times < 5; times += 1) {
      story.bob.replies('INVITE', 491);
      story.fires('offer-retry', story.bob);
    }
    story.bob.replies('INVITE', 491);
    expect(notified(story)).to.deep.equal([['refused', 491]]);
    expect(story.call.callee?.ownOffers).to.include({ glares: 0, backingOff: false });
  });

  it('leaves no timer when the call ends meanwhile', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.bob.replies('INVITE', 491);
    expect(story.timers()).to.deep.equal(['offer-retry bob']);
    story.alice.hangsUp();
    expect(story.timers()).to.deep.equal([]);
  });

  it('leaves nothing when the call ends while it is outstanding', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['bob ← BYE']);
    expect(story.timers()).to.deep.equal([]);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
  });
});

describe('a re-INVITE of our own to a peer that is busy', () => {
  for (const [asked, fromMs, toMs] of [
    ['7', 7_000, 7_000],
    ['7 (in a moment);duration=60', 7_000, 7_000],
    ['600', 10_000, 10_000],
    ['0', 2_100, 4_000],
    ['soon', 2_100, 4_000],
  ] as const) {
    it(`is tried again after 500 with Retry-After: ${asked}`, () => {
      const story = new Story().established();
      offer(story, story.bob);
      story.heard();
      story.bob.replies('INVITE', 500, { headers: [`Retry-After: ${asked}`] });
      expect(story.heard()).to.deep.equal([]);
      expect(delayMs(story)).to.be.within(fromMs, toMs);
      expect(notified(story)).to.deep.equal([]);
      story.fires('offer-retry', story.bob);
      expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
      story.bob.replies('INVITE', 200, { sdp: 'answer' });
      expect(notified(story)).to.deep.equal([['delivered', 200]]);
    });
  }

  it('is not tried again after a 500 that asks for nothing', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.bob.replies('INVITE', 500);
    expect(notified(story)).to.deep.equal([['refused', 500]]);
    expect(story.timers()).to.deep.equal([]);
  });
});

describe('a re-INVITE of our own that only tells, without a final response', () => {
  it('is taken back, so that the other leg need not wait for it', () => {
    const story = new Story().established();
    offer(story, story.bob);
    expect(story.timers()).to.deep.equal(['notify-timeout bob']);
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.heard();
    story.fires('notify-timeout', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← CANCEL of re-INVITE']);
    story.bob.replies('INVITE', 487);
    expect(story.heard()).to.deep.equal(['bob ← INVITE hold']);
    expect(notified(story)).to.deep.equal([['timeout', 487]]);
  });

  it('counts when its 2xx crosses the CANCEL', () => {
    const story = new Story().established();
    offer(story, story.bob);
    story.fires('notify-timeout', story.bob);
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(notified(story)).to.deep.equal([['delivered', 200]]);
    expect(story.timers()).to.deep.equal([]);
  });

  it('may take its time when both parties shall agree', () => {
    const story = new Story().established();
    offer(story, story.bob, { ...unchanged, purpose: { kind: 'agree' } });
    expect(story.timers()).to.deep.equal([]);
  });
});
