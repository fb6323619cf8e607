import { expect } from 'chai';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import { pairs, Story, type StoryOptions } from '../support/story.ts';

const sdp = (who: string, more = '') =>
  `v=0\r\no=${who} 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 400${String(who.length)} RTP/AVP 0\r\n${more}`;
const body = (payload: { readonly body?: { readonly content: string } }) => payload.body?.content ?? '';

/** Tags as they stand on the wire: `a` is alice's, `A` ours towards her. */
const alice = ['From: <sip:alice@x>;tag=a', 'To: <sip:bob@x>'];
const aliceLater = ['From: <sip:alice@x>;tag=a', 'To: <sip:bob@x>;tag=A'];
const bob = ['Call-ID: call-of-bob', 'From: <sip:alice@x>;tag=B', 'To: <sip:bob@x>;tag=b'];

const ofAlice = 'call-of-alice;to-tag=A;from-tag=a';
const ofBob = 'call-of-bob;to-tag=B;from-tag=b';

const ringing = (offer: string | undefined = sdp('alice'), options: StoryOptions = {}) => {
  const story = new Story(options).invite({ headers: alice, ...(offer !== '' && { sdp: offer }) });
  story.bob.rings(180, { headers: bob });
  story.heard();
  return story;
};

const established = (options: StoryOptions = {}) => {
  const story = ringing(sdp('alice'), options);
  story.bob.answers({ headers: bob, sdp: sdp('bob') });
  story.alice.acknowledges({ headers: aliceLater });
  story.heard();
  return story;
};

/** Whom an event was told, and the others that it names. */
const told = (story: Story) =>
  story.events
    .filter(({ id }) => id !== 'EventAttachedDataChanged')
    .map(event => {
      const {
        id,
        ThisDN,
        OtherDN = '',
        ThirdPartyDN = '',
        CallState = '',
      } = event as unknown as Record<string, string>;
      return [id?.slice(5), ThisDN, OtherDN, ThirdPartyDN, CallState].join(' ');
    });

