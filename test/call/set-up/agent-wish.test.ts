import { expect } from 'chai';
import type { LoggedIn } from '../../../lib/agents/agent.ts';
import { agentsAt } from '../../agents/agents-at.ts';
import { Story, trunk } from '../support/story.ts';

const routes = [
  { number: '^bob$', targets: ['sip:bob@192.0.2.2', 'sip:bob@192.0.2.22'] },
  { number: '^carol$', targets: ['sip:carol@192.0.2.3'] },
  { number: '^\\+49', targets: ['sip:192.0.2.9'] },
];

function storyOf(places: Readonly<Record<string, Partial<LoggedIn>>>): Story {
  return new Story({ routing: { routes }, env: { agents: agentsAt(places) } });
}

describe('a call to a DN where an agent is', () => {
  it('is like any other', () => {
    const story = storyOf({ bob: {} }).invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
  });

  it('is refused with 486 where it would disturb, without ringing anywhere', () => {
    const story = storyOf({ bob: { dnd: true } }).invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← 486']);
    expect(story.timers()).to.deep.equal([]);
    expect(story.call.state).to.equal('released');
    expect(story.noted('released')[0]?.verdict).to.deep.equal({
      by: 'callee',
      why: 'busy',
      sipStatus: 486,
      atFault: 'callee',
    });
  });

  it('of another tenant is none of his', () => {
    const globex = trunk({ name: 'globex', tenant: 'globex', sources: ['192.0.2.0/24'] });
    const env = { agents: agentsAt({ bob: { dnd: true } }) };
    const story = new Story({ routing: { routes, trunks: [globex] }, env }).invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer']);
  });

  it('goes where he has it forwarded, by the routes, and says from where', () => {
    const story = storyOf({ bob: { forwardTo: '+4930', dnd: true } });
    story.invite({ sdp: 'offer', headers: ['X-MS-Custom-A: 1', 'Diversion: <sip:old@x>;reason=user-busy'] });
    expect(story.heard()).to.deep.equal(['+4930 ← INVITE offer']);
    const [to] = story.effects.filter(effect => effect.do === 'invite');
    expect(to?.requestUri).to.equal('sip:+4930@192.0.2.9;user=phone');
    const lines = to?.payload.headers.map(({ name, value }) => `${name}: ${value}`);
    expect(lines).to.include.members(['X-MS-Custom-A: 1']);
    expect(lines?.filter(line => /^Diversion|^History/.test(line))).to.deep.equal([
      'Diversion: <sip:bob@192.0.2.2>;reason=unconditional;counter=1',
      'Diversion: <sip:old@x>;reason=user-busy',
      'History-Info: <sip:bob@127.0.0.1>;index=1',
      'History-Info: <sip:+4930@192.0.2.9;user=phone>;index=1.1;mp=1',
    ]);
  });

  it('is told to the agent as diverted, and to whom', () => {
    const story = storyOf({ bob: { forwardTo: 'sip:carol@x' } }).invite({ sdp: 'offer' });
    expect(story.events.map(({ id }) => id)).to.deep.equal(['EventDialing', 'EventDiverted']);
    expect(story.events[1]).to.deep.include({
      ThisDN: 'bob',
      OtherDN: 'alice',
      ThirdPartyDN: 'carol',
      CallState: 'Forwarded',
    });
    expect(story.noted('forwarded')).to.have.length(1);
  });

  it('forwarded to somebody who is forwarded too goes on from there', () => {
    const places = { bob: { forwardTo: 'sip:carol@x' }, carol: { forwardTo: 'sip:+4930@x' } };
    const story = storyOf(places).invite({ sdp: 'offer', headers: ['History-Info: <sip:bob@y>;index=1.2'] });
    expect(story.heard()).to.deep.equal(['+4930 ← INVITE offer']);
    const told = story.events.filter(({ id }) => id === 'EventDiverted');
    expect(told.map(({ ThisDN, ThirdPartyDN }) => [ThisDN, ThirdPartyDN])).to.deep.equal([
      ['bob', 'carol'],
      ['carol', '+4930'],
    ]);
    const [to] = story.effects.filter(effect => effect.do === 'invite');
    const history = to?.payload.headers
      .filter(({ name }) => name === 'History-Info')
      .map(({ value }) => value);
    expect(history).to.deep.equal([
      '<sip:bob@y>;index=1.2',
      '<sip:carol@192.0.2.3>;index=1.2.1;mp=1.2',
      '<sip:+4930@192.0.2.9>;index=1.2.1.1;mp=1.2.1',
    ]);
  });

  it('forwarded from where a phone has registered says his number, not where the phone is', () => {
    const contact = { requestUri: 'sip:x7@192.0.2.77:5062', trunk: '' };
    const registered = { contactsOf: () => [contact], isRegistered: () => true };
    const env = { agents: agentsAt({ bob: { forwardTo: '+4930' } }) };
    const own = (host: string): boolean => host === '127.0.0.1';
    const numbers = [{ number: '^\\+49', targets: ['sip:192.0.2.9'] }];
    const story = new Story({ routing: { routes: numbers, registered, isOwnAddress: own }, env });
    story.invite({ sdp: 'offer' });
    const [to] = story.effects.filter(effect => effect.do === 'invite');
    expect(to?.payload.headers.find(({ name }) => name === 'Diversion')?.value).to.equal(
      '<sip:bob@127.0.0.1>;reason=unconditional;counter=1',
    );
    expect(story.events.at(-1)).to.include({ id: 'EventDiverted', ThisDN: 'bob' });
  });

  for (const [what, place, heard] of [
    ['is forwarded all the same', { forwardTo: '+4930' }, '+4930 ← INVITE offer'],
    ['is busy where he does not want to be disturbed', { dnd: true }, 'alice ← 486'],
    ['is 480', {}, 'alice ← 480'],
  ] as const) {
    it(`that is registered nowhere ${what}`, () => {
      const registered = { contactsOf: () => [], isRegistered: () => false };
      const own = (host: string): boolean => host === '127.0.0.1';
      const numbers = [{ number: '^\\+49', targets: ['sip:192.0.2.9'] }];
      const env = { agents: agentsAt({ bob: place }) };
      const story = new Story({ routing: { routes: numbers, registered, isOwnAddress: own }, env });
      expect(story.invite({ sdp: 'offer' }).heard()).to.deep.equal([heard]);
    });
  }

  it('that goes round in circles is ended with 482', () => {
    const places = { bob: { forwardTo: 'sip:carol@x' }, carol: { forwardTo: 'sip:bob@x' } };
    const story = storyOf(places).invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← 482']);
    expect(story.events.at(-1)).to.include({ id: 'EventReleased', Cause: 482 });
  });

  it('forwarded to where the caller may not call is refused as if it had called there', () => {
    const places = { bob: { forwardTo: 'sip:eve@203.0.113.1' } };
    const env = { agents: agentsAt(places) };
    const story = new Story({ routing: { routes, anyTarget: 'never' }, env }).invite({ sdp: 'offer' });
    expect(story.heard()).to.deep.equal(['alice ← 403']);
  });

  it('is forwarded also when a redirection or a failure has led there', () => {
    const pbx = trunk({ name: 'pbx', tenant: 'acme', sources: ['192.0.2.0/24'], redirects: 'follow' });
    const env = { agents: agentsAt({ carol: { forwardTo: '+4930' }, bob: {} }) };
    const story = new Story({ routing: { routes, trunks: [pbx] }, env }).invite({ sdp: 'offer' });
    story.bob.rejects(302, 'Moved', { headers: ['Contact: <sip:carol@192.0.2.3>'] });
    expect(story.heard()).to.deep.equal(['bob ← INVITE offer', '+4930 ← INVITE offer']);
  });

  it('which he has begun himself rings at his phone', () => {
    const story = storyOf({ alice: { dnd: true, forwardTo: '+4930' } });
    expect(story.originate({ from: 'sip:alice@192.0.2.2', to: 'sip:bob@192.0.2.2' })).to.equal(undefined);
    expect(story.heard()).to.deep.equal(['alice ← INVITE']);
  });

  it('that the API begins is refused to the first party when the second does not want it', () => {
    const story = storyOf({ carol: { dnd: true } });
    story.originate({ from: 'sip:bob@192.0.2.2', to: 'sip:carol@192.0.2.3' });
    story.bob.answers({ sdp: 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n' });
    expect(story.heard().at(-1)).to.equal('bob ← BYE');
    expect(story.call.state).to.equal('released');
  });
});

describe('a transfer to a DN where an agent is', () => {
  function transferred(places: Readonly<Record<string, Partial<LoggedIn>>>): Story {
    const story = storyOf(places).established();
    story.bob.sends('REFER', { headers: ['Refer-To: <sip:carol@192.0.2.3>'] });
    return story;
  }

  it('fails at once where it would disturb, and the call goes on', () => {
    const story = transferred({ carol: { dnd: true } });
    expect(story.heard()).to.deep.equal(['bob ← 202 to REFER', 'bob ← NOTIFY message/sipfrag;version=2.0']);
    story.bob.replies('NOTIFY', 200);
    expect(story.bob.got('request', 'NOTIFY').payload.body?.content).to.equal('SIP/2.0 486 Busy Here\r\n');
    expect(story.call.state).to.equal('established');
  });

  it('goes where the agent has it forwarded', () => {
    const story = transferred({ carol: { forwardTo: '+4930' } });
    expect(story.heard()).to.include('+4930 ← INVITE offer');
    expect(story.events.at(-1)).to.include({ id: 'EventDiverted', ThisDN: 'carol', ThirdPartyDN: '+4930' });
    story.feed({
      type: 'answered',
      leg: story.legOf('+4930'),
      status: 200,
      payload: { headers: [], body: { contentType: 'application/sdp', content: 'from +4930' } },
    });
    expect(story.call.callee?.dn).to.equal('+4930');
  });

  it('that the API wants to be blind leaves both parties together when it fails at once', () => {
    const story = storyOf({ carol: { dnd: true } }).established();
    story.feed({
      type: 'transferWanted',
      mode: 'blind',
      party: 'bob' as never,
      to: 'sip:carol@192.0.2.3',
      thirdPartyDn: 'bob' as never,
      entries: [],
      local: true,
    });
    expect(story.heard()).to.deep.equal([]);
    expect(story.call.state).to.equal('established');
    expect(story.noted('transferFailed')[0]).to.include({ status: 486, mode: 'blind' });
  });
});
