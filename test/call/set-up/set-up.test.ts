import { expect } from 'chai';
import { profileOf } from '../../../lib/attached-data/profile.ts';
import { pairs, Story, textOf, trunk } from '../support/story.ts';

describe('call set-up', () => {
  it('relays offer, ringing, answer and ACK', () => {
    const story = new Story();
    story.invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
    story.bob.rings();
    expect(story.heard()).to.deep.equal(['alice ← 180']);
    story.bob.answers({ sdp: 'answer' });
    expect(story.heard()).to.deep.equal(['alice ← 200 answer', 'bob ← ACK']);
    story.alice.acknowledges();
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.state).to.equal('established');
    expect(story.timers()).to.deep.equal([]);
    expect(story.noted('answered')).to.have.length(1);
  });

  it('relays each provisional response, early media with its SDP, but not 199', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.heard();
    story.bob.rings(181);
    story.bob.rings(183, { sdp: 'early' });
    story.bob.rings(199);
    story.bob.rings(180);
    expect(story.heard()).to.deep.equal(['alice ← 181', 'alice ← 183 early', 'alice ← 180']);
    expect(story.call.state).to.equal('ringing');
  });

  it('carries the answer to a late offer in the ACK', () => {
    const story = new Story().invite();
    expect(story.heard()).to.deep.equal(['bob ← INVITE']);
    story.bob.answers({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← 200 offer']);
    story.alice.acknowledges({ sdp: 'answer', headers: ['X-Trace: 9', 'Via: SIP/2.0/UDP h'] });
    expect(story.bob.gotHeaders('acknowledge')).to.deep.equal(['X-Trace: 9']);
    expect(story.heard()).to.deep.equal(['bob ← ACK answer']);
  });

  it('takes a body that is no SDP for a late offer', () => {
    const story = new Story().invite({ body: { contentType: 'application/json', content: '{}' } });
    story.heard();
    story.bob.answers({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← 200 offer']);
  });

  it('finds an offer within a multipart body', () => {
    const content = '--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--';
    const story = new Story().invite({ body: { contentType: 'multipart/mixed;boundary=b', content } });
    story.bob.answers({ sdp: 'answer' });
    expect(story.heard()).to.include('bob ← ACK');
  });

  it('writes Request-URI, From, To and Contact of the callee leg', () => {
    const story = new Story({ routing: { routes: [], target: 'sip:192.0.2.2:5070' } });
    story.invite({
      sdp: 'offer',
      requestUri: 'sip:+4930123@127.0.0.1;user=phone',
      headers: ['Max-Forwards: 5'],
    });
    const invite = story.effects.find(effect => effect.do === 'invite');
    expect(invite).to.include({
      requestUri: 'sip:+4930123@192.0.2.2:5070;user=phone',
      from: '"Alice" <sip:alice@localhost>',
      to: '<sip:+4930123@192.0.2.2:5070;user=phone>',
      contactUser: 'alice',
      maxForwards: 4,
    });
    expect(story.call.caller.dn).to.equal('alice');
    expect(story.call.callee?.dn).to.equal('+4930123');
  });

  it('tells both sides what it serves', () => {
    const story = new Story().established();
    const allow = 'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, NOTIFY, REFER';
    const supported = 'Supported: uui, norefersub, replaces';
    expect(textOf(story.bob.got('invite').payload.headers)).to.deep.equal([allow, supported]);
    expect(textOf(story.alice.got('answer').payload.headers)).to.deep.equal([allow, supported]);
  });

  it('keeps the headers of INVITE and its responses, in order, spelling and number', () => {
    const story = new Story();
    const carried = [
      'x-acme: 1',
      'User-to-User: 04fa;encoding=hex',
      'X-Acme: 2',
      'History-Info: <sip:h@x>',
      'Reason: Q.850;cause=16',
    ];
    story.invite({
      sdp: 'offer',
      headers: [...carried, 'Via: SIP/2.0/UDP h', 'Supported: timer', 'Contact: <sip:a@h>'],
    });
    expect(story.bob.gotHeaders('invite')).to.deep.equal(carried);
    story.bob.rings(180, { headers: ['X-Queue: 3', 'Contact: <sip:b@h>'] });
    expect(story.alice.gotHeaders('progress')).to.deep.equal(['X-Queue: 3']);
    story.bob.answers({
      headers: ['X-MS-Custom-Agent: 9', 'X-MS-Custom-agent: 10', 'Record-Route: <sip:p;lr>'],
    });
    expect(story.alice.gotHeaders('answer')).to.deep.equal(['X-MS-Custom-Agent: 9', 'X-MS-Custom-agent: 10']);
    expect(pairs(story.call.data)).to.deep.equal({ UUI: '04fa;encoding=hex', Agent: '9' });
  });

  it('sends ACS no more than ACS takes, and keeps the rest as data', () => {
    const acs = trunk({ name: 'acs', sources: ['192.0.2.2/32'], profile: profileOf('acs-dr') });
    const story = new Story({ routing: { trunks: [acs] } });
    story.invite({ headers: ['X-MS-Custom-A: 1', 'X-MS-Custom-B: not allowed', 'X-Other: a b'] });
    expect(story.bob.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-A: 1', 'X-Other: a b']);
    expect(pairs(story.call.data)).to.deep.equal({ A: '1', B: 'not allowed' });
    expect(story.noted('dropped')).to.deep.equal([
      { note: 'dropped', leg: story.bob.leg, drops: [{ key: 'B', code: 'acs-charset' }] },
    ]);
  });

  const refusals = [
    ['Max-Forwards: 0', 483, 'too-many-hops', undefined],
    ['Require: 100rel', 420, 'unsupported-extension', 'Unsupported: 100rel'],
    ['Require: uui, timer', 420, 'unsupported-extension', 'Unsupported: timer'],
  ] as const;
  for (const [header, status, code, answered] of refusals) {
    it(`refuses an INVITE with ${header} by ${String(status)}`, () => {
      const story = new Story().invite({ headers: [header] });
      expect(story.heard()).to.deep.equal([`alice ← ${String(status)}`]);
      expect(story.noted('refused')[0]).to.include({ status, code });
      expect(story.noted('started')).to.deep.equal([]);
      expect(story.call.state).to.equal('released');
      if (answered !== undefined) expect(story.alice.gotHeaders('reject')).to.deep.equal([answered]);
    });
  }

  it('takes Require: uui', () => {
    expect(new Story().invite({ headers: ['Require: uui'] }).heard()).to.deep.equal(['bob ← INVITE']);
  });

  it('refuses a call without a route, and says why', () => {
    const story = new Story({ routing: { routes: [] }, source: { address: '203.0.113.5' } });
    story.invite({ requestUri: 'sip:bob@203.0.113.9' });
    expect(story.heard()).to.deep.equal(['alice ← 403']);
    expect(story.alice.gotHeaders('reject')).to.deep.equal([
      'Warning: 399 baton "the Request-URI is outside trunks and routes"',
    ]);
  });

  it('forgets the INVITE and the targets once it is answered', () => {
    const { call } = new Story().established();
    expect(call.invite).to.equal(undefined);
    expect(call.targets).to.deep.equal([]);
  });

  it('decides nothing by a second answer, and nothing by an ACK too many', () => {
    const story = new Story().established();
    story.alice.acknowledges();
    story.bob.answers();
    story.bob.rings();
    expect(story.heard()).to.deep.equal([]);
  });
});
