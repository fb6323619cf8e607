import { expect } from 'chai';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import type { NotifyMode, Trunk } from '../../../lib/routing/trunk.ts';
import { carolSets } from '../support/carol-sets.ts';
import { type Carried, Story, type StoryOptions, trunk } from '../support/story.ts';

/** Bob's trunk is told by header lines; alice is on none of that. */
function called(
  notify: NotifyMode,
  more: Partial<Trunk> = {},
  env: StoryOptions['env'] = {},
  bob: Carried = {},
) {
  const pbx = trunk({ name: 'pbx', sources: ['192.0.2.2/32'], notify, ...more });
  const quiet = trunk({ name: 'quiet', sources: ['127.0.0.1/32'], notify: 'none' });
  return new Story({ routing: { trunks: [pbx, quiet] }, env }).established(
    { headers: ['X-MS-Custom-CaseId: 1'] },
    { headers: ['Allow: INVITE, INFO, UPDATE'], ...bob },
  );
}

const outcomes = (story: Story) =>
  story
    .noted('notification')
    .filter(({ leg }) => leg === story.bob.leg)
    .map(({ outcome }) => outcome);

for (const [mode, method] of [
  ['info-headers', 'INFO'],
  ['update-headers', 'UPDATE'],
] as const) {
  const lines = (story: Story) => story.bob.gotHeaders('request', method);

  describe(`telling a leg by header lines on ${method}`, () => {
    it('sends the changed pairs and no body', () => {
      const story = called(mode);
      carolSets(story, { CaseId: '2' });
      expect(story.heard()).to.deep.equal([`bob ← ${method}`]);
      expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: 2']);
      story.bob.replies(method, 200);
      expect(outcomes(story)).to.deep.equal(['delivered']);
      expect(story.timers()).to.deep.equal([]);
    });

    it('clears a pair that is gone by an empty header', () => {
      const story = called(mode);
      carolSets(story, { CaseId: null });
      expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: ']);
    });

    it('sends what the key policy maps in its header', () => {
      const keys = compileKeyPolicy([{ key: 'Segment', out: 'X-MS-Custom-Seg' }]);
      const story = called(mode, {}, { keys });
      carolSets(story, { Segment: 'gold' });
      expect(lines(story)).to.deep.equal(['X-MS-Custom-Seg: gold']);
    });

    it('sends nothing for a change that has no header', () => {
      const story = called(mode);
      carolSets(story, { Note: 'x' });
      expect(story.heard()).to.deep.equal([]);
      expect(outcomes(story)).to.deep.equal(['skipped']);
    });

    it('sends no User-to-User of the ISDN package, and that of another', () => {
      const story = called(mode);
      carolSets(story, { UUI: '04CAFE;encoding=hex' }, 'uui');
      expect(story.heard()).to.deep.equal([]);
      carolSets(story, { UUI: 'abc;purpose=acme' }, 'uui');
      expect(lines(story)).to.deep.equal(['User-to-User: abc;purpose=acme']);
    });

    it('tells a leg nothing that it has said itself or has just been sent', () => {
      const story = called(mode);
      story.bob.sends('INFO', { headers: ['X-MS-Custom-CaseId: 2'] });
      story.heard();
      story.alice.sends('INVITE', { sdp: 'hold', headers: ['X-MS-Custom-CaseId: 3'] });
      story.bob.replies('INVITE', 200, { sdp: 'held' });
      expect(story.heard()).to.deep.equal([
        'bob ← INVITE hold',
        'bob ← ACK to re-INVITE',
        'alice ← 200 to INVITE held',
      ]);
      expect(outcomes(story)).to.deep.equal(['skipped', 'skipped']);
    });

    it('merges what changes meanwhile, and sends the newest value only', () => {
      const story = called(mode);
      carolSets(story, { CaseId: '2' });
      carolSets(story, { CaseId: '3', Other: 'a' }, 'sip');
      carolSets(story, { CaseId: '4' });
      expect(story.heard()).to.deep.equal([`bob ← ${method}`]);
      story.bob.replies(method, 200);
      expect(story.heard()).to.deep.equal([`bob ← ${method}`]);
      expect(lines(story)).to.deep.equal(['X-MS-Custom-Other: a', 'X-MS-Custom-CaseId: 4']);
      story.bob.replies(method, 200);
      expect(story.heard()).to.deep.equal([]);
    });

    it('sends nothing more when another message has told it meanwhile', () => {
      const story = called(mode);
      carolSets(story, { CaseId: '2' });
      carolSets(story, { CaseId: '3' });
      story.alice.sends('INVITE', { sdp: 'hold' });
      expect(story.bob.gotHeaders('request', 'INVITE')).to.include('X-MS-Custom-CaseId: 3');
      story.heard();
      story.bob.replies(method, 200);
      expect(story.heard()).to.deep.equal([]);
      expect(outcomes(story)).to.deep.equal(['delivered', 'skipped']);
    });

    it('holds back nothing else', () => {
      const story = called(mode);
      carolSets(story, { CaseId: '2' });
      story.heard();
      story.alice.sends('INVITE', { sdp: 'hold' });
      story.alice.sends('NOTIFY');
      story.alice.hangsUp();
      expect(story.heard()).to.include.members(['bob ← INVITE hold', 'bob ← NOTIFY', 'bob ← BYE']);
    });

    it('goes on when no answer comes in time, and tells the value again with the next', () => {
      const story = called(mode);
      carolSets(story, { CaseId: '2' });
      story.fires('notify-timeout', story.bob);
      carolSets(story, { Other: 'a' }, 'sip');
      expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: 2', 'X-MS-Custom-Other: a']);
      expect(outcomes(story)).to.deep.equal(['timeout']);
    });

    for (const status of [405, 415, 469, 489, 501]) {
      it(`ends for the leg with ${String(status)}; what is owed leaves on other messages`, () => {
        const story = called(mode);
        carolSets(story, { CaseId: '2' });
        story.bob.replies(method, status);
        carolSets(story, { Other: 'a' }, 'sip');
        story.heard();
        expect(outcomes(story)).to.deep.equal(['refused', 'skipped']);
        story.alice.sends('INVITE', { sdp: 'hold' });
        expect(story.bob.gotHeaders('request', 'INVITE')).to.deep.equal([
          'X-MS-Custom-CaseId: 2',
          'X-MS-Custom-Other: a',
        ]);
      });
    }

    it('asks by OPTIONS after 481', () => {
      const story = called(mode);
      carolSets(story, { CaseId: '2' });
      story.heard();
      story.bob.replies(method, 481);
      expect(story.heard()).to.deep.equal(['bob ← OPTIONS']);
      story.bob.replies('OPTIONS', 481);
      expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← BYE']);
    });

    it('sends in several what does not fit into one over UDP', () => {
      const story = called(mode);
      const big = 'x'.repeat(500);
      carolSets(story, { CaseId: '2' });
      carolSets(story, { A: big, B: big }, 'sip');
      story.bob.replies(method, 200);
      expect(lines(story)).to.deep.equal([`X-MS-Custom-A: ${big}`]);
      story.bob.replies(method, 200);
      expect(lines(story)).to.deep.equal([`X-MS-Custom-B: ${big}`]);
    });

    it('tells only what the trunk wants to know', () => {
      const story = called(mode, { notifyKeys: { deny: ['Secret'] } });
      carolSets(story, { Secret: '1' }, 'sip');
      expect(story.heard()).to.deep.equal([]);
    });

    it('tells of VoIP pairs nothing', () => {
      const story = called(mode);
      carolSets(story, { Callback: 'u' }, 'voip');
      expect(story.heard()).to.deep.equal([]);
    });

    it('tells after the ACK what no response could', () => {
      const pbx = trunk({ name: 'pbx', sources: ['192.0.2.2/32'], notify: mode });
      const story = new Story({ routing: { trunks: [pbx] } }).invite({ sdp: 'offer' });
      carolSets(story, { CaseId: '2' }, 'sip');
      story.bob.answers({ sdp: 'answer', headers: ['Allow: INFO, UPDATE'] });
      story.alice.acknowledges();
      expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: 2']);
    });
  });
}