describe('an INVITE with Replaces for a party of a call', () => {
  for (const [whose, named, gone, stays] of [
    ['alice', ofAlice, 'alice', 'bob'],
    ['bob', ofBob, 'bob', 'alice'],
    ["alice, from bob's point of view", 'call-of-bob;to-tag=b;from-tag=B', 'alice', 'bob'],
    ["bob, from alice's point of view", 'call-of-alice;to-tag=a;from-tag=A', 'bob', 'alice'],
  ] as const) {
    it(`puts its sender into the place of ${whose}`, () => {
      const story = established();
      const before = story.events.length;
      story.replaces('dave', named, { sdp: sdp('dave') });
      expect(story.heard()).to.deep.equal([`${stays} ← INVITE ${body(story[stays].got('request').payload)}`]);
      expect(body(story[stays].got('request').payload)).to.include(`o=${gone} 1 2`);
      story[stays].replies('INVITE', 200, { sdp: sdp(stays, 'a=ptime:30\r\n') });
      const answer = body(story.dave.got('answer').payload);
      expect(answer).to.equal(sdp(stays, 'a=ptime:30\r\n'));
      expect(story.heard()).to.deep.equal([`${stays} ← ACK to re-INVITE`, `dave ← 200 ${answer}`]);
      story.dave.acknowledges();
      expect(story.heard()).to.deep.equal([`${gone} ← BYE`]);
      const slots = [story.call.caller.dn, story.call.callee?.dn];
      expect(slots).to.deep.equal(gone === 'alice' ? ['dave', 'bob'] : ['alice', 'dave']);
      expect(story.call.departing).to.deep.equal([]);
      const fresh = new Set(told(story).slice(before));
      expect(fresh).to.deep.equal(
        new Set([
          `PartyChanged ${stays} dave ${gone} Transferred`,
          `Ringing dave ${stays} ${gone} Ok`,
          `Established dave ${stays} ${gone} Ok`,
          `Released ${gone} ${stays}  Transferred`,
        ]),
      );
    });
  }

  it('without an offer is offered what the partner has said, who is asked then', () => {
    const story = established();
    story.replaces('dave', ofAlice);
    expect(story.heard()).to.deep.equal([`dave ← 200 ${sdp('bob')}`]);
    story.dave.acknowledges({ sdp: sdp('dave') });
    const offered = body(story.bob.got('request').payload);
    expect(offered).to.include('o=alice 1 2');
    expect(story.heard()).to.have.members(['alice ← BYE', `bob ← INVITE ${offered}`]);
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
  });

  it('brings data, and is told the data', () => {
    const story = new Story();
    story.invite({ headers: [...alice, 'X-MS-Custom-Case: 1', 'X-MS-Custom-Old: x'], sdp: sdp('alice') });
    story.bob.answers({ headers: bob, sdp: sdp('bob') });
    story.alice.acknowledges({ headers: aliceLater });
    story.replaces('dave', ofAlice, { headers: ['X-MS-Custom-Case: 2'], sdp: sdp('dave') });
    expect(pairs(story.call.data), 'not before it counts').to.deep.equal({ Case: '1', Old: 'x' });
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    expect(story.dave.gotHeaders('answer')).to.deep.equal(['X-MS-Custom-Case: 1', 'X-MS-Custom-Old: x']);
    story.dave.acknowledges();
    expect(pairs(story.call.data)).to.deep.equal({ Case: '2', Old: 'x' });
    expect(story.changes.map(({ ThisDN, ThirdPartyDN }) => [ThisDN, ThirdPartyDN])).to.deep.equal([
      ['dave', 'dave'],
      ['bob', 'dave'],
    ]);
  });

  for (const [partnersStatus, status] of [
    [488, 488],
    [500, 480],
  ] as const) {
    it(`is refused with ${String(status)} when the partner refuses with ${String(partnersStatus)}, and the call stays`, () => {
      const story = established();
      story.replaces('dave', ofAlice, { sdp: sdp('dave') });
      story.bob.replies('INVITE', partnersStatus);
      expect(story.heard().slice(1)).to.deep.equal([`dave ← ${String(status)}`]);
      expect([story.call.state, story.call.transfer]).to.deep.equal(['established', undefined]);
      story.alice.sends('MESSAGE');
      expect(story.heard()).to.deep.equal(['bob ← MESSAGE']);
    });
  }

  it('that is taken back leaves the parties as they were, whatever was offered meanwhile', () => {
    const story = established();
    story.replaces('dave', ofAlice, { sdp: sdp('dave') });
    story.dave.cancels();
    expect(story.call.transfer).to.equal(undefined);
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    const [ack, again] = story.heard().slice(1);
    expect(ack).to.equal('bob ← ACK to re-INVITE');
    expect(again).to.include('bob ← INVITE').and.include('o=alice 1 3');
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('is answered by what the partner says to its own offer, not to that of an earlier one who has gone', () => {
    const story = established();
    story.replaces('carol', ofAlice, { sdp: sdp('carol') });
    story.carol.cancels();
    story.replaces('dave', ofAlice, { sdp: sdp('dave') });
    story.heard();
    story.bob.replies('INVITE', 200, { sdp: sdp('bob', 'a=ptime:10\r\n') });
    const [ack, again, ...rest] = story.heard();
    expect([ack, rest]).to.deep.equal(['bob ← ACK to re-INVITE', []]);
    expect(again).to.match(/^bob ← INVITE/);
    story.bob.replies('INVITE', 200, { sdp: sdp('bob', 'a=ptime:30\r\n') });
    expect(story.heard()).to.deep.equal([
      'bob ← ACK to re-INVITE',
      `dave ← 200 ${sdp('bob', 'a=ptime:30\r\n')}`,
    ]);
    story.dave.acknowledges();
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
  });

  it('and is not refused once it is answered, when the partner refuses the offer of an earlier one', () => {
    const story = established();
    story.replaces('carol', ofAlice, { sdp: sdp('carol') });
    story.carol.cancels();
    story.replaces('dave', ofAlice);
    story.heard();
    story.bob.replies('INVITE', 488);
    expect(story.heard()).to.deep.equal([]);
    story.dave.acknowledges({ sdp: sdp('dave') });
    expect(story.call.caller.dn).to.equal('dave');
  });

  it('is told data that no party may write, too', () => {
    const keys = compileKeyPolicy([{ key: 'Case', write: ['third-party'] }]);
    const story = new Story({ env: { keys } });
    story.invite({ headers: alice, sdp: sdp('alice') });
    story.bob.answers({ headers: bob, sdp: sdp('bob') });
    story.alice.acknowledges({ headers: aliceLater });
    const entries = [{ key: 'Case', type: 'string', value: '1', scope: 'sip' }] as const;
    const operation = { operation: 'attach', entries } as const;
    story.feed({ type: 'dataRequested', operation, thirdPartyDn: 'crm' as Dn });
    story.replaces('dave', ofAlice, { sdp: sdp('dave') });
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    expect(story.dave.gotHeaders('answer')).to.deep.equal(['X-MS-Custom-Case: 1']);
  });

  it('whose sender never acknowledges leaves the parties as they were', () => {
    const story = established();
    story.replaces('dave', ofAlice, { sdp: sdp('dave') });
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    story.heard();
    story.dave.isLost();
    expect(story.heard().join()).to.match(/^bob ← INVITE/);
    expect(story.call.caller.dn).to.equal('alice');
  });

  it('counts as a transfer when its sender has come, and is refused when there are too many', () => {
    const story = established({ env: { maxTransfers: 1 } });
    story.replaces('carol', ofAlice, { sdp: sdp('carol') });
    story.bob.replies('INVITE', 488);
    expect(story.call.transfers).to.equal(0);
    story.replaces('dave', ofAlice, { sdp: sdp('dave') });
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    story.dave.acknowledges();
    expect(story.call.transfers).to.equal(1);
    story.heard();
    story.replaces('carol', ofBob, { sdp: sdp('carol') });
    expect(story.heard()).to.deep.equal(['carol ← 483']);
    expect(story.noted('refused')).to.have.nested.property('[0].code', 'too-many-transfers');
  });

  it('takes the place of one who has hung up meanwhile', () => {
    const story = established();
    story.replaces('dave', ofAlice, { sdp: sdp('dave') });
    story.alice.hangsUp();
    story.bob.replies('INVITE', 200, { sdp: sdp('bob') });
    story.dave.acknowledges();
    expect([story.call.caller.dn, story.call.state]).to.deep.equal(['dave', 'established']);
    expect(story.heard()).to.not.include('alice ← BYE');
  });

  it('ends with the call when the partner hangs up: 603, or BYE once it is answered', () => {
    const asked = established();
    asked.replaces('dave', ofAlice, { sdp: sdp('dave') });
    asked.bob.hangsUp();
    expect(asked.heard().slice(1)).to.have.members(['dave ← 603', 'alice ← BYE']);
    const answered = established();
    answered.replaces('dave', ofAlice);
    answered.heard();
    answered.bob.hangsUp();
    expect(answered.heard()).to.have.members(['dave ← BYE', 'alice ← BYE']);
  });
});

describe('an INVITE with Replaces while the call rings', () => {
  it('picks the call up: the offers answer each other, and who rang gets CANCEL', () => {
    const story = ringing();
    story.replaces('dave', ofBob, { sdp: sdp('dave') });
    expect(story.heard()).to.deep.equal([`dave ← 200 ${sdp('alice')}`]);
    story.dave.acknowledges();
    expect(story.heard()).to.deep.equal(['bob ← CANCEL', `alice ← 200 ${sdp('dave')}`]);
    story.alice.acknowledges({ headers: aliceLater });
    expect(story.heard()).to.deep.equal([]);
    expect([story.call.state, story.call.callee?.dn]).to.deep.equal(['established', 'dave']);
    story.bob.rejects(487, '');
    expect(story.call.leaving).to.deep.equal([]);
    expect(told(story).slice(2)).to.deep.equal([
      'Ringing dave alice bob Ok',
      'Established dave alice bob Ok',
      'Released bob alice  Redirected',
      'Established alice dave  Ok',
    ]);
  });

  it('tells the caller with its 200 what has changed meanwhile', () => {
    const story = ringing();
    const entries = [{ key: 'Desk', type: 'string', value: '5', scope: 'sip' }] as const;
    const operation = { operation: 'update', entries } as const;
    story.feed({ type: 'dataRequested', operation, thirdPartyDn: 'crm' as Dn });
    story.replaces('dave', ofBob, { sdp: sdp('dave') });
    expect(story.dave.gotHeaders('answer')).to.deep.equal(['X-MS-Custom-Desk: 5']);
    story.dave.acknowledges();
    expect(story.alice.gotHeaders('answer')).to.deep.equal(['X-MS-Custom-Desk: 5']);
    expect(story.call.caller.owed).to.deep.equal([]);
  });

  it('picks it up with one offer only, whoever has made it', () => {
    const hers = ringing();
    hers.replaces('dave', ofBob);
    hers.dave.acknowledges({ sdp: sdp('dave') });
    expect(hers.heard().at(-1)).to.equal(`alice ← 200 ${sdp('dave')}`);
    const his = ringing('');
    his.replaces('dave', ofBob, { sdp: sdp('dave') });
    expect(body(his.dave.got('answer').payload)).to.include('a=inactive');
    his.dave.acknowledges();
    expect(body(his.alice.got('answer').payload)).to.equal(sdp('dave'));
    his.heard();
    his.alice.acknowledges({ headers: aliceLater, sdp: sdp('alice') });
    expect(his.heard().join()).to.match(/^dave ← INVITE/);
  });

  const failures: [how: string, fails: (story: Story) => void][] = [
    ['refuses', story => story.bob.rejects(503, 'Down')],
    ['is busy', story => story.bob.rejects(486, 'Busy Here')],
    ['rings too long', story => story.fires('no-answer', story.bob)],
    ['hangs up', story => story.bob.hangsUp()],
    ['is lost', story => story.bob.isLost()],
  ];
  const pickedUp = (fails: (story: Story) => void, options: StoryOptions = {}) => {
    const story = ringing(sdp('alice'), options);
    story.replaces('dave', ofBob, { sdp: sdp('dave') });
    story.heard();
    fails(story);
    return story;
  };
  for (const [how, fails] of failures) {
    it(`waits for the ACK, and for no other target, when who rings ${how} meanwhile`, () => {
      const story = pickedUp(fails);
      expect(story.heard().filter(line => line !== 'bob ← CANCEL')).to.deep.equal([]);
      story.dave.acknowledges();
      expect(story.heard()).to.deep.equal([`alice ← 200 ${sdp('dave')}`]);
      story.alice.acknowledges({ headers: aliceLater });
      expect([story.call.state, story.call.callee?.dn, story.call.targets]).to.deep.equal([
        'established',
        'dave',
        [],
      ]);
      expect(told(story).filter(line => line.includes('Released'))).to.deep.equal([
        'Released bob alice  Redirected',
      ]);
    });
  }

  it('and does not come, after who rang has failed: the next target is called then', () => {
    const story = pickedUp(({ bob }) => bob.rejects(503, 'Down'));
    story.dave.isLost();
    expect(story.heard()).to.deep.equal([`carol ← INVITE ${sdp('alice')}`]);
    expect(story.noted('failedOver')).to.have.length(1);
  });

  it('and does not come, after who rang has failed for good: the caller is told what was said', () => {
    const story = pickedUp(({ bob }) => bob.rejects(486, 'Busy Here'));
    story.dave.hangsUp();
    expect(story.heard()).to.deep.equal(['alice ← 486']);
    expect(story.call.state).to.equal('released');
    expect(story.noted('transferFailed')).to.have.length(1);
  });

  it('ends with the caller who gives up, after who rang has failed', () => {
    const story = pickedUp(({ bob }) => bob.rejects(503, 'Down'));
    story.alice.cancels();
    expect(story.heard()).to.deep.equal(['dave ← BYE']);
    expect(story.timers()).to.deep.equal([]);
  });

  it('has to come again when nobody on the call has begun it, and stays out until it is up', () => {
    const routes = [{ number: '^bob$', targets: ['sip:bob@192.0.2.2'] }];
    const story = new Story({ routing: { routes } });
    story.originate();
    story.alice.answers({ headers: ['Call-ID: call-of-alice'], sdp: sdp('alice') });
    story.bob.rings(180, { headers: bob });
    story.heard();
    story.replaces('dave', ofBob, { sdp: sdp('dave') });
    expect(story.heard()).to.deep.equal(['dave ← 500']);
    story.bob.answers({ headers: bob, sdp: sdp('bob') });
    expect(story.call.state).to.equal('established');
  });

  it('comes too late when who rings answers before', () => {
    const story = ringing();
    story.replaces('dave', ofBob, { sdp: sdp('dave') });
    story.bob.answers({ headers: bob, sdp: sdp('bob') });
    story.heard();
    story.dave.acknowledges();
    expect(story.heard()).to.deep.equal(['dave ← BYE']);
    story.alice.acknowledges({ headers: aliceLater });
    expect([story.call.state, story.call.callee?.dn]).to.deep.equal(['established', 'bob']);
  });
});

describe('an INVITE with Replaces is refused', () => {
  const refusals: [
    what: string,
    at: () => Story,
    replaces: string,
    headers: readonly string[],
    status: number,
  ][] = [
    ['for tags of nobody', established, 'call-of-alice;to-tag=A;from-tag=x', [], 481],
    ['for who calls, before the answer', ringing, 'call-of-bob;to-tag=b;from-tag=B', [], 481],
    ['early-only after the answer', established, `${ofAlice};early-only`, [], 486],
    ['that requires what we have not', established, ofAlice, ['Require: replaces, foo'], 420],
    ['without a hop left', established, ofAlice, ['Max-Forwards: 0'], 483],
    [
      'while another is under way',
      () => established().replaces('carol', ofBob, { sdp: sdp('carol') }),
      ofAlice,
      [],
      500,
    ],
    [
      'between the answer and its ACK',
      () => {
        const story = ringing();
        story.bob.answers({ headers: bob, sdp: sdp('bob') });
        return story;
      },
      ofBob,
      [],
      500,
    ],
    [
      'after the end',
      () => {
        const story = ringing();
        story.alice.cancels();
        return story;
      },
      ofBob,
      [],
      603,
    ],
  ];
  for (const [what, at, replaces, headers, status] of refusals) {
    it(`${what}: ${String(status)}`, () => {
      const story = at();
      const before = story.call;
      story.heard();
      story.replaces('dave', replaces, { headers, sdp: sdp('dave') });
      expect(story.heard()).to.deep.equal([`dave ← ${String(status)}`]);
      expect(story.call).to.deep.equal(before);
      expect(story.noted('refused').at(-1)).to.include({ leg: 'dave-leg', status });
    });
  }

  it('with an offer that is one part of several: 488', () => {
    const story = established();
    const parts = `--x\r\nContent-Type: application/sdp\r\n\r\n${sdp('dave')}\r\n--x--\r\n`;
    story.replaces('dave', ofAlice, {
      body: { contentType: 'multipart/mixed;boundary=x', content: parts },
    });
    expect(story.heard()).to.deep.equal(['dave ← 488']);
    expect([story.call.transfer, story.call.agreement]).to.deep.equal([undefined, undefined]);
  });

  it('when there is no offer to be had: 488', () => {
    const story = ringing('');
    story.replaces('dave', ofBob);
    expect(story.heard()).to.deep.equal(['dave ← 488']);
    expect(story.call.transfer).to.equal(undefined);
  });
});
