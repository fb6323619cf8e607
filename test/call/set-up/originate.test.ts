import { expect } from 'chai';
import type { WantedEntry } from '../../../lib/attached-data/entry.ts';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import { profileOf } from '../../../lib/attached-data/profile.ts';
import { compileRename } from '../../../lib/attached-data/rename.ts';
import { isOver } from '../../../lib/call/call.ts';
import { Story, textOf, trunk } from '../support/story.ts';

function sdp(user: string, port: number, ...more: readonly string[]): string {
  const lines = [
    `o=${user} 7 1 IN IP4 192.0.2.9`,
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
  ];
  return ['v=0', ...lines, ...more, ''].join('\r\n');
}

const offer = sdp('alice', 6000);
const answer = sdp('bob', 7000);

/** Calls find their way by their own URIs; bob has a second target, carol. */
const routes = [{ number: '^bob$', targets: ['sip:bob@192.0.2.2', 'sip:carol@192.0.2.3'] }];
const plain = { routing: { routes } };

const entry = (key: string, value: string, scope: WantedEntry['scope'] = 'sip'): WantedEntry => ({
  key,
  type: 'string',
  value,
  scope,
});

/** What somebody heard, without the SDP. */
const heard = (story: Story): string[] => story.heard().map(line => line.split(/ v=0/)[0]?.trim() ?? '');

function answeredByAlice(
  options: ConstructorParameters<typeof Story>[0] = plain,
  entries: readonly WantedEntry[] = [],
): Story {
  const story = new Story(options);
  story.originate({ entries });
  story.alice.answers({ sdp: offer });
  return story;
}

const bodyOf = (payload: { readonly body?: { readonly content: string } }): string =>
  payload.body?.content ?? '';

describe('a call that somebody outside wants', () => {
  it('calls the first party without an offer, and shows it whom it shall talk to', () => {
    const story = new Story(plain);
    story.originate();
    expect(story.heard()).to.deep.equal(['alice ← INVITE']);
    const invite = story.alice.got('invite');
    expect(invite).to.include({ requestUri: 'sip:alice@192.0.2.1', maxForwards: 70 });
    expect(invite.from).to.equal('<sip:bob@localhost>');
    expect(invite.to).to.equal('<sip:alice@192.0.2.1>');
    expect(story.call).to.deep.include({ state: 'inviting' });
    expect(story.timers()).to.deep.equal(['no-answer alice']);
  });

  it('holds nobody up: the offer of the first is answered at once, and nothing flows', () => {
    const story = answeredByAlice();
    expect(heard(story)).to.deep.equal(['alice ← INVITE', 'alice ← ACK', 'bob ← INVITE']);
    expect(bodyOf(story.alice.got('acknowledge').payload).split('\r\n')).to.include.members([
      'm=audio 9 RTP/AVP 0',
      'a=inactive',
    ]);
    expect(bodyOf(story.bob.got('invite').payload)).to.equal(offer);
    expect(story.bob.got('invite').from).to.equal('<sip:alice@localhost>');
  });

  it('brings both together: the first gets the answer of the second, in the session that it has begun with us', () => {
    const story = answeredByAlice();
    story.bob.rings(183, { sdp: sdp('early', 7002) });
    expect(story.call.state).to.equal('ringing');
    story.heard();
    story.bob.answers({ sdp: answer });
    expect(heard(story)).to.deep.equal(['bob ← ACK', 'alice ← INVITE']);
    expect(story.call.state).to.equal('established');
    const [ours = ''] = /^o=.*$/m.exec(bodyOf(story.alice.got('acknowledge').payload)) ?? [];
    const reinvite = bodyOf(story.alice.got('request', 'INVITE').payload);
    expect(reinvite).to.equal(answer.replace(/^o=.*$/m, ours.replace(/ 1 IN/, ' 2 IN')));
    story.alice.replies('INVITE', 200, { sdp: offer });
    expect(heard(story)).to.deep.equal(['alice ← ACK to re-INVITE']);
    expect(story.call).to.include({ agreement: undefined, origination: undefined });
    expect(story.timers()).to.deep.equal([]);
    expect(story.noted('answered')).to.have.length(1);
  });

  it('tells the second what has become of the offer that it has answered', () => {
    const story = answeredByAlice();
    story.bob.answers({ sdp: answer });
    story.heard();
    story.alice.replies('INVITE', 200, { sdp: sdp('alice', 6002) });
    expect(heard(story)).to.deep.equal(['alice ← ACK to re-INVITE', 'bob ← INVITE']);
    expect(bodyOf(story.bob.got('request', 'INVITE').payload)).to.equal(sdp('alice', 6002));
    story.bob.replies('INVITE', 200, { sdp: answer });
    expect(heard(story)).to.deep.equal(['bob ← ACK to re-INVITE']);
  });

  it('offers something inactive to a trunk that takes no INVITE without, and its answer to the second', () => {
    const picky = trunk({ name: 'picky', sources: ['192.0.2.1'], delayedOffer: false });
    const story = new Story({ routing: { routes, trunks: [picky] } });
    story.originate();
    expect(bodyOf(story.alice.got('invite').payload)).to.contain('m=audio 9 RTP/AVP 0 8 9 101');
    story.alice.answers({ sdp: sdp('alice', 6000, 'a=inactive') });
    expect(story.alice.got('acknowledge').payload.body).to.equal(undefined);
    expect(bodyOf(story.bob.got('invite').payload)).to.equal(sdp('alice', 6000, 'a=sendrecv'));
    story.bob.answers({ sdp: answer });
    expect(bodyOf(story.alice.got('request', 'INVITE').payload)).to.contain('m=audio 7000 RTP/AVP 0');
    story.heard();
    story.alice.replies('INVITE', 200, { sdp: sdp('alice', 6000) });
    expect(heard(story)).to.deep.equal(['alice ← ACK to re-INVITE']);
  });

  it('lets what the first asks meanwhile wait for the second', () => {
    const story = answeredByAlice();
    story.heard();
    const request = story.alice.sends('INVITE', { sdp: sdp('alice', 6004) });
    expect(story.heard()).to.deep.equal([]);
    story.bob.answers({ sdp: answer });
    expect(heard(story)).to.deep.equal(['bob ← ACK', 'bob ← INVITE']);
    story.bob.replies('INVITE', 200, { sdp: answer });
    expect(heard(story)).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← 200 to INVITE']);
    story.alice.acknowledges({}, request);
    expect(story.heard()).to.deep.equal([]);
  });
});

