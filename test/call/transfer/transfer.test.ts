import { expect } from 'chai';
import type { Dn } from '../../../lib/call/ids.ts';
import type { TransferWanted } from '../../../lib/call/transfer/transfer-request.ts';
import { pairs, Story, trunk } from '../support/story.ts';

const office = trunk({ name: 'office', sources: ['192.0.2.0/24'] });
const inOffice = { routing: { trunks: [office] } };
const toDave = 'Refer-To: <sip:dave@192.0.2.4>';

/** Bob, whom alice has called, gives her to dave; the first NOTIFY is answered. */
function referred(story = new Story(inOffice).established()): Story {
  story.bob.sends('REFER', { headers: ['CSeq: 7 REFER', toDave] });
  story.bob.replies('NOTIFY', 200);
  story.heard();
  return story;
}

/** Nobody is on the call any more, and nothing is waited for. */
function expectNothingLeft(story: Story): void {
  const { state, transfer, departing, leaving } = story.call;
  expect({ state, transfer, departing, leaving, timers: story.timers() }).to.deep.equal({
    ...{ state: 'released', transfer: undefined, departing: [], leaving: [], timers: [] },
  });
}

describe('a transfer', () => {
  for (const [status, told] of [
    [486, 'SIP/2.0 486 Busy Here\r\n'],
    [302, 'SIP/2.0 302 Moved\r\n'],
    [603, 'SIP/2.0 603 Decline\r\n'],
    // The challenge is for us, who have no credentials.
    [401, 'SIP/2.0 403 Forbidden\r\n'],
  ] as const) {
    it(`whose target answers ${status} is told so, and the call goes on as it was`, () => {
      const story = referred();
      story.dave.rings();
      story.bob.replies('NOTIFY', 200);
      const reason = { 486: 'Busy Here', 302: 'Moved', 603: 'Decline', 401: 'Unauthorized' }[status];
      story.dave.rejects(status, reason);
      expect(story.bob.got('request', 'NOTIFY').payload.body?.content).to.equal(told);
      story.bob.replies('NOTIFY', 200);
      story.heard();
      story.alice.sends('INFO', { body: { contentType: 'application/dtmf-relay', content: 'Signal=1' } });
      expect(story.heard()).to.deep.equal(['bob ← INFO application/dtmf-relay']);
      expect(story.timers()).to.deep.equal([]);
    });
  }

  it('whose target rings too long is taken back, and told as 408', () => {
    const story = referred();
    story.dave.rings();
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.fires('no-answer', story.dave);
    expect(story.heard()).to.deep.equal(['dave ← CANCEL', 'bob ← NOTIFY message/sipfrag;version=2.0']);
    expect(story.bob.got('request', 'NOTIFY').payload.body?.content).to.equal(
      'SIP/2.0 408 Request Timeout\r\n',
    );
    story.dave.rejects(487, 'Request Terminated');
    expect(story.call).to.deep.include({ state: 'established', leaving: [] });
  });

  it('ends the 2xx of a target that crosses the CANCEL', () => {
    const story = referred();
    story.fires('no-answer', story.dave);
    story.heard();
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'dave ← BYE']);
    expect(story.call).to.deep.include({ state: 'established', leaving: [] });
  });

  it('tries the next target that the routes have', () => {
    const routes = [
      { number: '^dave$', targets: ['sip:192.0.2.8', 'sip:dave-2@192.0.2.9'] },
      { targets: ['sip:bob@192.0.2.2'] },
    ];
    const story = new Story({
      routing: { trunks: [{ ...office, referTo: 'routes' }], routes },
    }).established();
    story.bob.sends('REFER', { headers: [toDave] });
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.dave.rejects(503, '');
    expect(story.heard()).to.deep.equal(['dave-2 ← INVITE offer']);
    expect(story.noted('failedOver')).to.have.length(1);
  });

  describe('whose target sends on to somebody else', () => {
    const pbx = trunk({ name: 'pbx', sources: ['192.0.2.0/24'], redirects: 'follow' });
    const inPbx = { routing: { trunks: [pbx], anyTarget: 'never' as const } };
    const sendOn = (story: Story, contact: string) =>
      story.dave.rejects(302, 'Moved', { headers: [`Contact: ${contact}`] });

    it('calls that one, where the trunk has it so, with the data that comes along', () => {
      const story = referred(new Story(inPbx).established());
      sendOn(story, '<sip:carol@192.0.2.3?X-MS-Custom-Desk=5>');
      expect(story.heard().at(-1)).to.equal('carol ← INVITE offer');
      expect(story.carol.gotHeaders('invite')).to.include('X-MS-Custom-Desk: 5');
      expect(story.noted('failedOver')[0]?.verdict).to.include({ why: 'redirected', sipStatus: 302 });
      const [first, ...others] = story.changes.map(({ ThisDN, ThirdPartyDN }) => [ThisDN, ThirdPartyDN]);
      expect(first).to.deep.equal(['alice', 'dave']);
      expect(others.map(([who]) => who)).to.deep.equal(['bob', 'carol', undefined]);
      story.carol.answers({ sdp: 'carols' });
      expect(story.call.callee?.dn).to.equal('carol');
      const diverted = story.events.find(({ id }) => id === 'EventDiverted');
      expect(diverted).to.include({ ThisDN: 'dave', ThirdPartyDN: 'carol', CallState: 'Redirected' });
    });

    it('tells the transferor, where that one could not be called by it, or it goes round in circles', () => {
      const foreign = referred(new Story(inPbx).established());
      sendOn(foreign, '<sip:carol@198.51.100.1>');
      expect(foreign.heard()).to.deep.equal(['bob ← NOTIFY message/sipfrag;version=2.0']);
      const circle = referred(new Story(inPbx).established());
      for (let times = 0; times <= 5; times += 1) sendOn(circle, '<sip:dave@192.0.2.4>');
      expect(circle.heard().filter(line => line === 'dave ← INVITE offer')).to.have.lengthOf(5);
      expect(circle.call).to.deep.include({ state: 'established', transfer: undefined });
    });

    it('tries the other targets after it', () => {
      const routes = [
        { number: '^5', targets: ['sip:dave@192.0.2.4', 'sip:carol@192.0.2.3'] },
        { targets: ['sip:bob@192.0.2.2'] },
      ];
      const story = new Story({ routing: { trunks: [pbx], routes } }).established();
      story.bob.sends('REFER', { headers: ['CSeq: 7 REFER', 'Refer-To: <tel:5>'] });
      sendOn(story, '<sip:dave@192.0.2.5>');
      expect(story.dave.got('invite').requestUri).to.equal('sip:dave@192.0.2.5');
      story.dave.rejects(503, 'Down');
      expect(story.carol.got('invite').requestUri).to.equal('sip:carol@192.0.2.3');
    });
  });

  it('whose target answers without SDP has failed', () => {
    const story = referred();
    story.dave.answers();
    expect(story.heard()).to.deep.equal([
      'dave ← ACK',
      'dave ← BYE',
      'bob ← NOTIFY message/sipfrag;version=2.0',
    ]);
    expect(story.call.state).to.equal('established');
  });

  it('takes the answer of a target from its 18x when the 2xx has none', () => {
    const story = referred();
    story.dave.rings(183, { sdp: 'from dave' });
    story.dave.answers();
    expect(story.heard()).to.include('alice ← INVITE from dave');
  });

  it('is of a call in which nobody speaks of media, too', () => {
    const story = new Story(inOffice).invite();
    story.bob.answers();
    story.alice.acknowledges();
    referred(story);
    expect(story.dave.got('invite').payload.body).to.equal(undefined);
    story.dave.answers();
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'bob ← NOTIFY message/sipfrag;version=2.0']);
    expect(story.call.callee?.dn).to.equal('dave');
  });

  it('offers the target what the other party answers otherwise, and then leaves it', () => {
    const story = referred();
    story.dave.answers({ sdp: 'from dave' });
    story.heard();
    story.alice.replies('INVITE', 200, { sdp: 'offer for dave' });
    expect(story.heard()).to.deep.equal(['alice ← ACK to re-INVITE', 'dave ← INVITE offer for dave']);
    story.dave.replies('INVITE', 200, { sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK to re-INVITE']);
  });

  it('waits with its re-INVITE for that of the other party', () => {
    const story = referred();
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal([
      'bob ← INVITE hold',
      'dave ← ACK',
      'alice ← 491 to INVITE',
      'bob ← NOTIFY message/sipfrag;version=2.0',
      'alice ← INVITE from dave',
    ]);
  });

  it('takes a re-INVITE of the transferor back, and offers when the other party has said its last word on it', () => {
    const story = referred();
    story.bob.sends('INVITE', { sdp: 'hold' });
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal([
      'alice ← INVITE hold',
      'dave ← ACK',
      'bob ← 487 to INVITE',
      'alice ← CANCEL of re-INVITE',
      'bob ← NOTIFY message/sipfrag;version=2.0',
    ]);
    story.alice.replies('INVITE', 487);
    expect(story.heard()).to.deep.equal(['alice ← INVITE from dave']);
  });

  it('answers in its place when the other party has made the offer that the transferor asked for', () => {
    const story = referred();
    story.bob.sends('INVITE');
    story.dave.answers({ sdp: 'from dave' });
    story.heard();
    story.alice.replies('INVITE', 200, { sdp: 'anew' });
    expect(story.heard()[0]).to.equal('alice ← ACK to re-INVITE from dave');
  });

  it('goes on when its re-INVITE is refused: the call stays', () => {
    const story = referred();
    story.dave.answers({ sdp: 'from dave' });
    story.alice.replies('INVITE', 488);
    story.bob.replies('NOTIFY', 200);
    expect(story.call).to.include({ state: 'established' });
    expect(story.noted('disagreed')).to.have.length(1);
  });

  it('tells the target what has changed while it rang', () => {
    const story = referred();
    story.dave.rings();
    story.alice.sends('INFO', { headers: ['X-MS-Custom-CaseId: 42'] });
    story.heard();
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.include('dave ← INFO event');
    expect(pairs(story.dave.told()[0]?.UserData ?? [])).to.deep.equal({ CaseId: '42' });
  });

  it('lets the target change the data while it rings, and asks nothing else of a ringing target', () => {
    const story = referred();
    story.dave.rings();
    story.heard();
    story.dave.sends('INFO', { headers: ['X-MS-Custom-CaseId: 42'] });
    story.dave.sends('OPTIONS');
    story.dave.sends('UPDATE');
    story.dave.sends('UPDATE', { sdp: 'early' });
    story.dave.sends('MESSAGE');
    expect(story.heard().filter(line => line.startsWith('dave'))).to.deep.equal([
      'dave ← 200 to INFO',
      'dave ← 200 to OPTIONS',
      'dave ← 200 to UPDATE',
      'dave ← 500 to UPDATE',
      'dave ← 480 to MESSAGE',
    ]);
    expect(pairs(story.call.data)).to.deep.equal({ CaseId: '42' });
  });
});

