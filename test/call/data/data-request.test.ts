import { expect } from 'chai';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import { compileRename } from '../../../lib/attached-data/rename.ts';
import type { Scope, WantedEntry, WantedOperation } from '../../../lib/attached-data/entry.ts';
import { valueText } from '../../../lib/attached-data/views.ts';
import type { DataRequested } from '../../../lib/call/data/data-request.ts';
import { decide } from '../../../lib/call/decide.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import type { EventAttachedDataChanged } from '../../../lib/events/event.ts';
import { pairs, Story, trunk } from '../support/story.ts';

const entry = (key: string, value: string, scope: Scope = 'call'): WantedEntry => ({
  key,
  type: 'string',
  value,
  scope,
});
const update = (...entries: WantedEntry[]): WantedOperation => ({ operation: 'update', entries });
const attach = (...entries: WantedEntry[]): WantedOperation => ({ operation: 'attach', entries });

function wanted(operation: WantedOperation, more: Partial<DataRequested> = {}): DataRequested {
  return { type: 'dataRequested', operation, thirdPartyDn: 'crm' as Dn, ...more };
}

/** Whose copy, whose change, its reference. */
function short(event: unknown) {
  const { ThisDN, ThirdPartyDN, ReferenceID } = event as EventAttachedDataChanged;
  return [ThisDN, ThirdPartyDN, ReferenceID];
}

/** The story takes the request when it is not refused. */
function refusalOf(story: Story, signal: DataRequested) {
  const { refusal, call } = decide(story.call, signal, story.nowMs, story.env);
  if (refusal !== undefined) {
    expect(call.data).to.equal(story.call.data);
    expect(call.revision).to.equal(story.call.revision);
  }
  return refusal;
}

describe('a request to change keys with rules', () => {
  const keys = compileKeyPolicy([
    { key: 'Queue', write: ['party'] },
    { key: 'Score', write: ['third-party'] },
    { key: 'Fixed', write: [] },
    { key: 'Case', out: 'X-Case' },
    { key: 'crm *', out: 'X-*' },
  ]);
  const story = new Story({ env: { keys } }).established({ headers: ['X-MS-Custom-Queue: 1'] });
  const forbidden = (at: number) => ({ code: 'key-forbidden', at });
  const rows = [
    [
      'a third party sets what parties write',
      update(entry('A', '1'), entry('queue', '2')),
      'crm',
      forbidden(1),
    ],
    ['a party sets what parties write', update(entry('Queue', '2')), 'bob', undefined],
    ['a party sets what third parties write', attach(entry('Score', '2')), 'alice', forbidden(0)],
    ['a third party sets what third parties write', attach(entry('Score', '2')), 'crm', undefined],
    ['anybody sets what nobody writes', update(entry('Fixed', '2')), 'bob', forbidden(0)],
    [
      'a key is deleted that is not there',
      { operation: 'delete', keys: ['A', 'Fixed'] },
      'crm',
      forbidden(1),
    ],
    ['all is deleted by one who may not write all', { operation: 'delete-all' }, 'crm', forbidden(0)],
    ['all is deleted by one who may', { operation: 'delete-all' }, 'alice', undefined],
    [
      'a line break leads to a header',
      update(entry('A', '1'), entry('Case', 'a\nb')),
      'crm',
      { code: 'control-character', at: 1 },
    ],
    ['a key leads to no header name', update(entry('crm a b', '1')), 'crm', { code: 'bad-key', at: 0 }],
  ] as const;
  for (const [what, operation, dn, refusal] of rows) {
    it(`is ${refusal === undefined ? 'carried out' : `refused as ${refusal.code}`} when ${what}`, () => {
      expect(refusalOf(story, wanted(operation, { thirdPartyDn: dn as Dn }))).to.deep.equal(refusal);
    });
  }
});

describe('a request to change a key that a trunk has a header for', () => {
  const rename = compileRename({ Case: 'X-Case' });
  for (const [whose, sources] of [
    ['the caller', '127.0.0.1'],
    ['the callee', '192.0.2.2'],
  ] as const) {
    it(`is refused when a line break would reach ${whose}`, () => {
      const story = new Story({ routing: { trunks: [trunk({ name: 'a', sources: [sources], rename })] } });
      story.established();
      const fault = { code: 'control-character', at: 0 };
      expect(refusalOf(story, wanted(update(entry('case', 'a\nb'))))).to.deep.equal(fault);
      expect(refusalOf(story, wanted(update(entry('Other', 'a\nb'))))).to.equal(undefined);
    });
  }
});

