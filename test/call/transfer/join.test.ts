import { expect } from 'chai';
import type { MergeRule } from '../../../lib/attached-data/merge.ts';
import { parseReplaces } from '../../../lib/call/transfer/replaces.ts';
import { type Carried, pairs, Story, type StoryOptions } from '../support/story.ts';

const sdp = (who: string) =>
  `v=0\r\no=${who} 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 400${String(who.length)} RTP/AVP 0\r\n`;

/** Tags as they stand on the wire: `a` is the caller's, `A` ours towards it. */
const first = ['From: <sip:x@x>;tag=a', 'To: <sip:y@x>'];
const later = ['From: <sip:x@x>;tag=a', 'To: <sip:y@x>;tag=A'];
const called = ['Call-ID: call-of-callee', 'From: <sip:x@x>;tag=B', 'To: <sip:y@x>;tag=b'];

/** Whoever calls is alice in the words of a story. */
function ringing(options: StoryOptions, caller: 'alice' | 'bob', data: readonly string[] = []): Story {
  const story = new Story(options);
  const callee = caller === 'alice' ? story.bob : story.carol;
  story.invite({
    headers: [...first, ...data],
    from: `<sip:${caller}@client.example>;tag=a`,
    sdp: sdp(caller),
  });
  callee.rings(180, { headers: called });
  story.heard();
  return story;
}

function up(options: StoryOptions, caller: 'alice' | 'bob', data: readonly string[] = []): Story {
  const story = ringing(options, caller, data);
  const callee = caller === 'alice' ? story.bob : story.carol;
  callee.answers({ headers: called, sdp: sdp(callee.name) });
  story.alice.acknowledges({ headers: later });
  story.heard();
  return story;
}

const toBob: StoryOptions = {
  routing: { routes: [{ targets: ['sip:bob@192.0.2.2'] }], anyTarget: 'always' },
};
/** Bob's other call: he is the caller there. */
const toCarol: StoryOptions = { routing: { routes: [{ targets: ['sip:carol@192.0.2.3'] }] }, second: true };

/** Bob, whom alice has called, refers her to whoever he talks to in his other call. */
function joined(one: Story, other: Story, more: Carried & { readonly replaces?: string } = {}): Story {
  const replaces = parseReplaces(more.replaces ?? 'call-of-second;to-tag=A;from-tag=a');
  if (replaces === undefined) throw new Error('no Replaces');
  const headers = ['Refer-To: <sip:carol@192.0.2.3?Replaces=whatever>', ...(more.headers ?? [])];
  one.bob.refers({ headers }, { call: other.call, replaces });
  return one;
}