describe('the transferor', () => {
  it('may hang up before the target answers: no more NOTIFYs, and the transfer goes on', () => {
    const story = referred();
    story.dave.rings();
    story.heard();
    story.bob.hangsUp();
    expect(story.heard()).to.deep.equal([]);
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave']);
    expect(story.call).to.deep.include({ departing: [], state: 'established' });
    expect(story.timers()).to.deep.equal([]);
  });

  it('that has called first is told of its end when it hangs up, not when the transfer ends', () => {
    const story = new Story(inOffice).established();
    story.alice.sends('REFER', { headers: [toDave] });
    story.alice.hangsUp();
    const released = () => story.events.filter(({ id }) => id === 'EventReleased').map(one => one.ThisDN);
    expect(released()).to.deep.equal(['alice']);
    story.dave.answers({ sdp: 'from dave' });
    expect(released()).to.deep.equal(['alice']);
  });

  it('may be lost just so', () => {
    const story = referred();
    story.bob.isLost();
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave']);
  });

  it('that has gone leaves nobody to go back to: the target refuses, and the other party is released', () => {
    const story = referred();
    story.bob.hangsUp();
    story.dave.rejects(486, 'Busy Here');
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
    expect(story.alice.got('hangUp').headers).to.deep.equal([
      { name: 'Reason', value: 'SIP;cause=486;text="Busy Here"' },
    ]);
    expect(story.noted('released')[0]?.verdict).to.deep.include({ why: 'busy', atFault: 'callee' });
    expectNothingLeft(story);
  });

  it('may hang up with the last NOTIFY unanswered', () => {
    const story = referred();
    story.dave.answers({ sdp: 'from dave' });
    story.heard();
    story.bob.hangsUp();
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.departing).to.deep.equal([]);
    expect(story.timers()).to.deep.equal([]);
  });

  it('is not let go before it has answered the last NOTIFY, and is asked nothing of the call', () => {
    const story = referred();
    story.dave.answers({ sdp: 'from dave' });
    story.heard();
    for (const method of ['OPTIONS', 'INVITE', 'MESSAGE', 'REFER']) story.bob.sends(method, { sdp: 'x' });
    story.alice.sends('INFO', { body: { contentType: 'application/dtmf-relay', content: 'Signal=1' } });
    expect(story.heard()).to.deep.equal([
      'bob ← 200 to OPTIONS',
      'bob ← 481 to INVITE',
      'bob ← 481 to MESSAGE',
      'bob ← 481 to REFER',
      'dave ← INFO application/dtmf-relay',
    ]);
  });
});

