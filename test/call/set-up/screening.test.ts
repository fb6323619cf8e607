import { expect } from 'chai';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import type { ScreeningRules, ScreeningVerdict } from '../../../lib/call/set-up/screening.ts';
import { Story, trunk } from '../support/story.ts';

const carol = 'sip:carol@192.0.2.3';

function screened(
  rules: Partial<ScreeningRules> = {},
  other: ConstructorParameters<typeof Story>[0] = {},
): Story {
  const { env, ...rest } = other;
  return new Story({ ...rest, env: { ...env, screening: { onTimeout: 'answer', ...rules } } });
}

/** Alice has called, and somebody is asked. */
function asked(...options: Parameters<typeof screened>): Story {
  const story = screened(...options).invite({ sdp: 'offer', headers: ['X-MS-Custom-CaseId: 42'] });
  expect(story.heard()).to.deep.equal(['somebody is asked']);
  story.nowMs += 250;
  return story;
}

function decided(story: Story, verdict: ScreeningVerdict): string[] {
  return story.feed({ type: 'decided', verdict }).heard();
}

function incomingOf(story: Story) {
  const effect = story.effects.find(({ do: what }) => what === 'askDecision');
  if (effect?.do !== 'askDecision') throw new Error('nobody is asked');
  return effect.incoming;
}

describe('a call about which somebody outside decides', () => {
  it('is told with what it carries, and waits', () => {
    const story = asked();
    expect(story.call.state).to.equal('screening');
    expect(story.timers()).to.deep.equal([]);
    expect(incomingOf(story)).to.deep.include({
      serverCallId: story.call.connId,
      callerDisplayName: 'Alice',
      customContext: { sipHeaders: { 'X-MS-Custom-CaseId': '42' }, voipHeaders: {} },
    });
  });

  it('is told without keys that no event shows', () => {
    const keys = compileKeyPolicy([{ key: 'CaseId', redact: ['events'] }]);
    expect(incomingOf(asked({}, { env: { keys } })).customContext.sipHeaders).to.deep.equal({});
  });

  it('goes on as routed when it is answered', () => {
    const story = asked();
    expect(decided(story, { action: 'answer' })).to.deep.equal(['bob ← INVITE offer']);
    expect(story.call.state).to.equal('inviting');
    story.bob.answers({ sdp: 'answer' });
    story.alice.acknowledges();
    expect(story.call.state).to.equal('established');
    expect(story.noted('decided')).to.deep.equal([
      { note: 'decided', leg: story.alice.leg, action: 'answer', tookMs: 250 },
    ]);
  });

  it('carries what was attached while it waited', () => {
    const story = asked();
    const entry = { key: 'Tier', type: 'string', value: 'gold', scope: 'sip' } as const;
    const operation = { operation: 'update', entries: [entry] } as const;
    story.feed({ type: 'dataRequested', operation, thirdPartyDn: 'crm' as never });
    decided(story, { action: 'answer' });
    const invite = story.effects.find(effect => effect.do === 'invite');
    expect(invite?.payload.headers).to.deep.include({ name: 'X-MS-Custom-Tier', value: 'gold' });
  });

  it('goes elsewhere when it is redirected, and nowhere else', () => {
    const story = asked();
    expect(decided(story, { action: 'redirect', target: carol })).to.deep.equal(['carol ← INVITE offer']);
    story.carol.rejects(503, 'Unavailable');
    expect(story.heard()).to.deep.equal(['alice ← 503']);
  });

  for (const [status, why] of [
    [403, 'rejected'],
    [486, 'busy'],
    [603, 'rejected'],
  ] as const) {
    it(`is rejected with ${status}`, () => {
      const story = asked();
      expect(decided(story, { action: 'reject', status, reason: 'Not now' })).to.deep.equal([
        `alice ← ${status}`,
      ]);
      expect(story.effects.at(-1)).to.include({ reason: 'Not now' });
      const verdict = { by: 'third-party', why, sipStatus: status, atFault: 'none' };
      expect(story.noted('released').map(note => note.verdict)).to.deep.equal([verdict]);
      expect(story.call.state).to.equal('released');
    });
  }

  describe('and who does not', () => {
    const nothing = { action: 'none', code: 'decision-missing' } as const;

    it('goes on as routed', () => {
      const story = asked({ onTimeout: 'answer' });
      expect(decided(story, nothing)).to.deep.equal(['bob ← INVITE offer']);
      expect(story.noted('decided')[0]).to.include({ action: 'answer', code: 'decision-missing' });
    });

    it('is rejected with 480 where the configuration says so', () => {
      const story = asked({ onTimeout: 'reject' });
      expect(decided(story, nothing)).to.deep.equal(['alice ← 480']);
      expect(story.noted('decided')[0]).to.include({ action: 'reject', code: 'decision-missing' });
      expect(story.noted('released')[0]?.verdict).to.deep.include({ by: 'baton', atFault: 'baton' });
    });

    it('counts as nobody who sends it where its caller may not call', () => {
      const sbc = trunk({ name: 'sbc', sources: ['192.0.2.64/26'] });
      const story = asked({}, { routing: { trunks: [sbc] }, source: { address: '192.0.2.65' } });
      const verdict = { action: 'redirect', target: 'sip:premium@198.51.100.9' } as const;
      expect(decided(story, verdict)).to.deep.equal(['bob ← INVITE offer']);
      expect(story.noted('decided')[0]).to.include({ action: 'answer', code: 'decision-invalid' });
    });
  });

  describe('ends cleanly while it waits', () => {
    it('when its caller gives up', () => {
      const story = asked();
      story.alice.cancels();
      expect(story.heard()).to.deep.equal([]);
      expect(story.noted('released')[0]?.verdict).to.include({ why: 'cancelled', by: 'caller' });
      expect(decided(story, { action: 'answer' })).to.deep.equal([]);
    });

    it('when Baton stops', () => {
      const story = asked();
      const verdict = { by: 'baton', why: 'shutdown', atFault: 'none' } as const;
      story.feed({ type: 'releaseWanted', status: 503, verdict, reason: 'shutting down' });
      expect(story.heard()).to.deep.equal(['alice ← 503']);
      expect(story.noted('released')).to.have.length(1);
      expect(story.noted('started')).to.have.length(1);
    });

    it('when its caller is lost', () => {
      const story = asked();
      story.feed({ type: 'lost', leg: story.alice.leg, reason: 'engine gone' });
      expect(story.call.state).to.equal('released');
    });
  });

  it('decides once', () => {
    const story = asked();
    decided(story, { action: 'answer' });
    expect(decided(story, { action: 'reject', status: 403 })).to.deep.equal([]);
  });
});

describe('a call about which nobody is asked', () => {
  it('comes from another trunk', () => {
    const story = screened({ trunks: new Set(['sbc']) }).invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
  });

  it('has no route', () => {
    const story = screened({}, { routing: { routes: [], anyTarget: 'never' } }).invite({
      sdp: 'offer',
      requestUri: 'sip:bob@198.51.100.9',
    });
    expect(story.heard()).to.deep.equal(['alice ← 403']);
  });
});
