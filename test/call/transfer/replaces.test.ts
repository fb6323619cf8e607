import { expect } from 'chai';
import fc from 'fast-check';
import {
  parseReplaces,
  type Replaces,
  replacesForPeer,
  replacesOf,
  serializeReplaces,
  viewOf,
} from '../../../lib/call/transfer/replaces.ts';
import { embedHeaders, parseEmbeddedHeaders } from '../../../lib/attached-data/embedded-headers.ts';
import { lines } from '../support/story.ts';

const dialog: Replaces = {
  callId: '425928@phone.example.org',
  toTag: '7743',
  fromTag: '6472',
  earlyOnly: false,
};

describe('Replaces', () => {
  // RFC 3891 §6.1, the examples.
  const good: [value: string, replaces: Replaces][] = [
    [
      '98732@sip.example.com;from-tag=r33th4x0r ;to-tag=ff87ff',
      { callId: '98732@sip.example.com', toTag: 'ff87ff', fromTag: 'r33th4x0r', earlyOnly: false },
    ],
    [
      '12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only',
      { callId: '12adf2f34456gs5', toTag: '12345', fromTag: '54321', earlyOnly: true },
    ],
    [
      '87134@171.161.34.23;to-tag=24796; from-tag=0',
      { callId: '87134@171.161.34.23', toTag: '24796', fromTag: '0', earlyOnly: false },
    ],
    ['a ; TO-TAG=1;x="y;from-tag=9";From-Tag=2', { callId: 'a', toTag: '1', fromTag: '2', earlyOnly: false }],
  ];
  for (const [value, replaces] of good) {
    it(`reads ${value}`, () => {
      expect(parseReplaces(value)).to.deep.equal(replaces);
    });
  }

  const bad = [
    '',
    'a',
    'a;to-tag=1',
    'a;from-tag=1',
    ';to-tag=1;from-tag=2',
    'a b;to-tag=1;from-tag=2',
    'a@b@c;to-tag=1;from-tag=2',
    'a;to-tag=1;from-tag=2;to-tag=3',
    'a;to-tag;from-tag=2',
    'a;to-tag="1";from-tag=2',
    'a;to-tag=1;from-tag=2, b;to-tag=1;from-tag=2',
  ];
  for (const value of bad) {
    it(`does not read ${value}`, () => {
      expect(parseReplaces(value)).to.equal(undefined);
    });
  }

  it('reads what it writes, within a URI too', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abcZ09-.!%*_+`\'~()<>:\\"/[]?{}'.split('')),
      minLength: 1,
    });
    const token = fc.string({ unit: fc.constantFrom(..."abcZ09-.!%*_+`'~".split('')), minLength: 1 });
    const callId = fc.oneof(
      word,
      fc.tuple(word, word).map(([user, host]) => `${user}@${host}`),
    );
    const any = fc.record({ callId, toTag: token, fromTag: token, earlyOnly: fc.boolean() });
    fc.assert(
      fc.property(any, replaces => {
        const value = serializeReplaces(replaces);
        expect(parseReplaces(value)).to.deep.equal(replaces);
        const embedded = parseEmbeddedHeaders(`<${embedHeaders('sip:c@x', [{ name: 'Replaces', value }])}>`);
        expect(embedded).to.deep.include({ headers: [{ name: 'Replaces', value }] });
      }),
    );
  });

  it('names the dialog of a leg from our point of view, or from that of its peer', () => {
    const tags = { local: '7743', remote: '6472' };
    const leg = { callId: dialog.callId, tags };
    expect(viewOf(dialog, leg)).to.equal('ours');
    expect(viewOf(dialog, { ...leg, tags: { local: '6472', remote: '7743' } })).to.equal('peers');
    expect(viewOf(replacesForPeer(leg, true), leg)).to.equal('peers');
    expect(replacesForPeer(leg, true)).to.deep.equal({
      ...dialog,
      toTag: '6472',
      fromTag: '7743',
      earlyOnly: true,
    });
  });

  it('names no dialog with another Call-ID or tag, or with a tag of the peer that it has not told', () => {
    const tags = { local: '7743', remote: '6472' };
    for (const other of [
      { callId: '425928@PHONE.example.org', tags },
      { callId: dialog.callId, tags: { ...tags, local: '7744' } },
      { callId: dialog.callId, tags: { ...tags, remote: '6473' } },
    ])
      expect(viewOf(dialog, other)).to.equal(undefined);
    const early = { callId: dialog.callId, tags: { ...tags, remote: '' } };
    expect(viewOf({ ...dialog, fromTag: '' }, early)).to.equal(undefined);
    const unanswered = { callId: dialog.callId, tags: { ...tags, local: '' } };
    expect(viewOf(dialog, unanswered)).to.equal('ours');
    expect(viewOf({ ...dialog, toTag: dialog.fromTag, fromTag: '' }, unanswered)).to.equal(undefined);
  });

  const headers: [string, readonly string[], ReturnType<typeof replacesOf>][] = [
    ['none', ['X-A: 1', 'Join: a;to-tag=1;from-tag=2'], 'none'],
    ['one', ['replaces: a;to-tag=1;from-tag=2'], { callId: 'a', toTag: '1', fromTag: '2', earlyOnly: false }],
    ['two', ['Replaces: a;to-tag=1;from-tag=2', 'Replaces: a;to-tag=1;from-tag=2'], 'broken'],
    ['one and Join', ['Replaces: a;to-tag=1;from-tag=2', 'Join: a;to-tag=1;from-tag=2'], 'broken'],
    ['one that says nothing', ['Replaces: x'], 'broken'],
  ];
  for (const [what, given, expected] of headers) {
    it(`in the headers of an INVITE: ${what}`, () => {
      expect(replacesOf(lines(given))).to.deep.equal(expected);
    });
  }
});
