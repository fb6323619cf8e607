import { expect } from 'chai';
import { Story, textOf, trunk } from '../support/story.ts';

const office = trunk({ name: 'office', sources: ['192.0.2.0/24'] });
const toDave = 'Refer-To: <sip:dave@192.0.2.4>';

/** Bob, whom alice has called, gives her to dave, who rings; both NOTIFYs are answered. */
function referred(story = new Story({ routing: { trunks: [office] } }).established()): Story {
  story.bob.sends('REFER', { headers: ['CSeq: 7 REFER', toDave] });
  story.bob.replies('NOTIFY', 200);
  story.dave.rings();
  story.bob.replies('NOTIFY', 200);
  story.heard();
  return story;
}

/** The answer, and the NOTIFY that comes with it. */
function subscribes(story: Story, ...headers: readonly string[]): string[] {
  story.bob.sends('SUBSCRIBE', { headers: ['CSeq: 8 SUBSCRIBE', ...headers] });
  return story.heard();
}

const answered = (story: Story) => textOf(story.bob.got('respond').payload.headers);
const notified = (story: Story) => {
  const { headers, body } = story.bob.got('request', 'NOTIFY').payload;
  return [...textOf(headers), body?.content.trim()];
};
const notify = 'bob ← NOTIFY message/sipfrag;version=2.0';
/** As long as a target may ring, and some time for the last word. */
const lastsS = 92;

describe('SUBSCRIBE to what a REFER has led to', () => {
  it('that asks for less is told at once, and in the end that its time is over; the transfer goes on', () => {
    const story = referred();
    expect(subscribes(story, 'Event: refer', 'Expires: 20')).to.deep.equal([
      'bob ← 200 to SUBSCRIBE',
      notify,
    ]);
    expect(answered(story)).to.deep.equal(['Expires: 20']);
    expect(notified(story)).to.deep.equal([
      ...['Event: refer', 'Subscription-State: active;expires=20', 'SIP/2.0 180 Ringing'],
    ]);
    story.bob.replies('NOTIFY', 200);
    expect(story.timers()).to.include('subscription bob');
    story.nowMs += 20_000;
    story.fires('subscription', story.bob);
    expect(notified(story)).to.deep.equal([
      ...['Event: refer', 'Subscription-State: terminated;reason=timeout', 'SIP/2.0 180 Ringing'],
    ]);
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave', 'bob ← BYE']);
  });

  it('that asks again in time goes on, and ends with the last word; no timer stays', () => {
    const story = referred();
    subscribes(story, 'Event: refer', 'Expires: 20');
    story.bob.replies('NOTIFY', 200);
    story.nowMs += 19_000;
    subscribes(story, 'Event: refer', 'Expires: 20');
    story.bob.replies('NOTIFY', 200);
    story.nowMs += 1_000;
    story.fires('subscription', story.bob);
    expect(story.heard(), 'the timer of before').to.deep.equal([]);
    story.dave.rejects(486, 'Busy Here');
    expect(notified(story)).to.include('Subscription-State: terminated;reason=noresource');
    story.bob.replies('NOTIFY', 200);
    expect(story.timers()).to.deep.equal([]);
  });

  for (const [what, expires] of [
    ['more', 'Expires: 3600'],
    ['nothing in particular', 'Subject: none'],
  ] as const) {
    it(`that asks for ${what} gets as long as the transfer may last`, () => {
      const story = referred();
      subscribes(story, 'o: refer', expires);
      expect(answered(story)).to.deep.equal([`Expires: ${String(lastsS)}`]);
      expect(story.timers()).to.not.include('subscription bob');
    });
  }

  it('that wants no more is told so, and nothing else', () => {
    const story = referred();
    expect(subscribes(story, 'Event: Refer', 'Expires: 0')).to.deep.equal(['bob ← 200 to SUBSCRIBE', notify]);
    expect(answered(story)).to.deep.equal(['Expires: 0']);
    expect(notified(story)).to.include('Subscription-State: terminated;reason=timeout');
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.dave.rejects(486, 'Busy Here');
    expect(story.heard()).to.deep.equal([]);
    expect(subscribes(story, 'Event: refer', 'Expires: 20')).to.deep.equal(['bob ← 481 to SUBSCRIBE']);
  });

  it('is told by the NOTIFY that waits, when one does', () => {
    const story = new Story({ routing: { trunks: [office] } }).established();
    story.bob.sends('REFER', { headers: ['CSeq: 7 REFER', toDave] });
    story.dave.rings();
    story.heard();
    for (let times = 0; times < 20; times += 1) subscribes(story, 'Event: refer', 'Expires: 30');
    expect(story.call.callee?.referrals.waiting).to.have.lengthOf(1);
    story.bob.replies('NOTIFY', 200);
    expect(notified(story)).to.include('Subscription-State: active;expires=30');
  });

  const refusals: readonly [
    what: string,
    headers: readonly string[],
    status: number,
    says: readonly string[],
  ][] = [
    ['of another one', ['Event: refer;id=7'], 481, []],
    ['of another package', ['Event: presence'], 489, ['Allow-Events: refer']],
    ['of no package', [], 489, ['Allow-Events: refer']],
    ['for no time that can be read', ['Event: refer', 'Expires: soon'], 400, []],
  ];
  for (const [what, headers, status, says] of refusals) {
    it(`${what} is refused with ${String(status)}`, () => {
      const story = referred();
      expect(subscribes(story, ...headers)).to.deep.equal([`bob ← ${String(status)} to SUBSCRIBE`]);
      expect(answered(story)).to.deep.equal(says);
      expect(story.call.callee?.referrals.subscription).to.not.equal(undefined);
    });
  }

  it('names that of a later REFER by its CSeq', () => {
    const story = referred();
    story.dave.rejects(486, 'Busy Here');
    story.bob.replies('NOTIFY', 200);
    story.bob.sends('REFER', { headers: ['CSeq: 9 REFER', toDave] });
    story.bob.replies('NOTIFY', 200);
    story.heard();
    expect(subscribes(story, 'Event: refer')).to.deep.equal(['bob ← 481 to SUBSCRIBE']);
    expect(subscribes(story, 'Event: refer;id=9')).to.deep.equal(['bob ← 200 to SUBSCRIBE', notify]);
  });

  it('is 481 where there is no transfer, for who departs after one, and 405 where there are none', () => {
    const idle = new Story({ routing: { trunks: [office] } }).established();
    expect(subscribes(idle, 'Event: refer')).to.deep.equal(['bob ← 481 to SUBSCRIBE']);
    const story = referred();
    story.dave.answers({ sdp: 'from dave' });
    story.heard();
    expect(subscribes(story, 'Event: refer', 'Expires: 60')).to.deep.equal(['bob ← 481 to SUBSCRIBE']);
    const rejecting = { ...office, transfer: 'reject' } as const;
    const none = new Story({ routing: { trunks: [rejecting] } }).established();
    expect(subscribes(none, 'Event: refer')).to.deep.equal(['bob ← 405 to SUBSCRIBE']);
  });

  it('ends with the call, timer and all', () => {
    const story = referred();
    subscribes(story, 'Event: refer', 'Expires: 20');
    story.alice.hangsUp();
    story.dave.rejects(487, '');
    expect(story.timers().filter(timer => timer !== 'linger')).to.deep.equal([]);
  });
});