describe('two calls of a party that are joined', () => {
  it('when both are up: the other two are offered each other, and the party leaves both', () => {
    const [one, other] = [up(toBob, 'alice'), up(toCarol, 'bob')];
    joined(one, other);
    const offer = one.alice.got('request').payload.body?.content ?? '';
    expect(offer).to.include('o=bob 1 2').and.include('4005');
    expect(one.heard()).to.deep.equal([
      'bob ← 202 to REFER',
      'bob ← NOTIFY message/sipfrag;version=2.0',
      `alice ← INVITE ${offer}`,
    ]);
    expect(one.joined?.call.state).to.equal('released');
    expect(one.joined?.effects.map(effect => effect.do)).to.deep.equal(['hangUp']);
    expect(one.joined?.notes[0]).to.deep.include({ note: 'released', reason: 'joined with another call' });
    one.bob.replies('NOTIFY', 200);
    one.bob.replies('NOTIFY', 200);
    expect(one.heard().at(-1)).to.equal('bob ← BYE');
    one.alice.replies('INVITE', 200, { sdp: sdp('alice') });
    const carolsOffer = one.heard().at(-1) ?? '';
    expect(carolsOffer)
      .to.match(/^carol ← INVITE/)
      .and.include('o=bob 1 2');
    expect([one.call.caller.dn, one.call.callee?.dn]).to.deep.equal(['alice', 'carol']);
    expect(one.call.relayed).to.deep.equal([]);
  });

  it('tells whom it concerns which call is which', () => {
    const [one, other] = [up(toBob, 'alice'), up(toCarol, 'bob')];
    const before = one.events.length;
    joined(one, other);
    const told = [...one.events.slice(before), ...(one.joined?.events ?? [])].map(event => {
      const { id, ThisDN, ConnID, PreviousConnID = '' } = event as unknown as Record<string, string>;
      return [id?.slice(5), ThisDN, ConnID?.slice(14, 16), PreviousConnID.slice(14, 16)].join(' ').trim();
    });
    expect(told).to.deep.equal(['PartyChanged carol ff fe', 'PartyChanged alice ff ff', 'Released bob fe']);
  });

  it('when the other one rings: its target takes the place when it answers', () => {
    const [one, other] = [up(toBob, 'alice'), ringing(toCarol, 'bob')];
    joined(one, other);
    expect(one.joined?.effects.map(effect => ('status' in effect ? effect.status : effect.do))).to.include(
      487,
    );
    expect(one.call.transfer?.target.dn).to.equal('carol');
    one.bob.replies('NOTIFY', 200);
    one.heard();
    one.carol.answers({ headers: called, sdp: sdp('carol') });
    expect(one.heard()[0]).to.equal('carol ← ACK');
    expect(one.call.callee?.dn).to.equal('carol');
  });

  it('when the other one rings and is refused: the first goes on', () => {
    const [one, other] = [up(toBob, 'alice'), ringing(toCarol, 'bob')];
    joined(one, other);
    one.carol.rejects(486, 'Busy Here');
    expect([one.call.callee?.dn, one.call.transfer, one.call.state]).to.deep.equal([
      'bob',
      undefined,
      'established',
    ]);
  });

  const merges: [rule: MergeRule | undefined, data: Record<string, string>][] = [
    [undefined, { Case: '1', Queue: 'gold' }],
    ['main-only', { Case: '1', Queue: 'gold' }],
    ['merged-only', { Case: '2', Note: 'x' }],
    ['merged-over-main', { Queue: 'gold', Case: '2', Note: 'x' }],
    ['main-over-merged', { Case: '1', Queue: 'gold', Note: 'x' }],
  ];
  for (const [merged, data] of merges) {
    it(`have the data that ${merged ?? 'the default, main-only,'} says`, () => {
      const route = { targets: ['sip:bob@192.0.2.2'], ...(merged !== undefined && { merged }) };
      const data1 = ['X-MS-Custom-Case: 1', 'X-MS-Custom-Queue: gold'];
      const one = up({ routing: { routes: [route] } }, 'alice', data1);
      const other = up(toCarol, 'bob', ['X-MS-Custom-Case: 2', 'X-MS-Custom-Note: x']);
      joined(one, other);
      expect(pairs(one.call.data)).to.deep.equal(data);
    });
  }

  it('tell who comes over what its data is now, by the messages of its own', () => {
    const one = up(toBob, 'alice', ['X-MS-Custom-Case: 1']);
    const other = up(toCarol, 'bob', ['X-MS-Custom-Case: 2', 'X-MS-Custom-Note: x']);
    joined(one, other);
    const [event, ...more] = one.carol.told();
    expect(more).to.deep.equal([]);
    expect(event).to.include({ ThisDN: 'carol', ThirdPartyDN: 'bob', ConnID: one.call.connId });
    expect(pairs(event?.UserData ?? [])).to.deep.equal({ Case: '1' });
    expect(one.call.callee?.owed.map(({ header }) => header)).to.deep.equal([
      'X-MS-Custom-Case',
      'X-MS-Custom-Note',
    ]);
    expect(one.alice.told()).to.deep.equal([]);
  });

  it('tell nothing to who comes over with the same data, and wait until a ringing one has answered', () => {
    const data = ['X-MS-Custom-Case: 1'];
    const same = joined(up(toBob, 'alice', data), up(toCarol, 'bob', data));
    expect(same.carol.told()).to.deep.equal([]);
    const rings = joined(up(toBob, 'alice', data), ringing(toCarol, 'bob'));
    expect(rings.carol.told()).to.deep.equal([]);
    rings.carol.answers({ headers: called, sdp: sdp('carol') });
    expect(rings.carol.told().map(({ UserData }) => pairs(UserData))).to.deep.equal([{ Case: '1' }]);
  });

  it('early-only does not join calls that are up: the sipfrag says so', () => {
    const [one, other] = [up(toBob, 'alice'), up(toCarol, 'bob')];
    joined(one, other, { replaces: 'call-of-second;to-tag=A;from-tag=a;early-only' });
    one.bob.replies('NOTIFY', 200);
    expect(one.bob.got('request', 'NOTIFY').payload.body?.content).to.match(/^SIP\/2.0 486 /);
    expect([one.joined, one.call.callee?.dn]).to.deep.equal([undefined, 'bob']);
    const [failed, ...others] = one.noted('transferFailed');
    expect(failed).to.deep.include({ mode: 'attended', transferor: 'bob', target: 'carol', status: 486 });
    expect(failed?.verdict).to.include({ by: 'baton', atFault: 'caller' });
    expect([others, one.call.transfers]).to.deep.equal([[], 0]);
  });

  it('not while one of them changes: 500, to come again', () => {
    const one = up(toBob, 'alice');
    const other = ringing(toCarol, 'bob');
    other.carol.answers({ headers: called, sdp: sdp('carol') });
    joined(one, other);
    expect(one.heard()).to.deep.equal(['bob ← 500 to REFER']);
    expect(one.bob.gotHeaders('respond').join()).to.include('Retry-After');
    const changing = up(toCarol, 'bob').replaces('dave', 'call-of-callee;to-tag=B;from-tag=b', {
      sdp: sdp('dave'),
    });
    joined(one, changing);
    expect(one.heard()).to.deep.equal(['bob ← 500 to REFER']);
  });

  it('not with a call that is over: the target may say so', () => {
    const one = up(toBob, 'alice');
    const other = up(toCarol, 'bob');
    other.alice.hangsUp();
    joined(one, other);
    expect(one.heard()).to.include('carol ← INVITE ' + sdp('alice'));
  });

  it('with what is under way: the party that leaves is answered, the one that comes over has its answer to come', () => {
    const [one, other] = [up(toBob, 'alice'), up(toCarol, 'bob')];
    other.alice.sends('INVITE', { sdp: sdp('bob, holding') });
    other.carol.sends('MESSAGE');
    other.heard();
    joined(one, other);
    const answered = (one.joined?.effects ?? []).flatMap(effect =>
      effect.do === 'respond' ? [effect.status] : [],
    );
    expect(answered).to.deep.equal([487]);
    expect(one.heard(), 'before it is sent anything else').to.include('carol ← 480 to MESSAGE');
    expect(one.call.relayed.map(({ to, stage }) => [to, stage])).to.deep.equal([
      [one.call.callee?.id, 'withdrawn'],
    ]);
    one.heard();
    const { leg, request } = other.carol.got('request', 'INVITE');
    one.feed({
      type: 'responded',
      leg,
      request,
      method: 'INVITE',
      status: 487,
      reason: '',
      payload: { headers: [] },
    });
    expect(one.call.relayed).to.deep.equal([]);
    expect(one.heard().join()).to.match(/^alice ← INVITE/);
  });

  it('acknowledges what the party that leaves has offered at the request of the one that comes over', () => {
    const [one, other] = [up(toBob, 'alice'), up(toCarol, 'bob')];
    const request = other.carol.sends('INVITE');
    other.alice.replies('INVITE', 200, { sdp: sdp('bob') });
    other.heard();
    joined(one, other);
    expect(one.joined?.effects.map(effect => effect.do)).to.deep.equal(['acknowledge', 'hangUp']);
    one.heard();
    one.feed({ type: 'acknowledged', leg: other.carol.leg, request, payload: { headers: [] } });
    expect(one.heard().filter(line => line.includes('ACK'))).to.deep.equal([]);
    expect(one.call.relayed).to.deep.equal([]);
  });
});