describe('the end of a call during a transfer', () => {
  it('by the other party cancels the target, and tells the transferor before its BYE', () => {
    const story = referred();
    story.dave.rings();
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal([
      'dave ← CANCEL',
      'bob ← NOTIFY message/sipfrag;version=2.0',
      'bob ← BYE',
    ]);
    expect(story.bob.got('request', 'NOTIFY').payload.body?.content).to.equal(
      'SIP/2.0 487 Request Terminated\r\n',
    );
    story.dave.rejects(487, 'Request Terminated');
    expect(story.call).to.deep.include({ state: 'released', transfer: undefined, leaving: [] });
    expect(story.timers()).to.deep.equal(['linger']);
  });

  it('by request ends all three', () => {
    const story = referred();
    const verdict = { by: 'third-party', why: 'requested', atFault: 'none' } as const;
    story.feed({ type: 'releaseWanted', status: 480, reason: 'released by request', verdict });
    expect(story.heard()).to.deep.equal([
      'dave ← CANCEL',
      'bob ← NOTIFY message/sipfrag;version=2.0',
      'bob ← BYE',
      'alice ← BYE',
    ]);
    story.dave.answers({ sdp: 'too late' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'dave ← BYE']);
  });

  it('right after it ends who is still to be let go, too', () => {
    const story = referred();
    story.dave.answers({ sdp: 'from dave' });
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['bob ← BYE', 'dave ← BYE']);
    expectNothingLeft(story);
  });
});