describe('telling a leg by UPDATE', () => {
  for (const [title, allow] of [
    ['sent no Allow', []],
    ['does not list it', ['Allow: INVITE, INFO']],
  ] as const) {
    it(`sends nothing to a leg that ${title}`, () => {
      const story = called('update-headers', {}, {}, { headers: [...allow] });
      carolSets(story, { CaseId: '2' });
      expect(story.heard()).to.deep.equal([]);
      expect(outcomes(story)).to.deep.equal(['skipped']);
    });
  }

  it('says what Baton allows, as any UPDATE', () => {
    const story = called('update-headers');
    carolSets(story, { CaseId: '2' });
    expect(story.bob.got('request').payload.headers.map(({ name }) => name)).to.include.members([
      'Allow',
      'Supported',
    ]);
  });

  for (const status of [491, 500]) {
    it(`tries again after ${String(status)}, twice, with the newest value`, () => {
      const story = called('update-headers');
      carolSets(story, { CaseId: '2' });
      story.bob.replies('UPDATE', status);
      expect(story.timers()).to.deep.equal(['notify-retry bob']);
      carolSets(story, { CaseId: '3' });
      story.heard();
      story.fires('notify-retry', story.bob);
      expect(story.heard()).to.deep.equal(['bob ← UPDATE']);
      expect(story.bob.gotHeaders('request')).to.deep.equal(['X-MS-Custom-CaseId: 3']);
      story.bob.replies('UPDATE', status);
      story.fires('notify-retry', story.bob);
      story.bob.replies('UPDATE', status);
      expect(outcomes(story)).to.deep.equal(['refused']);
      story.heard();
      story.fires('notify-retry', story.bob);
      expect(story.heard()).to.deep.equal([]);
    });
  }

  it('waits 2.1 to 4 s as the owner of the Call-ID, 0 to 2 s otherwise, longer when asked to', () => {
    const delays = (options: { readonly party: 'alice' | 'bob'; readonly headers?: string[] }) =>
      Array.from({ length: 300 }, (_, at) => {
        const both = trunk({ name: 'both', sources: ['0.0.0.0/0'], notify: 'update-headers' });
        const allow = { headers: ['Allow: UPDATE'] };
        const story = new Story({ routing: { trunks: [both] } }).established(allow, allow);
        story.nowMs += at;
        carolSets(story, { CaseId: '2' }, 'sip');
        story[options.party].replies('UPDATE', 491, { headers: options.headers ?? [] });
        return story.effects.findLast(effect => effect.do === 'startTimer')?.delayMs ?? -1;
      });
    for (const delay of delays({ party: 'bob' })) expect(delay).to.be.within(2_100, 4_000);
    for (const delay of delays({ party: 'alice' })) expect(delay).to.be.within(0, 2_000);
    for (const delay of delays({ party: 'alice', headers: ['Retry-After: 5 (busy)'] }))
      expect(delay).to.equal(5_000);
  });

  it('stops trying with the call', () => {
    const story = called('update-headers');
    carolSets(story, { CaseId: '2' });
    story.bob.replies('UPDATE', 491);
    story.alice.hangsUp();
    expect(story.timers()).to.deep.equal([]);
    story.heard();
    story.fires('notify-retry', story.bob);
    expect(story.heard()).to.deep.equal([]);
  });
});

