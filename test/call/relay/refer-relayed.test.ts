import { expect } from 'chai';
import { profileOf } from '../../../lib/attached-data/profile.ts';
import { parseReplaces } from '../../../lib/call/transfer/replaces.ts';
import { pairs, Story, type StoryOptions, trunk } from '../support/story.ts';

/** Bob's neighbour; alice has no trunk, and her transfers are handled. */
const bobsTrunk = (parts: Partial<Parameters<typeof trunk>[0]>): StoryOptions => ({
  routing: { trunks: [trunk({ name: 'sbc', sources: ['192.0.2.2/32'], ...parts })] },
});
const relayed = () => new Story(bobsTrunk({ transfer: 'relay' })).established();

const referTo = 'Refer-To: "C" <sip:carol@x.example;x-m=a%20b?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3>;p="<"';
const referredBy = 'Referred-By: <sip:bob@x.example;x-t=;x-ti>;cid="20398823.2UWQFN309shb3"';

describe('a REFER whose trunk has its transfers relayed', () => {
  it('goes to the other leg as it came, and its response back', () => {
    const story = relayed();
    const sent = [referTo, referredBy, 'Refer-Sub: false', 'Call-Info: <sip:x>', 'Contact: <sip:bob@x>'];
    story.bob.sends('REFER', { headers: sent });
    expect(story.heard()).to.deep.equal(['alice ← REFER']);
    expect(story.alice.gotHeaders('request')).to.deep.equal(sent.slice(0, -1));
    story.alice.replies('REFER', 202, { headers: ['Refer-Sub: false', 'Expires: 60'] }, 'Accepted');
    expect(story.heard()).to.deep.equal(['bob ← 202 to REFER']);
    expect(story.bob.gotHeaders('respond')).to.deep.equal(['Refer-Sub: false', 'Expires: 60']);
  });

  it('is followed by NOTIFYs, and its subscription is refreshed, all by the ends', () => {
    const story = relayed();
    story.bob.sends('REFER', { headers: [referTo] });
    story.alice.replies('REFER', 202);
    const said = ['Event: refer;id=2', 'Subscription-State: active;expires=60'];
    const sipfrag = { contentType: 'message/sipfrag;version=2.0', content: 'SIP/2.0 100 Trying\r\n' };
    story.alice.sends('NOTIFY', { headers: said, body: sipfrag });
    expect(story.bob.gotHeaders('request', 'NOTIFY')).to.deep.equal(said);
    expect(story.bob.got('request', 'NOTIFY').payload.body).to.deep.equal(sipfrag);
    story.bob.replies('NOTIFY', 200);
    story.heard();
    story.bob.sends('SUBSCRIBE', { headers: ['Event: refer;id=2', 'Expires: 0'] });
    expect(story.alice.gotHeaders('request')).to.deep.equal(['Event: refer;id=2', 'Expires: 0']);
    story.alice.replies('SUBSCRIBE', 489, { headers: ['Allow-Events: talk'] });
    expect(story.heard()).to.deep.equal(['alice ← SUBSCRIBE', 'bob ← 489 to SUBSCRIBE']);
    expect(story.bob.gotHeaders('respond')).to.deep.equal(['Allow-Events: talk']);
  });

  it('changes the data when it is accepted; what is embedded in Refer-To comes first', () => {
    const story = relayed();
    const embedded = 'Refer-To: <sip:c@x?X-MS-Custom-Case=42&User-to-User=04a1%3Bencoding%3Dhex>';
    const beside = ['X-MS-Custom-Case: 7', 'X-MS-Custom-Queue: gold', 'User-to-User: 00'];
    story.bob.sends('REFER', { headers: [embedded, ...beside] });
    expect(story.alice.gotHeaders('request')).to.deep.equal([embedded, ...beside]);
    expect(pairs(story.call.data)).to.deep.equal({});
    story.alice.replies('REFER', 202);
    expect(pairs(story.call.data)).to.deep.equal({ Case: '42', Queue: 'gold', UUI: '04a1;encoding=hex' });
    expect(story.changes.map(({ ThirdPartyDN }) => ThirdPartyDN)).to.deep.equal(['bob', 'bob']);
  });

  it("changes nothing when it is refused, and a Refer-To that we cannot read is the other end's to refuse", () => {
    const story = relayed();
    story.bob.sends('REFER', { headers: ['Refer-To: <', 'X-MS-Custom-Case: 7'] });
    story.alice.replies('REFER', 400);
    expect(story.heard()).to.deep.equal(['alice ← REFER', 'bob ← 400 to REFER']);
    expect(story.call.data).to.deep.equal([]);
  });

  it('is relayed for Teams without a word in the configuration', () => {
    const { profile, transfer } = { profile: profileOf('teams-dr'), ...profileOf('teams-dr') };
    const story = new Story(bobsTrunk({ profile, transfer })).established();
    story.bob.sends('REFER', { headers: [referTo, referredBy] });
    expect(story.alice.gotHeaders('request')).to.deep.equal([referTo, referredBy]);
  });
});