describe('a transfer over an API', () => {
  const wanted: TransferWanted = {
    ...{ type: 'transferWanted', mode: 'single-step', to: 'sip:dave@192.0.2.4', local: true },
    ...{ party: 'bob' as Dn, thirdPartyDn: 'crm' as Dn, entries: [] },
  };

  it('single-step releases the party when the target has answered', () => {
    const story = new Story(inOffice).established().feed(wanted);
    expect(story.heard()).to.deep.equal(['dave ← INVITE offer']);
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave', 'bob ← BYE']);
  });

  it('blind releases the party at once', () => {
    const story = new Story(inOffice).established().feed({ ...wanted, mode: 'blind' });
    expect(story.heard()).to.deep.equal(['dave ← INVITE offer', 'bob ← BYE']);
    expect(story.events.at(-1)).to.include({ id: 'EventReleased', ThisDN: 'bob', CallState: 'Transferred' });
    story.dave.answers({ sdp: 'from dave' });
    expect(story.heard()).to.deep.equal(['dave ← ACK', 'alice ← INVITE from dave']);
  });

  it('changes the data first, by who asks for it', () => {
    const entries = [{ key: 'CaseId', type: 'string', value: '42', scope: 'sip' }] as const;
    const story = new Story(inOffice).established().feed({ ...wanted, entries });
    expect(story.dave.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-CaseId: 42']);
    expect(story.changes.map(({ ThirdPartyDN }) => ThirdPartyDN)).to.deep.equal(['crm', 'crm', 'crm']);
  });

  const refusals: readonly [what: string, parts: Partial<TransferWanted>, code: string][] = [
    ['by nobody on the call', { party: 'eve' as Dn }, 'party-unknown'],
    ['to where the requester may not call', { to: 'sip:eve@203.0.113.9', local: false }, 'relay-denied'],
    [
      'with data that cannot be',
      { entries: [{ key: '', type: 'string', value: '', scope: 'sip' }] },
      'bad-key',
    ],
  ];
  for (const [what, parts, code] of refusals) {
    it(`${what} is refused, and nothing is changed`, () => {
      const story = new Story(inOffice).established();
      const decision = story.asks({ ...wanted, ...parts });
      expect(decision.refusal?.code).to.equal(code);
      expect(decision.effects).to.deep.equal([]);
      expect(decision.call.transfer).to.equal(undefined);
    });
  }

  it('waits for nothing: a call that is not up, or is being transferred, is refused', () => {
    const story = new Story(inOffice).invite({ sdp: 'offer' });
    expect(story.asks(wanted).refusal?.code).to.equal('call-not-up');
    story.bob.answers({ sdp: 'answer' });
    story.alice.acknowledges();
    referred(story);
    expect(story.asks(wanted).refusal?.code).to.equal('transfer-under-way');
  });
});