describe('a request to change the data of a call', () => {
  it('by a third party: counts at once, and is told to each party and to the requester', () => {
    const story = new Story().established();
    story.feed(wanted(update(entry('CaseId', '42')), { referenceId: 9 }));
    expect(story.heard()).to.deep.equal(['alice ← INFO event', 'bob ← INFO event']);
    expect(story.changes.map(short)).to.deep.equal([
      ['alice', 'crm', undefined],
      ['bob', 'crm', undefined],
      [undefined, 'crm', 9],
    ]);
    expect(pairs(story.call.data)).to.deep.equal({ CaseId: '42' });
    expect(story.call.revision).to.equal(1);
    expect(story.call.data[0]?.from).to.deep.equal({ party: 'crm', atMs: story.nowMs });
  });

  it("with a party's DN is that party's own change: no further copy", () => {
    const story = new Story().established();
    story.feed(wanted(update(entry('CaseId', '42')), { thirdPartyDn: 'bob' as Dn, referenceId: 9 }));
    expect(story.changes.map(short)).to.deep.equal([
      ['alice', 'bob', undefined],
      ['bob', 'bob', 9],
    ]);
    expect(story.call.data[0]?.from).to.include({ leg: story.bob.leg });
    expect(story.noted('changed')[0]).to.include({ leg: story.bob.leg });
  });

  it('before the call is up: counts at once, told once it is, neighbours as one', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.feed(wanted(update(entry('A', '1'))));
    story.feed(wanted(update(entry('B', '2'))));
    expect(pairs(story.call.data)).to.deep.equal({ A: '1', B: '2' });
    expect(story.call.revision).to.equal(2);
    story.bob.answers({ sdp: 'answer' });
    expect(story.changes).to.deep.equal([]);
    story.alice.acknowledges();
    expect(story.changes.map(short)).to.deep.equal([
      ['alice', 'crm', undefined],
      ['bob', 'crm', undefined],
      [undefined, 'crm', undefined],
    ]);
  });

  it('before the call is up with references: each has its answer', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.feed(wanted(update(entry('A', '1')), { referenceId: 1 }));
    story.feed(wanted(update(entry('A', '2')), { referenceId: 2 }));
    story.bob.answers({ sdp: 'answer' });
    story.alice.acknowledges();
    const answers = story.changes.map(short).filter(([, , reference]) => reference !== undefined);
    expect(answers).to.deep.equal([
      [undefined, 'crm', 1],
      [undefined, 'crm', 2],
    ]);
  });

  it('that changes nothing raises nothing and keeps the revision', () => {
    const story = new Story().established({ headers: ['X-MS-Custom-CaseId: 42'] });
    story.feed(wanted(update(entry('caseid', '42'))));
    story.feed(wanted({ operation: 'delete', keys: ['nothing'] }));
    expect(story.changes).to.deep.equal([]);
    expect(story.call.revision).to.equal(0);
  });

  it('attaches duplicates, updates all of a key, deletes all of a key, deletes everything', () => {
    const story = new Story().established();
    const keys = () => story.call.data.map(pair => `${pair.key}=${valueText(pair)}`);
    story.feed(wanted(attach(entry('k', '1'), entry('k', '2'), entry('j', '3'))));
    expect(keys()).to.deep.equal(['k=1', 'k=2', 'j=3']);
    story.feed(wanted(update(entry('k', '4'))));
    expect(keys()).to.deep.equal(['k=4', 'j=3']);
    story.feed(wanted({ operation: 'delete', keys: ['k'] }));
    expect(keys()).to.deep.equal(['j=3']);
    story.feed(wanted({ operation: 'delete-all' }));
    expect(keys()).to.deep.equal([]);
    expect(story.call.revision).to.equal(4);
  });

  it('asked for an older revision is refused', () => {
    const story = new Story().established();
    story.feed(wanted(update(entry('A', '1')), { ifRevision: 0 }));
    expect(story.call.revision).to.equal(1);
    expect(refusalOf(story, wanted(update(entry('A', '2')), { ifRevision: 0 }))).to.deep.equal({
      code: 'revision-conflict',
    });
  });

  it('of a released call is refused', () => {
    const story = new Story().established();
    story.bob.hangsUp();
    expect(refusalOf(story, wanted(update(entry('A', '1'))))).to.deep.equal({ code: 'call-unknown' });
  });

  describe('of a released call that is retained', () => {
    const retained = { retainAfterReleaseMs: 1_000 };
    const released = (): Story => {
      const story = new Story({ env: retained }).established();
      story.feed(wanted(update(entry('A', '1'))));
      story.bob.hangsUp();
      story.heard();
      story.events.length = 0;
      return story;
    };

    it('counts, is told to all who were on it and to the requester, and goes on no leg', () => {
      const story = released();
      story.feed(wanted(update(entry('A', '2')), { referenceId: 9 }));
      expect(story.heard()).to.deep.equal([]);
      expect(story.events.map(short)).to.deep.equal([
        ['alice', 'crm', undefined],
        ['bob', 'crm', undefined],
        [undefined, 'crm', 9],
      ]);
      expect(pairs(story.call.data)).to.deep.equal({ A: '2' });
      expect([story.call.revision, story.call.state]).to.deep.equal([2, 'released']);
      expect(story.noted('notification').map(({ outcome }) => outcome)).to.not.include('dropped');
    });

    it("with the DN of one who was on it is that party's own", () => {
      const story = released();
      story.feed(wanted(update(entry('A', '2')), { thirdPartyDn: 'bob' as Dn, referenceId: 9 }));
      expect(story.events.map(short)).to.deep.equal([
        ['alice', 'bob', undefined],
        ['bob', 'bob', 9],
      ]);
    });

    it('is refused from the end of its time on', () => {
      const story = released();
      story.nowMs += 999;
      expect(refusalOf(story, wanted(update(entry('A', '2'))))).to.equal(undefined);
      story.nowMs += 1;
      expect(refusalOf(story, wanted(update(entry('A', '2'))))).to.deep.equal({ code: 'call-unknown' });
    });
  });

  const good = entry('good', '1');
  const line = 'a\r\nb\0';
  const existing = ['X-MS-Custom-CaseId: 42'];
  for (const [what, operation, refusal] of [
    ['data over the packed limit', update(good, entry('k', 'x'.repeat(16_000))), { code: 'packed-limit' }],
    [
      'a line break in scope sip',
      update(good, entry('k', line, 'sip')),
      { code: 'control-character', at: 1 },
    ],
    ['a line break in scope uui', update(entry('UUI', line, 'uui')), { code: 'control-character', at: 0 }],
    [
      'a line break for an entry of a header',
      update(entry('CaseId', line)),
      { code: 'control-character', at: 0 },
    ],
    ['a line break in scope call', update(entry('k', line)), undefined],
    ['a line break in scope voip', update(entry('k', line, 'voip')), undefined],
    [
      'a key that is no token in scope sip',
      update(good, entry('a b', '1', 'sip')),
      { code: 'bad-key', at: 1 },
    ],
    ['a key that is no token in scope call', update(entry('a b', '1')), undefined],
    ['another key than UUI in scope uui', update(good, entry('k', '1', 'uui')), { code: 'bad-key', at: 1 }],
    ['a VoIP key of 64', update(entry('k'.repeat(64), 'v'.repeat(1024), 'voip')), undefined],
    ['a VoIP key of 65', update(good, entry('k'.repeat(65), '', 'voip')), { code: 'voip-limit', at: 1 }],
    ['a VoIP value of 1,025', update(entry('k', 'v'.repeat(1025), 'voip')), { code: 'voip-limit', at: 0 }],
    ['1,000 VoIP headers', update(...voip(1000)), undefined],
    ['1,001 VoIP headers', update(...voip(1001)), { code: 'voip-limit' }],
  ] as const) {
    it(`with ${what} is ${refusal === undefined ? 'carried out' : `refused whole: ${refusal.code}`}`, () => {
      const story = new Story().established({ headers: existing });
      expect(refusalOf(story, wanted(operation))).to.deep.equal(refusal);
    });
  }

  it('keeps VoIP headers off the SIP legs', () => {
    const story = new Story().established();
    story.feed(wanted(update(entry('secret', '1', 'voip'), entry('open', '2'))));
    expect(story.alice.told().map(({ UserData }) => pairs(UserData))).to.deep.equal([{ open: '2' }]);
    expect(pairs(story.changes[0]?.UserData ?? [])).to.deep.equal({
      secret: '1',
      open: '2',
    });
  });
});