describe('the data of such a call', () => {
  it('is there from the start, raises no event of its own, and goes to both parties', () => {
    const story = new Story(plain);
    expect(
      story.originate({ entries: [entry('Case', '42'), entry('UUI', '00ab;encoding=hex', 'uui')] }),
    ).to.equal(undefined);
    const lines = ['X-MS-Custom-Case: 42', 'User-to-User: 00ab;encoding=hex'];
    expect(story.alice.gotHeaders('invite')).to.have.members(lines);
    story.alice.answers({ sdp: offer });
    expect(story.bob.gotHeaders('invite')).to.have.members(lines);
    story.bob.answers({ sdp: answer });
    expect(story.call.revision).to.equal(0);
    expect(story.changes).to.deep.equal([]);
  });

  it('goes to the first party in the form of its trunk, with the names of trunk and keys; voip never', () => {
    const genesys = trunk({
      name: 'genesys',
      sources: ['192.0.2.1'],
      profile: profileOf('genesys-cloud'),
      rename: compileRename({ Case: 'X-Case' }),
    });
    const keys = compileKeyPolicy([{ key: 'Score', out: 'X-MS-Custom-Points' }]);
    const story = new Story({ routing: { routes, trunks: [genesys] }, env: { keys } });
    story.originate({
      entries: [
        entry('Case', '42'),
        entry('Score', '7', 'call'),
        entry('Note', 'ours', 'call'),
        entry('Tone', 'loud', 'voip'),
        entry('UUI', '0448;encoding=hex', 'uui'),
      ],
    });
    expect(story.alice.gotHeaders('invite')).to.have.members([
      'X-Case: 42',
      'X-MS-Custom-Points: 7',
      'User-to-User: 48;pd=04;encoding=hex;purpose=isdn-uui;content=isdn-uui',
    ]);
  });

  it('has User-to-User on BYE when it was on the INVITEs', () => {
    const withUui = answeredByAlice(plain, [entry('UUI', '00ab;encoding=hex', 'uui')]);
    withUui.bob.answers({ sdp: answer });
    withUui.bob.hangsUp({ headers: ['User-to-User: 00cd;encoding=hex'] });
    expect(textOf(withUui.alice.got('hangUp').headers)).to.include('User-to-User: 00cd;encoding=hex');
    const without = answeredByAlice();
    without.bob.answers({ sdp: answer });
    without.bob.hangsUp({ headers: ['User-to-User: 00cd;encoding=hex'] });
    expect(textOf(without.alice.got('hangUp').headers)).not.to.include('User-to-User: 00cd;encoding=hex');
  });

  it('is taken whole or not at all, and then nobody is called', () => {
    const story = new Story({ ...plain, env: { packedLimitBytes: 40 } });
    story.originate({ entries: [entry('A', '1'), entry('B', 'x'.repeat(60))] });
    expect(story.heard()).to.deep.equal([]);
    expect(story.notes).to.deep.equal([]);
    expect(isOver(story.call)).to.equal(true);
  });
});

