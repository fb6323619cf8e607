import { expect } from 'chai';
import { compileKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import type { EventAttachedDataChanged } from '../../../lib/events/event.ts';
import { pairs, Story, textOf, trunk } from '../support/story.ts';

const json = (userData: unknown) => ({
  contentType: 'application/json',
  content: JSON.stringify({ userData }),
});
const form = (content: string) => ({ contentType: 'application/x-www-form-urlencoded', content });
const dtmf = { contentType: 'application/dtmf-relay', content: 'Signal=5' };

/** What a copy says, in short: whose copy, whose change, which data. */
function short(event: EventAttachedDataChanged) {
  return [event.ThisDN, event.ThirdPartyDN, pairs(event.UserData)];
}

describe('where a change comes from, and when it counts', () => {
  it('INVITE: at once, without an event', () => {
    const story = new Story().invite({
      headers: ['X-MS-Custom-CaseId: 42', 'User-to-User: 04aa;encoding=hex'],
    });
    expect(pairs(story.call.data)).to.deep.equal({ CaseId: '42', UUI: '04aa;encoding=hex' });
    story.bob.answers();
    story.alice.acknowledges();
    expect(story.changes).to.deep.equal([]);
    expect(story.call.revision).to.equal(0);
  });

  it('18x and 2xx: at once, told once the call is up, as one change', () => {
    const story = new Story().invite({ sdp: 'offer', headers: ['X-MS-Custom-CaseId: 42'] });
    story.bob.rings(180, { headers: ['X-MS-Custom-Queue: gold'] });
    expect(pairs(story.call.data)).to.deep.equal({ CaseId: '42', Queue: 'gold' });
    story.bob.answers({ sdp: 'answer', headers: ['X-MS-Custom-Agent: 7'] });
    story.heard();
    expect(story.changes).to.deep.equal([]);
    story.alice.acknowledges();
    expect(story.heard()).to.deep.equal(['alice ← INFO event', 'bob ← INFO event']);
    const all = { CaseId: '42', Queue: 'gold', Agent: '7' };
    expect(story.alice.told().map(short)).to.deep.equal([['alice', 'bob', all]]);
    expect(story.bob.told().map(short)).to.deep.equal([['bob', 'bob', all]]);
    expect(story.noted('changed').map(({ keys }) => keys)).to.deep.equal([['Queue', 'Agent']]);
  });

  it('18x and 2xx that say nothing new: no event', () => {
    const story = new Story().invite({ headers: ['X-MS-Custom-CaseId: 42'] });
    story.bob.rings(180, { headers: ['x-ms-custom-caseid: 42'] });
    story.bob.answers();
    story.alice.acknowledges();
    expect(story.changes).to.deep.equal([]);
  });

  it("a late offer's change is told after the ACK with the answer", () => {
    const story = new Story().invite();
    story.bob.answers({ sdp: 'offer', headers: ['X-MS-Custom-Agent: 7'] });
    story.heard();
    story.alice.acknowledges({ sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['bob ← ACK answer', 'alice ← INFO event', 'bob ← INFO event']);
  });

  for (const method of ['INVITE', 'UPDATE']) {
    it(`${method}: when its 2xx is sent, and it is relayed with the headers`, () => {
      const allows = { headers: ['Allow: INVITE, INFO, UPDATE'] };
      const story = new Story().established(allows, allows);
      const headers = ['X-MS-Custom-CaseId: 43', 'User-to-User: 04bb;encoding=hex'];
      story.bob.sends(method, { sdp: 'hold', headers });
      expect(story.alice.gotHeaders('request', method)).to.deep.equal(['X-MS-Custom-CaseId: 43']);
      expect(story.call.data).to.deep.equal([]);
      story.heard();
      story.alice.replies(method, 200, { sdp: 'held' });
      expect(story.heard().slice(-3)).to.deep.equal([
        `bob ← 200 to ${method} held`,
        'alice ← INFO event',
        'bob ← INFO event',
      ]);
      const all = { CaseId: '43', UUI: '04bb;encoding=hex' };
      expect(story.alice.told().map(short)).to.deep.equal([['alice', 'bob', all]]);
    });

    it(`${method} that fails: changes nothing`, () => {
      const allows = { headers: ['Allow: INVITE, INFO, UPDATE'] };
      const story = new Story().established(allows, allows);
      story.bob.sends(method, { sdp: 'x', headers: ['X-MS-Custom-CaseId: 43'] });
      story.alice.replies(method, 488);
      expect(story.call.data).to.deep.equal([]);
      expect(story.changes).to.deep.equal([]);
    });
  }

  it('UPDATE that the other leg does not take: when we have answered it', () => {
    const story = new Story().established();
    story.alice.sends('UPDATE', { headers: ['X-MS-Custom-A: 1'] });
    expect(story.heard()).to.deep.equal(['alice ← 200 to UPDATE', 'alice ← INFO event', 'bob ← INFO event']);
  });

  it('a refresh without data, or with the data we have: no event', () => {
    const story = new Story().established({ headers: ['X-MS-Custom-A: 1'] });
    for (const headers of [[], ['X-MS-Custom-A: 1']]) {
      const reinvite = story.alice.sends('INVITE', { sdp: 'again', headers });
      story.bob.replies('INVITE', 200, { sdp: 'again' });
      story.alice.acknowledges({}, reinvite);
    }
    expect(story.changes).to.deep.equal([]);
    expect(pairs(story.call.data)).to.deep.equal({ A: '1' });
  });

  it('an empty header deletes, and the event shows what is left', () => {
    const story = new Story().established({ headers: ['X-MS-Custom-A: 1', 'X-MS-Custom-B: 2'] });
    story.alice.sends('INFO', { headers: ['X-MS-Custom-A:'] });
    expect(story.bob.told().map(short)).to.deep.equal([['bob', 'alice', { B: '2' }]]);
  });

  const infos = [
    ['data headers', { headers: ['X-MS-Custom-CaseId: 43'] }],
    ['JSON, object form', { body: json({ CaseId: '43' }) }],
    ['JSON, array form', { body: json([{ key: 'CaseId', type: 'string', value: '43' }]) }],
    ['a form', { body: form('CaseId=43') }],
  ] as const;
  for (const [name, info] of infos) {
    it(`INFO with ${name}: answered 200 and not relayed, both are told`, () => {
      const story = new Story().established({ headers: ['X-MS-Custom-CaseId: 42'] });
      story.alice.sends('INFO', info);
      expect(story.heard()).to.deep.equal(['alice ← 200 to INFO', 'alice ← INFO event', 'bob ← INFO event']);
      expect(story.alice.told().map(short)).to.deep.equal([['alice', 'alice', { CaseId: '43' }]]);
      expect(story.bob.told().map(short)).to.deep.equal([['bob', 'alice', { CaseId: '43' }]]);
    });
  }

  it('INFO with data headers and DTMF goes on as it is, but for a default User-to-User, and the data is told', () => {
    const story = new Story().established();
    story.bob.sends('INFO', {
      headers: ['X-MS-Custom-CaseId: 43', 'X-A: 1', 'User-to-User: 04aa'],
      body: dtmf,
    });
    expect(story.heard()).to.deep.equal([
      'alice ← INFO application/dtmf-relay',
      'alice ← INFO event',
      'bob ← INFO event',
    ]);
    expect(story.effects.find(effect => effect.do === 'request')?.payload.headers).to.deep.equal([
      { name: 'X-MS-Custom-CaseId', value: '43' },
      { name: 'X-A', value: '1' },
    ]);
  });

  const notOurs = [
    ['JSON without userData', { contentType: 'application/json', content: '{"a":1}' }],
    ['broken JSON', { contentType: 'application/json', content: '{"userData":' }],
    ['DTMF', dtmf],
  ] as const;
  for (const [name, body] of notOurs) {
    it(`INFO with ${name}: relayed unchanged`, () => {
      const story = new Story().established();
      story.alice.sends('INFO', { body });
      expect(story.bob.got('request').payload.body).to.deep.equal(body);
      expect(story.changes).to.deep.equal([]);
    });
  }

  it('an event of another Baton: answered 200, neither applied nor relayed', () => {
    const story = new Story().established();
    const content = JSON.stringify({ userData: { A: 1 }, UserData: [{ key: 'A', type: 'int', value: 1 }] });
    story.alice.sends('INFO', {
      headers: ['X-MS-Custom-A: 1'],
      body: { contentType: 'application/vnd.baton.event+json', content },
    });
    expect(story.heard()).to.deep.equal(['alice ← 200 to INFO']);
    expect(story.call.data).to.deep.equal([]);
  });

  it('a change before the call is up is told when it is, author by author', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings();
    story.alice.sends('INFO', { body: json({ A: 1 }) });
    story.bob.answers({ headers: ['X-MS-Custom-B: 2'] });
    expect(story.changes).to.deep.equal([]);
    story.alice.acknowledges();
    expect(story.changes.map(event => short(event))).to.deep.equal([
      ['alice', 'alice', { A: 1 }],
      ['bob', 'alice', { A: 1 }],
      ['alice', 'bob', { A: 1, B: '2' }],
      ['bob', 'bob', { A: 1, B: '2' }],
    ]);
  });

  it('changes before the call is up do not pile up: the latest are told', () => {
    const env = { notify: { maxBytes: 800, queueLimit: 2, timeoutMs: 1000 } };
    const story = new Story({ env }).invite({ sdp: 'offer' });
    story.bob.rings();
    for (const n of [1, 2, 3]) {
      story.alice.sends('INFO', { body: json({ A: n }) });
      story.bob.sends('INFO', { body: json({ B: n }) });
    }
    expect(story.call.untold).to.have.length(2);
    story.bob.answers();
    story.alice.acknowledges();
    expect(story.changes.map(event => short(event))).to.deep.equal([
      ['alice', 'alice', { A: 3, B: 2 }],
      ['bob', 'alice', { A: 3, B: 2 }],
      ['alice', 'bob', { A: 3, B: 3 }],
      ['bob', 'bob', { A: 3, B: 3 }],
    ]);
  });

  it('what a target brought that then failed is told in its name', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings(180, { headers: ['X-MS-Custom-Q: 1'] });
    story.bob.rejects(503, '');
    story.carol.answers();
    story.alice.acknowledges();
    expect(story.changes.map(event => short(event))).to.deep.equal([
      ['alice', 'bob', { Q: '1' }],
      ['carol', 'bob', { Q: '1' }],
      [undefined, 'bob', { Q: '1' }],
    ]);
  });

  it('what is over the limit is left out and counted, and the call goes on', () => {
    const story = new Story({ env: { packedLimitBytes: 60 } }).established();
    story.alice.sends('INFO', { body: json({ big: 'x'.repeat(100), small: 'y' }) });
    expect(pairs(story.call.data)).to.deep.equal({ small: 'y' });
    expect(story.noted('dropped').map(({ drops }) => drops)).to.deep.equal([
      [{ key: 'big', code: 'packed-limit' }],
    ]);
  });

  describe('under a key policy', () => {
    const keys = compileKeyPolicy([
      { key: 'Foo', in: 'Bar' },
      { key: 'Score', write: ['third-party'] },
      { key: 'Case', out: 'X-Case' },
    ]);

    it('counts under the name it gets, from headers and bodies alike', () => {
      const story = new Story({ env: { keys } }).established({ headers: ['X-MS-Custom-Foo: 1'] });
      expect(pairs(story.call.data)).to.deep.equal({ Bar: '1' });
      story.bob.sends('INFO', { body: json({ foo: '2' }) });
      expect(pairs(story.call.data)).to.deep.equal({ Bar: '2' });
    });

    it('what its sender may not write is left out, told once a message, and its header does not cross', () => {
      const story = new Story({ env: { keys } }).invite({
        headers: ['X-MS-Custom-Score: 9', 'X-MS-Custom-Case: 1'],
      });
      expect(pairs(story.call.data)).to.deep.equal({ Case: '1' });
      expect(story.bob.gotHeaders('invite')).to.deep.equal(['X-Case: 1']);
      expect(story.noted('dropped').map(({ drops }) => drops)).to.deep.equal([
        [{ key: 'Score', code: 'not-writable' }],
      ]);
    });

    it('a data-only INFO with nothing that may be written is for us all the same', () => {
      const story = new Story({ env: { keys } }).established();
      story.alice.sends('INFO', { headers: ['X-MS-Custom-Score: 9'] });
      story.alice.sends('INFO', { body: json({ Score: 9 }) });
      expect(story.heard()).to.deep.equal(['alice ← 200 to INFO', 'alice ← 200 to INFO']);
      expect(story.call.revision).to.equal(0);
      expect(story.noted('dropped')).to.have.lengthOf(2);
    });

    it('what crosses with a message that is not read for data is judged there', () => {
      const story = new Story({ env: { keys } }).established();
      story.alice.hangsUp({ headers: ['X-MS-Custom-Score: 9', 'X-MS-Custom-Case: 1'] });
      expect(textOf(story.bob.got('hangUp').headers)).to.deep.equal(['X-Case: 1']);
      expect(story.noted('dropped').map(({ drops }) => drops)).to.deep.equal([
        [{ key: 'Score', code: 'not-writable' }],
      ]);
    });

    it('events hide what they shall, and headers still carry it', () => {
      const secret = compileKeyPolicy([{ key: 'Pin', redact: ['events'] }]);
      const story = new Story({ env: { keys: secret } }).established();
      story.alice.sends('INFO', { headers: ['X-MS-Custom-Pin: 1'], body: dtmf });
      const crossed = story.effects.flatMap(effect =>
        effect.do === 'request' && effect.leg === story.bob.leg ? textOf(effect.payload.headers) : [],
      );
      expect(crossed).to.include('X-MS-Custom-Pin: 1');
      expect(story.bob.told().map(({ UserData }) => UserData)).to.deep.equal([
        [{ key: 'Pin', type: 'string', value: '[redacted]' }],
      ]);
      expect(pairs(story.call.data)).to.deep.equal({ Pin: '1' });
      story.alice.hangsUp();
      const told = story.events.flatMap(({ UserData = [] }) => UserData.map(({ value }) => value));
      expect(told).to.have.lengthOf.above(2);
      expect(new Set(told)).to.deep.equal(new Set(['[redacted]']));
    });

    it('a value from an INFO that cannot stand in the header it leads to is left out', () => {
      const story = new Story({ env: { keys } }).established();
      story.alice.sends('INFO', { body: json({ Case: 'a\r\nVia: x', Other: 'a\nb' }) });
      expect(pairs(story.call.data)).to.deep.equal({ Other: 'a\nb' });
      expect(story.noted('dropped').map(({ drops }) => drops)).to.deep.equal([
        [{ key: 'Case', code: 'control-character' }],
      ]);
    });
  });

  it('further X- headers count where the trunk says so, and only from there', () => {
    const acme = trunk({ name: 'acme', sources: ['127.0.0.1/32'], dataHeaders: ['X-Acme-*'] });
    const story = new Story({ routing: { trunks: [acme] } });
    story.established({ headers: ['X-Acme-Id: 1', 'X-Other: 2'] }, { headers: ['X-Acme-Id: 3'] });
    expect(pairs(story.call.data)).to.deep.equal({ 'X-Acme-Id': '1' });
  });
});

describe('an event', () => {
  it('says which call, whose copy and whose change', () => {
    const out = trunk({ name: 'carrier', sources: ['192.0.2.0/24'], network: true });
    const story = new Story({ routing: { trunks: [out] } }).established();
    story.alice.sends('INFO', { body: json({ A: 1 }) });
    const [event] = story.bob.told();
    expect(event).to.deep.equal({
      id: 'EventAttachedDataChanged',
      time: story.nowMs,
      Server: 'baton/node1',
      ConnID: '00000000000000ff@acme:node1',
      CallID: 7,
      CallThreadID: 'abcdabcdabcdabcd',
      CallType: 'Outbound',
      CallState: 'Ok',
      ThisDN: 'bob',
      ThisDNRole: 'Destination',
      ThisTrunk: 'carrier',
      ThirdPartyDN: 'alice',
      UserData: [{ key: 'A', type: 'int', value: 1 }],
    });
  });
});