function voip(count: number): WantedEntry[] {
  return Array.from({ length: count }, (_, at) => entry(`k${at}`, '', 'voip'));
}

describe('a scope that a request names', () => {
  const inCall = (): Story => {
    const story = new Story().established();
    story.feed(wanted(update(entry('K', 'call'))));
    story.heard();
    return story;
  };

  it('is taken by a pair that had no place on the wire: voip goes on no SIP leg', () => {
    const story = inCall();
    story.feed(wanted(update(entry('K', 'secret', 'voip'))));
    expect(story.call.data.map(({ key, scope }) => [key, scope])).to.deep.equal([['K', 'voip']]);
    expect(JSON.stringify([...story.alice.told(), ...story.bob.told()])).to.not.contain('secret');
  });

  it('brings its rules: no line end in scope sip, no VoIP value over 1,024', () => {
    expect(refusalOf(inCall(), wanted(update(entry('K', 'a\r\nX-Evil: 1', 'sip'))))?.code).to.equal(
      'control-character',
    );
    expect(refusalOf(inCall(), wanted(update(entry('K', 'v'.repeat(1025), 'voip'))))?.code).to.equal(
      'voip-limit',
    );
  });

  it('voip is told to those who read events, but to no leg, neither by value nor by name', () => {
    const story = new Story().established();
    story.feed(wanted(update(entry('V', 'v', 'voip'))));
    expect(story.heard()).to.deep.equal([]);
    expect(story.changes).to.have.length(3);
    story.feed(wanted({ operation: 'delete', keys: ['V'] }));
    expect(story.heard()).to.deep.equal([]);
    expect(story.changes).to.have.length(6);
  });
});