describe('a relayed REFER that names a dialog of another call of ours', () => {
  const called = ['Call-ID: call/of%carol', 'From: <sip:x@x>;tag=C', 'To: <sip:y@x>;tag=c'];
  const referTo =
    'Refer-To: <sip:carol@x?X-A=1&Replaces=second%3Bto-tag%3DA%3Bfrom-tag%3Da%3Bearly-only&X-B=2>;x=1';

  function refers(parts: Partial<Parameters<typeof trunk>[0]>): Story {
    const other = new Story({ second: true }).invite({
      headers: ['From: <sip:x@x>;tag=a', 'To: <sip:y@x>'],
      sdp: 'o',
    });
    other.bob.rings(180, { headers: called });
    const one = new Story(bobsTrunk({ transfer: 'relay', ...parts })).established();
    const replaces = parseReplaces('call-of-second;to-tag=A;from-tag=a;early-only');
    if (replaces === undefined) throw new Error('no Replaces');
    one.bob.refers({ headers: [referTo] }, { call: other.call, replaces });
    return one;
  }

  it('names the dialog of who is to be called, as that one knows it', () => {
    expect(refers({}).alice.gotHeaders('request')).to.deep.equal([
      'Refer-To: <sip:carol@x?X-A=1&Replaces=call/of%25carol%3Bto-tag%3Dc%3Bfrom-tag%3DC%3Bearly-only&X-B=2>;x=1',
    ]);
  });

  it('is the same string where a neighbour must find that', () => {
    expect(refers({ profile: profileOf('teams-dr') }).alice.gotHeaders('request')).to.deep.equal([referTo]);
  });
});

describe('a REFER whose trunk has its transfers rejected', () => {
  const rejected = () => new Story(bobsTrunk({ transfer: 'reject' })).established();

  it('is answered 603, and changes nothing', () => {
    const story = rejected();
    story.bob.sends('REFER', { headers: [referTo, 'X-MS-Custom-Case: 7'] });
    expect(story.heard()).to.deep.equal(['bob ← 603 to REFER']);
    expect(story.call.data).to.deep.equal([]);
    expect(story.call.state).to.equal('established');
  });
});

describe('Allow', () => {
  const allow = (transfer: 'relay' | 'reject') => {
    const story = new Story(bobsTrunk({ transfer })).established();
    story.bob.sends('OPTIONS');
    const all = [story.bob.got('invite'), story.bob.got('respond')];
    return all.map(({ payload }) => payload.headers.find(({ name }) => name === 'Allow')?.value);
  };

  it('lists REFER towards a trunk whose transfers are not rejected', () => {
    for (const value of allow('relay')) expect(value).to.match(/, REFER$/);
    for (const value of allow('reject')) expect(value).to.not.include('REFER');
  });
});
