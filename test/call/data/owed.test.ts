import { expect } from 'chai';
import fc from 'fast-check';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import { profileOf } from '../../../lib/attached-data/profile.ts';
import { maxDebts } from '../../../lib/call/data/owed.ts';
import { carolSets } from '../support/carol-sets.ts';
import { type Carried, type Party, Story, textOf, trunk } from '../support/story.ts';

const dtmf = { contentType: 'application/dtmf-relay', content: 'Signal=5' };

/** The data headers of the newest request that reached a party. */
function got(party: Party, method = 'INFO'): string[] {
  return party.gotHeaders('request', method).filter(line => /^(x-|user-to-user)/i.test(line));
}

function withCase(options: ConstructorParameters<typeof Story>[0] = {}, more: Carried = {}): Story {
  return new Story(options).established({ headers: ['X-MS-Custom-CaseId: 1', ...(more.headers ?? [])] });
}

describe('what a leg is owed', () => {
  it('leaves on the next request that goes on to it, once, with the value that it has then', () => {
    const story = withCase();
    carolSets(story, { CaseId: '2' });
    carolSets(story, { CaseId: '3' });
    story.alice.sends('INVITE', { sdp: 'hold' });
    expect(got(story.bob, 'INVITE')).to.deep.equal(['X-MS-Custom-CaseId: 3']);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal([]);
    story.bob.sends('INFO', { body: dtmf });
    expect(got(story.alice)).to.deep.equal(['X-MS-Custom-CaseId: 3']);
  });

  for (const [method, carries] of [
    ['INVITE', true],
    ['UPDATE', true],
    ['INFO', true],
    ['MESSAGE', false],
    ['NOTIFY', false],
  ] as const) {
    it(`${carries ? 'rides' : 'does not ride'} on ${method}`, () => {
      const story = new Story().established(
        { headers: ['X-MS-Custom-CaseId: 1'] },
        { headers: ['Allow: UPDATE, INFO'] },
      );
      carolSets(story, { CaseId: '2' });
      story.alice.sends(method, method === 'INVITE' ? { sdp: 'hold' } : {});
      expect(got(story.bob, method)).to.deep.equal(carries ? ['X-MS-Custom-CaseId: 2'] : []);
    });
  }

  it('is an empty header when the pair is gone', () => {
    const story = withCase();
    carolSets(story, { CaseId: null });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: ']);
  });

  it('is nothing when the value came back to what the leg was told', () => {
    const story = withCase();
    carolSets(story, { CaseId: '1' });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal([]);
  });

  it('is settled by the word of a message about the same pair', () => {
    const story = withCase();
    carolSets(story, { CaseId: '2', Other: '7' }, 'sip');
    story.alice.sends('INVITE', { sdp: 'hold', headers: ['x-ms-custom-caseid: 5'] });
    expect(got(story.bob, 'INVITE')).to.deep.equal(['x-ms-custom-caseid: 5', 'X-MS-Custom-Other: 7']);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal([]);
  });

  it('is not what the leg has said itself, by a header or by a body', () => {
    const story = withCase();
    story.bob.sends('INFO', {
      body: { contentType: 'application/json', content: '{"userData":{"CaseId":"2"}}' },
    });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal([]);
    story.bob.sends('INFO', { body: dtmf });
    expect(got(story.alice)).to.deep.equal(['X-MS-Custom-CaseId: 2']);
  });

  it('goes the way of the word that the leg says itself', () => {
    const story = withCase();
    carolSets(story, { CaseId: '2' });
    story.bob.sends('INFO', { headers: ['X-MS-Custom-CaseId: 9'] });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal([]);
  });

  it('is owed again when the request was refused, with the value that it has then', () => {
    const story = withCase();
    carolSets(story, { CaseId: '2' });
    story.alice.sends('INVITE', { sdp: 'hold' });
    carolSets(story, { CaseId: '3' });
    story.bob.replies('INVITE', 488);
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: 3']);
    story.bob.replies('INFO', 415);
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: 3']);
  });

  it('is owed again when the re-INVITE was taken back', () => {
    const story = withCase();
    carolSets(story, { CaseId: '2' });
    const request = story.alice.sends('INVITE', { sdp: 'hold' });
    story.alice.withdraws(request);
    story.bob.replies('INVITE', 487);
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: 2']);
  });

  it('is the data as it is when the leg has accepted a re-INVITE that was taken back', () => {
    const story = withCase();
    const request = story.alice.sends('INVITE', { sdp: 'hold', headers: ['X-MS-Custom-CaseId: 5'] });
    story.alice.withdraws(request);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    // What Baton offers to make both ends agree takes it along.
    expect(got(story.bob, 'INVITE')).to.deep.equal(['X-MS-Custom-CaseId: 1']);
  });

  it('is the data of an INFO too that was refused there', () => {
    const quiet = trunk({ name: 'quiet', sources: ['192.0.2.2/32'], notify: 'none' });
    const story = withCase({ routing: { trunks: [quiet] } });
    story.alice.sends('INFO', { body: dtmf, headers: ['X-MS-Custom-CaseId: 5'] });
    story.bob.replies('INFO', 415);
    story.alice.sends('INVITE', { sdp: 'hold' });
    expect(got(story.bob, 'INVITE')).to.deep.equal(['X-MS-Custom-CaseId: 5']);
  });

  it('is what a re-INVITE changed, when the leg was told something else while it was under way', () => {
    const story = withCase();
    story.alice.sends('INVITE', { sdp: 'hold', headers: ['X-MS-Custom-CaseId: 5'] });
    carolSets(story, { CaseId: '6' });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: 6']);
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: 5']);
  });

  it('rides on the responses to the INVITE; a provisional one may get lost', () => {
    const story = new Story().invite({ sdp: 'offer', headers: ['X-MS-Custom-CaseId: 1'] });
    carolSets(story, { CaseId: '2' });
    story.bob.rings();
    expect(story.alice.gotHeaders('progress')).to.deep.equal(['X-MS-Custom-CaseId: 2']);
    story.bob.answers({ sdp: 'answer' });
    expect(story.alice.gotHeaders('answer')).to.deep.equal(['X-MS-Custom-CaseId: 2']);
    story.alice.acknowledges();
    story.bob.sends('INFO', { body: dtmf });
    expect(got(story.alice)).to.deep.equal([]);
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-CaseId: 2']);
  });

  it('is not what a response has told already', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings(180, { headers: ['X-MS-Custom-Agent: 7'] });
    story.bob.answers({ sdp: 'answer' });
    expect(story.alice.gotHeaders('answer')).to.deep.equal([]);
  });

  it('does not ride on a refusal', () => {
    const story = new Story({ routing: { routes: [{ targets: ['sip:bob@192.0.2.2'] }] } }).invite({
      sdp: 'o',
    });
    carolSets(story, { A: '2' }, 'sip');
    story.bob.rejects(486, 'Busy');
    expect(story.alice.gotHeaders('reject')).to.deep.equal([]);
  });

  it('of a key that the policy maps leaves in its header, whatever its scope', () => {
    const keys = compileKeyPolicy([{ key: 'Segment', out: 'X-MS-Custom-Seg' }]);
    const story = new Story({ env: { keys } }).established();
    carolSets(story, { Segment: 'gold', Other: 'x' });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-Seg: gold']);
    carolSets(story, { Segment: null });
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-Seg: ']);
  });

  it('is never a VoIP pair, whatever the policy says, nor one that is only data of the call', () => {
    const keys = compileKeyPolicy([{ key: 'A', out: 'X-MS-Custom-A' }]);
    const story = new Story({ env: { keys } }).established();
    carolSets(story, { A: '1' }, 'voip');
    carolSets(story, { B: '1' }, 'call');
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal([]);
  });

  it('is only what the trunk is told', () => {
    const shy = trunk({
      name: 'shy',
      sources: ['192.0.2.2/32'],
      notifyKeys: { deny: ['Secret'] },
      blockHeaders: ['x-ms-custom-blocked'],
    });
    const story = new Story({ routing: { trunks: [shy] } }).established();
    carolSets(story, { Secret: '1', Blocked: '2', Open: '3' }, 'sip');
    story.alice.sends('INFO', { body: dtmf });
    expect(got(story.bob)).to.deep.equal(['X-MS-Custom-Open: 3']);
  });

  it('obeys the limits of the profile together with what the message carries', () => {
    const acs = trunk({ name: 'acs', sources: ['192.0.2.2/32'], profile: profileOf('acs-dr') });
    const story = new Story({ routing: { trunks: [acs] } }).established();
    carolSets(story, { Bad: 'a b', One: '1', Two: '2' }, 'sip');
    const headers = ['A', 'B', 'C', 'D'].map(key => `X-MS-Custom-${key}: 0`);
    story.alice.sends('INFO', { body: dtmf, headers });
    expect(got(story.bob)).to.deep.equal([...headers, 'X-MS-Custom-One: 1']);
    expect(story.noted('dropped').flatMap(({ drops }) => drops)).to.deep.equal([
      { key: 'Bad', code: 'acs-charset' },
      { key: 'Two', code: 'acs-count' },
    ]);
  });

  // 500 octets each.
  for (const big of ['x'.repeat(500), 'é'.repeat(250)]) {
    it(`keeps a request small over UDP: what does not fit goes on the next (${big.slice(0, 1)})`, () => {
      const story = new Story().established();
      carolSets(story, { A: big, B: big, C: '1' }, 'sip');
      story.alice.sends('INFO', { body: dtmf });
      expect(got(story.bob)).to.deep.equal([`X-MS-Custom-A: ${big}`]);
      story.alice.sends('INFO', { body: dtmf });
      expect(got(story.bob)).to.deep.equal([`X-MS-Custom-B: ${big}`, 'X-MS-Custom-C: 1']);
    });
  }

  it('is bounded', () => {
    const story = new Story().established();
    for (let n = 0; n < maxDebts + 10; n += 1) carolSets(story, { [`K${String(n)}`]: '1' }, 'sip');
    expect(story.call.caller.owed).to.have.length(maxDebts);
    expect(story.call.caller.owed.at(-1)?.pair).to.equal(`key k${String(maxDebts + 9)}`);
  });
});