describe('a call that somebody outside wants, and that fails', () => {
  it('ends with the status of the first party', () => {
    const story = new Story(plain);
    story.originate();
    story.alice.rejects(603, 'Decline');
    expect(story.heard()).to.deep.equal(['alice ← INVITE']);
    expect(story.noted('released')[0]?.verdict).to.deep.equal({
      by: 'caller',
      why: 'rejected',
      sipStatus: 603,
      atFault: 'caller',
    });
    expect(isOver(story.call)).to.equal(true);
    expect(story.timers()).to.deep.equal([]);
  });

  it('tries the next target of the first, and of the second', () => {
    const both = [{ number: '^alice$', targets: ['sip:alice@192.0.2.1', 'sip:dora@192.0.2.4'] }, ...routes];
    const story = new Story({ routing: { routes: both } });
    story.originate();
    story.alice.rejects(503, 'Unavailable');
    expect(story.heard()).to.deep.equal(['alice ← INVITE', 'dora ← INVITE']);
    story.feed({
      type: 'answered',
      leg: story.legOf('dora'),
      status: 200,
      payload: { headers: [], body: { contentType: 'application/sdp', content: offer } },
    });
    story.bob.rejects(500, 'Broken');
    expect(heard(story)).to.deep.equal(['dora ← ACK', 'bob ← INVITE', 'carol ← INVITE']);
    expect(bodyOf(story.carol.got('invite').payload)).to.equal(offer);
  });

  it('releases the first with the reason of the second', () => {
    const story = answeredByAlice();
    story.heard();
    story.bob.rejects(486, 'Busy Here');
    expect(story.heard()).to.deep.equal(['alice ← BYE']);
    expect(story.alice.got('hangUp').headers).to.deep.equal([
      { name: 'Reason', value: 'SIP;cause=486;text="Busy Here"' },
    ]);
    expect(story.noted('released')[0]?.verdict).to.include({ by: 'callee', why: 'busy', sipStatus: 486 });
  });

  it('takes the second back when the first hangs up, and its late 200 too', () => {
    const story = answeredByAlice();
    story.bob.rings();
    story.heard();
    story.alice.hangsUp();
    expect(story.heard()).to.deep.equal(['bob ← CANCEL']);
    story.bob.answers({ sdp: answer });
    expect(story.heard()).to.deep.equal(['bob ← ACK', 'bob ← BYE']);
    expect(isOver(story.call)).to.equal(true);
  });

  for (const who of ['alice', 'bob'] as const) {
    it(`gives up when ${who} does not answer`, () => {
      const story = who === 'alice' ? new Story(plain) : answeredByAlice();
      if (who === 'alice') story.originate();
      story[who].rings();
      story.heard();
      story.fires('no-answer', story[who]);
      expect(story.heard()[0]).to.equal(`${who} ← CANCEL`);
    });
  }

  it('is released at any time by request', () => {
    const story = new Story(plain);
    story.originate();
    story.heard();
    story.feed({
      type: 'releaseWanted',
      status: 480,
      reason: 'released by request',
      verdict: { by: 'third-party', why: 'requested', atFault: 'none' },
    });
    expect(story.heard()).to.deep.equal(['alice ← CANCEL']);
    story.alice.rejects(487, 'Terminated');
    expect(isOver(story.call)).to.equal(true);
  });

  it('stays when it has gone to somebody else who does not agree with the first either', () => {
    const story = answeredByAlice();
    story.bob.answers({ sdp: answer });
    const party = story.call.callee?.dn ?? story.call.caller.dn;
    const wish = { mode: 'single-step', party, to: 'sip:dave@192.0.2.4', thirdPartyDn: party } as const;
    story.feed({ type: 'transferWanted', ...wish, entries: [], local: true });
    story.dave.answers({ sdp: sdp('dave', 8000) });
    story.alice.replies('INVITE', 200, { sdp: offer });
    story.alice.replies('INVITE', 488);
    expect(story.noted('disagreed')).to.have.lengthOf(1);
    expect([story.call.state, story.call.callee?.dn]).to.deep.equal(['established', 'dave']);
  });

  it('is released when a party answers without SDP, or refuses the session of the other', () => {
    const mute = new Story(plain);
    mute.originate();
    mute.heard();
    mute.alice.answers();
    expect(mute.heard()).to.deep.equal(['alice ← ACK', 'alice ← BYE']);
    const story = answeredByAlice();
    story.bob.answers({ sdp: answer });
    story.heard();
    story.alice.replies('INVITE', 488, {}, 'Not Acceptable Here');
    expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← BYE']);
    expect(story.noted('released')[0]?.verdict).to.include({ by: 'caller', sipStatus: 488 });
  });

  for (const [why, wanted, code] of [
    ['no URI', { to: 'bob' }, 'unprocessable'],
    ['sips', { to: 'sips:bob@192.0.2.2' }, 'unprocessable'],
    ['what is no number', { from: '+49 30' }, 'unprocessable'],
    ['a number without a route', { from: '+4930' }, 'no-route'],
    ['a host that a token may not name', { local: false, from: 'sip:alice@192.0.2.1' }, 'relay-denied'],
  ] as const) {
    it(`is not begun for ${why}`, () => {
      const refusal = new Story(plain).originate(wanted);
      expect(refusal).to.include({ code, party: 'to' in wanted ? 'to' : 'from' });
    });
  }
});