describe('telling a leg by re-INVITE', () => {
  const lines = (story: Story) => story.bob.gotHeaders('request', 'INVITE');

  it('sends the changed pairs with the SDP that the leg has, and acknowledges', () => {
    const story = called('reinvite-headers');
    carolSets(story, { CaseId: '2' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
    expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: 2']);
    story.nowMs += 12;
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
    expect(story.noted('notification').filter(({ leg }) => leg === story.bob.leg)).to.deep.equal([
      { note: 'notification', leg: story.bob.leg, outcome: 'delivered', status: 200, tookMs: 12 },
    ]);
    story.alice.sends('INFO', { body: { contentType: 'application/dtmf', content: '1' } });
    expect(story.bob.gotHeaders('request', 'INFO')).to.deep.equal([]);
  });

  it('sends nothing for a change that has no header', () => {
    const story = called('reinvite-headers');
    carolSets(story, { Note: 'x' });
    expect(story.heard()).to.deep.equal([]);
    expect(outcomes(story)).to.deep.equal(['skipped']);
  });

  it('merges what changes meanwhile, and sends the newest value only', () => {
    const story = called('reinvite-headers');
    for (const CaseId of ['2', '3', '4']) carolSets(story, { CaseId });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE', 'bob ← INVITE offer']);
    expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: 4']);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK to re-INVITE']);
  });

  it('tries again after 491 with the newest value', () => {
    const story = called('reinvite-headers');
    carolSets(story, { CaseId: '2' });
    story.bob.replies('INVITE', 491);
    carolSets(story, { CaseId: '3' });
    story.heard();
    story.fires('offer-retry', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
    expect(lines(story)).to.deep.equal(['X-MS-Custom-CaseId: 3']);
  });

  it('waits for a re-INVITE that is relayed, and is not needed when that has told it', () => {
    const story = called('reinvite-headers');
    story.alice.sends('INVITE', { sdp: 'hold' });
    carolSets(story, { CaseId: '2' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE hold']);
    story.alice.sends('INFO', { body: { contentType: 'application/dtmf', content: '1' } });
    expect(story.bob.gotHeaders('request', 'INFO')).to.deep.equal(['X-MS-Custom-CaseId: 2']);
    story.heard();
    story.bob.replies('INVITE', 488);
    expect(story.heard()).to.deep.equal(['alice ← 488 to INVITE']);
    expect(outcomes(story)).to.deep.equal(['skipped']);
  });

  it('leaves what was refused owed', () => {
    const story = called('reinvite-headers');
    carolSets(story, { CaseId: '2' });
    story.bob.replies('INVITE', 488);
    expect(outcomes(story)).to.deep.equal(['refused']);
    story.alice.sends('INFO', { body: { contentType: 'application/dtmf', content: '1' } });
    expect(story.bob.gotHeaders('request', 'INFO')).to.deep.equal(['X-MS-Custom-CaseId: 2']);
  });

  it('ends for the leg with 405, and asks by OPTIONS after 481', () => {
    const story = called('reinvite-headers');
    carolSets(story, { CaseId: '2' });
    story.bob.replies('INVITE', 405);
    carolSets(story, { CaseId: '3' });
    expect(outcomes(story)).to.deep.equal(['refused', 'skipped']);
    const other = called('reinvite-headers');
    carolSets(other, { CaseId: '2' });
    other.bob.replies('INVITE', 481);
    other.bob.replies('OPTIONS', 481);
    expect(other.call.state).to.equal('released');
  });

  it('sends in several what does not fit into one over UDP', () => {
    const story = called('reinvite-headers');
    const big = 'x'.repeat(500);
    const entries = ['A', 'B'].map(key => ({ key, type: 'string', value: big, scope: 'sip' }) as const);
    story.feed({
      type: 'dataRequested',
      operation: { operation: 'update', entries },
      thirdPartyDn: 'carol' as Dn,
    });
    expect(lines(story)).to.deep.equal([`X-MS-Custom-A: ${big}`]);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(lines(story)).to.deep.equal([`X-MS-Custom-B: ${big}`]);
    story.bob.replies('INVITE', 200, { sdp: 'answer' });
    expect(outcomes(story)).to.deep.equal(['delivered', 'delivered']);
  });

  it('tells nobody without a session of which we know the SDP', () => {
    const pbx = trunk({ name: 'pbx', sources: ['192.0.2.2/32'], notify: 'reinvite-headers' });
    const story = new Story({ routing: { trunks: [pbx] } }).established({ sdp: '' }, { sdp: '' });
    carolSets(story, { CaseId: '2' }, 'sip');
    expect(outcomes(story)).to.deep.equal(['skipped']);
  });
});