describe('User-to-User that a leg is owed', () => {
  const isdn = '04CAFE;encoding=hex';
  const other = 'abc;purpose=acme';

  for (const [title, value, rides] of [
    ['of the ISDN package, named or by default, does not ride within the dialog', isdn, false],
    ['of another package rides on any request', other, true],
    ['of both packages does not ride within the dialog', `${isdn}, ${other}`, false],
  ] as const) {
    it(title, () => {
      const story = new Story().established({ headers: ['User-to-User: 0401;encoding=hex'] });
      carolSets(story, { UUI: value }, 'uui');
      story.alice.sends('INVITE', { sdp: 'hold' });
      expect(got(story.bob, 'INVITE')).to.deep.equal(rides ? [`User-to-User: ${value}`] : []);
    });
  }

  it('rides on the responses to the INVITE', () => {
    const story = new Story().invite({ sdp: 'offer', headers: ['User-to-User: 0401;encoding=hex'] });
    carolSets(story, { UUI: isdn }, 'uui');
    story.bob.answers({ sdp: 'answer' });
    expect(story.alice.gotHeaders('answer')).to.deep.equal([`User-to-User: ${isdn}`]);
  });

  for (const had of [true, false]) {
    it(`${had ? 'rides' : 'does not ride'} on BYE when the INVITE had ${had ? 'some' : 'none'}`, () => {
      const story = new Story().established(had ? { headers: ['User-to-User: 0401;encoding=hex'] } : {});
      carolSets(story, { UUI: isdn }, 'uui');
      carolSets(story, { CaseId: '1' }, 'sip');
      story.alice.hangsUp();
      const bye = story.bob.got('hangUp').headers.map(({ name, value }) => `${name}: ${value}`);
      expect(bye).to.deep.equal(had ? [`User-to-User: ${isdn}`] : []);
    });
  }

  it('rides on the BYE of our own to both, when the INVITE had some', () => {
    const story = new Story().established({ headers: ['User-to-User: 0401;encoding=hex'] });
    carolSets(story, { UUI: isdn }, 'uui');
    carolSets(story, { CaseId: '1' }, 'sip');
    const verdict = { by: 'baton', why: 'shutdown', atFault: 'baton' } as const;
    story.feed({ type: 'releaseWanted', status: 503, reason: 'shutting down', verdict });
    for (const party of [story.alice, story.bob]) {
      const data = textOf(party.got('hangUp').headers).filter(line => /^(User|X)-/.test(line));
      expect(data).to.deep.equal([`User-to-User: ${isdn}`]);
    }
  });

  it('what a re-INVITE brought and must not take along stays owed', () => {
    const story = new Story().established({ headers: ['User-to-User: 0401;encoding=hex'] });
    story.alice.sends('INVITE', { sdp: 'hold', headers: [`User-to-User: ${isdn}`] });
    story.bob.replies('INVITE', 200, { sdp: 'held' });
    story.alice.hangsUp();
    expect(story.bob.got('hangUp').headers).to.deep.include({ name: 'User-to-User', value: isdn });
  });

  it('has no empty form', () => {
    const story = new Story().established({ headers: [`User-to-User: ${other}`] });
    carolSets(story, { UUI: null });
    story.alice.sends('INVITE', { sdp: 'hold' });
    expect(got(story.bob, 'INVITE')).to.deep.equal([]);
  });
});

