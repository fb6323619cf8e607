import { expect } from 'chai';
import { pairs, Story, textOf, trunk } from '../support/story.ts';

const toDave = 'Refer-To: <sip:dave@192.0.2.4>';

/** Where bob and dave are: one may name the other. */
const office = trunk({ name: 'office', sources: ['192.0.2.0/24'] });
const inOffice = { routing: { trunks: [office] } };

/** Bob, whom alice has called, gives her to dave. */
function referred(headers: readonly string[] = [toDave]): Story {
  const story = new Story(inOffice).established();
  story.bob.sends('REFER', { headers: ['CSeq: 7 REFER', 'Max-Forwards: 70', ...headers] });
  return story;
}

/** What a NOTIFY says. */
function notified(story: Story, who: 'alice' | 'bob' = 'bob'): string[] {
  const { payload } = story[who].got('request', 'NOTIFY');
  return [...textOf(payload.headers), payload.body?.contentType ?? '', payload.body?.content ?? ''];
}

describe('a REFER', () => {
  it('is accepted, its sender told at once, and the target called as if the other party called it', () => {
    const story = referred();
    expect(story.heard()).to.deep.equal([
      'bob ← 202 to REFER',
      'bob ← NOTIFY message/sipfrag;version=2.0',
      'dave ← INVITE offer',
    ]);
    expect(notified(story)).to.deep.equal([
      'Event: refer',
      'Subscription-State: active;expires=92',
      'message/sipfrag;version=2.0',
      'SIP/2.0 100 Trying\r\n',
    ]);
    expect(story.dave.got('invite')).to.include({
      requestUri: 'sip:dave@192.0.2.4',
      from: '"Alice" <sip:alice@localhost>',
      to: '<sip:dave@192.0.2.4>',
      contactUser: 'alice',
      maxForwards: 69,
    });
  });

  it('of the caller gives the called away, who is the From of the INVITE', () => {
    const story = new Story(inOffice).established();
    story.alice.sends('REFER', { headers: [toDave] });
    expect(story.heard().at(-1)).to.equal('dave ← INVITE answer');
    expect(story.dave.got('invite').from).to.equal('<sip:bob@localhost>');
  });

  it('leads to a call between the other party and the target, once the target has answered', () => {
    const story = referred();
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.dave.rings();
    expect(notified(story).slice(-1)).to.deep.equal(['SIP/2.0 180 Ringing\r\n']);
    story.bob.replies('NOTIFY', 200);
    expect(story.heard()).to.deep.equal(['bob ← NOTIFY message/sipfrag;version=2.0']);
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal([
      'dave ← ACK',
      'bob ← NOTIFY message/sipfrag;version=2.0',
      'alice ← INVITE from dave',
    ]);
    expect(notified(story)).to.deep.equal([
      'Event: refer',
      'Subscription-State: terminated;reason=noresource',
      'message/sipfrag;version=2.0',
      'SIP/2.0 200 OK\r\n',
    ]);
    story.bob.replies('NOTIFY', 200);
    story.alice.replies('INVITE', 200, { sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← ACK to re-INVITE']);
    expect(story.call.callee?.dn).to.equal('dave');
    expect(story.timers()).to.deep.equal([]);
    story.dave.hangsUp();
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
  });

  it('brings its data, and what is embedded before what stands beside it, to all three', () => {
    const embedded = 'Refer-To: <sip:dave@192.0.2.4?X-MS-Custom-Case=7&Subject=hello>';
    const story = new Story(inOffice).established({ headers: ['X-MS-Custom-Case: 1', 'X-MS-Custom-Old: 2'] });
    story.bob.sends('REFER', { headers: [embedded, 'X-MS-Custom-Case: 8', 'X-MS-Custom-New: 3'] });
    const { headers } = story.dave.got('invite').payload;
    expect(textOf(headers).filter(line => /^(?:X-MS|Subject)/.test(line))).to.deep.equal([
      'Subject: hello',
      'X-MS-Custom-Case: 7',
      'X-MS-Custom-Old: 2',
      'X-MS-Custom-New: 3',
    ]);
    expect(pairs(story.call.data)).to.deep.equal({ Case: '7', Old: '2', New: '3' });
    expect(
      story.changes.map(({ ThisDN, ThirdPartyDN }) => `${ThisDN ?? ''} by ${ThirdPartyDN}`),
    ).to.deep.equal(['alice by bob', 'bob by bob']);
  });

  it('passes its own Referred-By on as it is, and a Replaces of somebody else', () => {
    const replaces = 'Refer-To: <sip:dave@192.0.2.4?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>';
    const story = referred([replaces, 'Referred-By: <sip:bob@b.example;x-m=1>;x="y"']);
    expect(textOf(story.dave.got('invite').payload.headers)).to.include.members([
      'Referred-By: <sip:bob@b.example;x-m=1>;x="y"',
      'Replaces: x;to-tag=1;from-tag=2',
      'Require: replaces',
    ]);
  });

  it('brings no header along that a URI may not bring, and each is counted', () => {
    const story = referred(['Refer-To: <sip:dave@192.0.2.4?From=x&Route=y&P-Asserted-Identity=z&X-Fine=1>']);
    expect(story.dave.gotHeaders('invite')).to.deep.equal(['X-Fine: 1']);
    expect(story.noted('dropped').flatMap(({ drops }) => drops)).to.deep.equal([
      { key: 'From', code: 'embedded-forbidden' },
      { key: 'Route', code: 'embedded-forbidden' },
      { key: 'P-Asserted-Identity', code: 'embedded-forbidden' },
    ]);
  });

  it('that wants no NOTIFYs gets none, and says so both ways', () => {
    const story = referred([toDave, 'Refer-Sub: false', 'Require: norefersub']);
    expect(story.heard()).to.deep.equal(['bob ← 202 to REFER', 'dave ← INVITE offer']);
    expect(story.bob.gotHeaders('respond')).to.deep.equal(['Refer-Sub: false']);
    story.dave.rings();
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave', 'bob ← BYE']);
  });

  it('is named by its CSeq in the NOTIFYs when it is not the first of its dialog', () => {
    const story = referred();
    story.dave.rejects(486, 'Busy Here');
    story.bob.replies('NOTIFY', 200);
    expect(notified(story)[0]).to.equal('Event: refer');
    story.bob.replies('NOTIFY', 200);
    story.bob.sends('REFER', { headers: ['CSeq: 9 REFER', toDave] });
    expect(notified(story)[0]).to.equal('Event: refer;id=9');
  });

  const refusals: readonly [what: string, headers: readonly string[], status: number][] = [
    ['without Refer-To', [], 400],
    ['with two Refer-To', [toDave, toDave], 400],
    ['with two addresses in Refer-To', [`${toDave}, <sip:eve@192.0.2.4>`], 400],
    ['whose Refer-To cannot be read', ['Refer-To: <sip:@>'], 400],
    ['that wants another method', ['Refer-To: <sip:dave@192.0.2.4;method=BYE>'], 400],
    ['to a scheme that is not served', ['Refer-To: <sips:dave@192.0.2.4>'], 416],
    ['to a page', ['Refer-To: <https://example.com/>'], 416],
    ['without a hop left', [toDave, 'Max-Forwards: 0'], 483],
    ['with an extension that we do not have', [toDave, 'Require: tdialog'], 420],
  ];
  for (const [what, headers, status] of refusals) {
    it(`${what} is refused with ${status}, and the call goes on`, () => {
      const story = new Story(inOffice).established();
      story.bob.sends('REFER', { headers });
      expect(story.heard()).to.deep.equal([`bob ← ${status} to REFER`]);
      expect(story.call).to.include({ state: 'established', transfer: undefined });
    });
  }

  it('to where its sender may not call is refused at once', () => {
    const carrier = trunk({ name: 'carrier', sources: ['192.0.2.2/32'] });
    const story = new Story({
      routing: { trunks: [carrier], trusted: ['198.51.100.0/24'] },
      source: { address: '198.51.100.1' },
    }).established();
    story.bob.sends('REFER', { headers: ['Refer-To: <sip:eve@203.0.113.9>'] });
    expect(story.heard()).to.deep.equal(['bob ← 403 to REFER']);
    expect(story.noted('transferRefused')).to.deep.include.members([
      {
        note: 'transferRefused',
        leg: story.bob.leg,
        status: 403,
        code: 'relay-denied',
        reason: 'the Request-URI is outside trunks and routes',
      },
    ]);
  });

  it('to a number finds its way by the routes', () => {
    const routes = [
      { number: '^\\+49', targets: ['sip:192.0.2.9', 'sip:192.0.2.8'] },
      { targets: ['sip:bob@192.0.2.2'] },
    ];
    const story = new Story({ routing: { routes } }).established();
    story.bob.sends('REFER', { headers: ['Refer-To: <tel:+4930123>'] });
    expect(story.heard().at(-1)).to.equal('+4930123 ← INVITE offer');
    expect(story.effects.at(-2)).to.include({ requestUri: 'sip:+4930123@192.0.2.9;user=phone' });
  });

  it('to a URI finds its way by the routes where the trunk wants it so', () => {
    const pbx = trunk({ name: 'pbx', sources: ['192.0.2.2/32'], referTo: 'routes' });
    const routes = [{ trunk: 'pbx', targets: ['sip:192.0.2.9'] }, { targets: ['sip:bob@192.0.2.2'] }];
    const story = new Story({ routing: { trunks: [pbx], routes } }).established();
    story.bob.sends('REFER', { headers: [toDave] });
    expect(story.dave.got('invite').requestUri).to.equal('sip:dave@192.0.2.9');
  });

  it('before the call is up has to come again', () => {
    const story = new Story(inOffice).invite({ sdp: 'offer' });
    story.bob.rings();
    story.bob.sends('REFER', { headers: [toDave] });
    expect(story.heard().at(-1)).to.equal('bob ← 500 to REFER');
    expect(story.bob.gotHeaders('respond')[0]).to.equal('Retry-After: 1');
  });

  it('during a transfer has to come again, from the other party is glare', () => {
    const story = referred();
    story.heard();
    story.bob.sends('REFER', { headers: [toDave] });
    story.alice.sends('REFER', { headers: [toDave] });
    expect(story.heard()).to.deep.equal(['bob ← 500 to REFER', 'alice ← 491 to REFER']);
  });

  it('is one of as many as a call may have', () => {
    const story = new Story({ ...inOffice, env: { maxTransfers: 1 } }).established();
    story.bob.sends('REFER', { headers: [toDave] });
    story.dave.rejects(486, 'Busy Here');
    story.heard();
    story.bob.sends('REFER', { headers: [toDave] });
    expect(story.heard()).to.deep.equal(['bob ← 483 to REFER']);
  });
});

describe('the NOTIFYs of a REFER', () => {
  it('go one after the other, each provisional response once', () => {
    const story = referred();
    story.heard();
    story.dave.rings(183);
    story.dave.rings(180);
    story.dave.rings(180);
    expect(story.heard()).to.deep.equal([]);
    const told: string[] = [];
    for (let answered = 0; answered < 3; answered += 1) {
      told.push(...notified(story).slice(-1));
      story.bob.replies('NOTIFY', 200);
    }
    expect(told).to.deep.equal([
      'SIP/2.0 100 Trying\r\n',
      'SIP/2.0 183 Session Progress\r\n',
      'SIP/2.0 180 Ringing\r\n',
    ]);
    expect(story.timers()).to.deep.equal(['no-answer dave']);
  });

  for (const status of [481, 405, 500, 408]) {
    it(`end with one that is answered ${status}; the transfer goes on`, () => {
      const story = referred();
      story.bob.replies('NOTIFY', status);
      story.heard();
      story.dave.rings();
      story.dave.answers({ sdp: 'from dave' });
      expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave', 'bob ← BYE']);
    });
  }

  it('hold nothing up when nobody answers them', () => {
    const story = referred();
    story.heard();
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave']);
    story.fires('referral', story.bob);
    expect(story.heard(), 'RFC 6665 §4.2.2: the subscription has ended').to.deep.equal(['bob ← BYE']);
  });
});