describe('the header view of a leg', () => {
  const names = ['A', 'B', 'C'];
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('carol' as const),
      key: fc.constantFrom(...names),
      value: fc.constantFrom('1', '2', null),
    }),
    fc.record({
      kind: fc.constant('alice' as const),
      key: fc.constantFrom(...names),
      value: fc.constantFrom('3', '4', ''),
    }),
    fc.record({
      kind: fc.constant('bob' as const),
      key: fc.constantFrom(...names),
      value: fc.constantFrom('5', '6', ''),
    }),
    fc.record({
      kind: fc.constant('reinvite' as const),
      key: fc.constantFrom(...names),
      value: fc.constantFrom('7', '8'),
      status: fc.constantFrom(200, 488),
    }),
    fc.record({ kind: fc.constant('dtmf' as const), status: fc.constantFrom(200, 500) }),
  );

  it('is the data, after whatever happened and one more message', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), steps => {
        const quiet = trunk({ name: 'quiet', sources: ['192.0.2.2/32'], notify: 'none' });
        const story = new Story({ routing: { trunks: [quiet] } }).established();
        /** What bob has heard or said last. */
        const known = new Map<string, string>();
        const hear = (method: string): void => {
          for (const line of got(story.bob, method)) {
            const [name = '', value = ''] = line.split(': ');
            known.set(name.replace('X-MS-Custom-', ''), value);
          }
        };
        const passes = (method: string, status: number, carried: Carried): void => {
          story.alice.sends(method, carried);
          if (status === 200) hear(method);
          story.bob.replies(method, status, method === 'INVITE' ? { sdp: 'answer' } : {});
          if (method !== 'INVITE' || status !== 200) return;
          const last = story.call.relayed.at(-1);
          if (last !== undefined) story.alice.acknowledges({}, last.request);
        };
        for (const taken of steps) {
          const headers = 'key' in taken ? [`X-MS-Custom-${taken.key}: ${taken.value ?? ''}`] : [];
          if (taken.kind === 'carol') carolSets(story, { [taken.key]: taken.value }, 'sip');
          else if (taken.kind === 'alice') story.alice.sends('INFO', { headers });
          else if (taken.kind === 'reinvite') passes('INVITE', taken.status, { sdp: 'offer', headers });
          else if (taken.kind === 'dtmf') passes('INFO', taken.status, { body: dtmf });
          else {
            story.bob.sends('INFO', { headers });
            known.set(taken.key, taken.value);
          }
        }
        passes('INFO', 200, { body: dtmf });
        for (const key of names) {
          const entry = story.call.data.find(pair => pair.key === key);
          expect(known.get(key) ?? '', key).to.equal(entry?.value ?? '');
        }
      }),
    );
  });
});
