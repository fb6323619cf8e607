import { expect } from 'chai';
import type { LoggedIn } from '../../../lib/agents/agent.ts';
import { type Cut, meant, noCut, withCut } from '../../../lib/call/media/cut.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import type { Body } from '../../../lib/call/signal.ts';
import { agentsAt } from '../../agents/agents-at.ts';
import { Story, trunk } from '../support/story.ts';

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

function sdpText(name: string, direction?: Direction, version = 1): string {
  const lines = [
    'v=0',
    `o=${name} 1 ${version} IN IP4 192.0.2.1`,
    's=-',
    'c=IN IP4 192.0.2.1',
    't=0 0',
    'm=audio 4000 RTP/AVP 0',
    ...(direction === undefined ? [] : [`a=${direction}`]),
    'a=ptime:20',
  ];
  return [...lines, ''].join('\r\n');
}

const body = (content: string): Body => ({ contentType: 'application/sdp', content });
const audioOf = (direction?: Direction): Body => body(sdpText('x', direction));
const mute: Cut = { sends: true, receives: false };
const deaf: Cut = { sends: false, receives: true };
const both: Cut = { sends: true, receives: true };

describe('audio of which something is cut', () => {
  for (const [said, cut, left] of [
    ['sendrecv', mute, 'recvonly'],
    ['sendrecv', deaf, 'sendonly'],
    ['sendrecv', both, 'inactive'],
    ['sendonly', mute, 'inactive'],
    ['sendonly', deaf, 'sendonly'],
    ['recvonly', mute, 'recvonly'],
    ['recvonly', deaf, 'inactive'],
    ['inactive', mute, 'inactive'],
    [undefined, mute, 'recvonly'],
  ] as const) {
    const words = Object.entries(cut).flatMap(([what, is]) => (is ? [what] : []));
    it(`${said ?? 'without a word'}, not so that it ${words.join(' and ')}, is ${left}`, () => {
      expect(
        /a=(sendrecv|sendonly|recvonly|inactive)/.exec(withCut(audioOf(said), cut).content)?.[1],
      ).to.equal(left);
    });
  }

  it('is the same body when it says no more already, and when nothing is cut', () => {
    const audio = audioOf('recvonly');
    expect(withCut(audio, mute)).to.equal(audio);
    expect(withCut(audio, noCut)).to.equal(audio);
  });

  it('leaves video, rejected streams and what has no streams as they are, but for their audio', () => {
    const two = body(`${sdpText('x')}m=video 4002 RTP/AVP 96\r\na=sendrecv\r\n`);
    expect(withCut(two, both).content.match(/^a=(?:inactive|sendrecv)/gm)).to.deep.equal([
      'a=inactive',
      'a=sendrecv',
    ]);
    const text = body('no SDP at all');
    expect(withCut(text, both)).to.equal(text);
  });

  it('counts the word for all streams where a stream has none', () => {
    const forAll = body(sdpText('x').replace('t=0 0', 't=0 0\r\na=sendonly'));
    expect(withCut(forAll, mute).content).to.match(
      /a=sendonly\r\nm=audio.*\r\na=ptime:20\r\na=inactive\r\n$/,
    );
  });

  for (const [answer, before, cut, means] of [
    ['recvonly', 'sendrecv', deaf, 'sendrecv'],
    ['sendonly', 'sendrecv', mute, 'sendrecv'],
    ['inactive', 'sendrecv', both, 'sendrecv'],
    ['inactive', 'sendonly', deaf, 'sendonly'],
    ['recvonly', undefined, deaf, 'sendrecv'],
    ['recvonly', 'sendrecv', mute, 'recvonly'],
    ['sendrecv', 'sendrecv', mute, 'sendrecv'],
    ['inactive', 'sendrecv', noCut, 'inactive'],
  ] as const) {
    const words = Object.entries(cut).flatMap(([what, is]) => (is ? [what] : []));
    it(`and answered ${answer} means ${means} (${before ?? 'nothing'} before; cut: ${words.join(' and ')})`, () => {
      const said = before === undefined ? undefined : audioOf(before);
      expect(meant(audioOf(answer), said, cut).content).to.include(`a=${means}\r\n`);
    });
  }
});

/** Bob is an agent; `switches` of his are what they are at each moment. */
function talking(switches: Partial<LoggedIn> = {}): {
  story: Story;
  set: (parts: Partial<LoggedIn>) => void;
} {
  const places: Record<string, Partial<LoggedIn>> = { bob: switches };
  const routing = { routes: [{ targets: ['sip:bob@192.0.2.2'] }] };
  const story = new Story({ routing, env: { agents: agentsAt(places) } });
  story.established({ sdp: sdpText('alice') }, { sdp: sdpText('bob') });
  const set = (parts: Partial<LoggedIn>): void => {
    places['bob'] = parts;
    story.feed({ type: 'audioSwitched', tenant: 'acme', dn: 'bob' as Dn });
  };
  return { story, set };
}

/** Who was sent what, as name and direction; with the version of its o= line. */
function heard(story: Story): string[] {
  return story.heard().flatMap(line => {
    const origin = /o=(\S+) 1 (\d+)/.exec(line);
    const direction = /a=(sendrecv|sendonly|recvonly|inactive)/.exec(line)?.[1] ?? 'sendrecv';
    const [what = ''] = line.split('v=0');
    return origin === null ? [line] : [`${what.trim()}: ${origin[1] ?? ''} ${direction} ${origin[2] ?? ''}`];
  });
}

function replies(story: Story, who: 'alice' | 'bob', direction?: Direction): void {
  story[who].replies('INVITE', 200, { sdp: sdpText(who, direction) });
}

describe('an agent in a call', () => {
  it('who is muted is asked not to send, and the other told so; and the other way round again', () => {
    const { story, set } = talking();
    set({ muted: {} });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendonly 2']);
    replies(story, 'bob', 'recvonly');
    expect(heard(story)).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← INVITE: bob recvonly 2']);
    replies(story, 'alice', 'sendonly');
    expect(heard(story)).to.deep.equal(['alice ← ACK to re-INVITE']);
    expect(story.call.agreement).to.equal(undefined);
    set({});
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendrecv 3']);
    replies(story, 'bob', 'sendrecv');
    expect(heard(story)).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← INVITE: bob sendrecv 3']);
    replies(story, 'alice', 'sendrecv');
    expect(story.call.agreement).to.equal(undefined);
    expect(story.noted('disagreed')).to.deep.equal([]);
    expect(story.events.filter(({ id }) => id === 'EventHeld')).to.deep.equal([]);
  });

  it('who hears nothing is offered nothing to hear, and nobody sends it anything', () => {
    const { story, set } = talking();
    set({ deafened: {} });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice recvonly 2']);
    replies(story, 'bob', 'sendonly');
    expect(heard(story).at(-1)).to.equal('alice ← INVITE: bob sendonly 2');
    replies(story, 'alice', 'recvonly');
    set({ muted: {}, deafened: {} });
    expect(heard(story).at(-1)).to.equal('bob ← INVITE: alice inactive 3');
  });

  it('nothing is sent where nothing changes', () => {
    const { story, set } = talking();
    set({ dnd: true });
    expect(heard(story)).to.deep.equal([]);
    set({ muted: { connId: '1111111111111111@acme:n1' as never } });
    expect(heard(story)).to.deep.equal([]);
  });

  it('who is muted in this call only is muted here', () => {
    const { story, set } = talking();
    set({ muted: { connId: story.call.connId } });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendonly 2']);
  });

  it('who is muted before the call begins is so from the start', () => {
    const routing = { routes: [{ targets: ['sip:bob@192.0.2.2'] }] };
    const story = new Story({ routing, env: { agents: agentsAt({ bob: { muted: {} } }) } });
    story.invite({ sdp: sdpText('alice') });
    story.bob.answers({ sdp: sdpText('bob', 'recvonly') });
    story.alice.acknowledges();
    expect(heard(story)).to.deep.equal([
      'bob ← INVITE: alice sendonly 1',
      'alice ← 200: bob recvonly 1',
      'bob ← ACK',
    ]);
    expect(story.call.callee?.session.received?.content).to.include('a=sendrecv');
  });

  it('stays muted through a hold and a retrieve of the other', () => {
    const { story, set } = talking();
    set({ muted: {} });
    replies(story, 'bob', 'recvonly');
    replies(story, 'alice', 'sendonly');
    story.heard();
    const hold = story.alice.sends('INVITE', { sdp: sdpText('alice', 'sendonly', 2) });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendonly 2']);
    replies(story, 'bob', 'recvonly');
    story.alice.acknowledges({}, hold);
    expect(heard(story)).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← 200 to INVITE: bob recvonly 2']);
    const retrieve = story.alice.sends('INVITE', { sdp: sdpText('alice', 'sendrecv', 3) });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendonly 2']);
    replies(story, 'bob', 'recvonly');
    story.alice.acknowledges({}, retrieve);
    expect(heard(story)).to.deep.equal(['bob ← ACK to re-INVITE', 'alice ← 200 to INVITE: bob recvonly 2']);
    const told = story.events.filter(({ ThisDN }) => ThisDN === 'alice').map(({ id }) => id);
    expect(told.slice(-2)).to.deep.equal(['EventHeld', 'EventRetrieved']);
    set({});
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendrecv 3']);
  });

  it('stays on hold, by himself, through mute and unmute', () => {
    const { story, set } = talking();
    const hold = story.bob.sends('INVITE', { sdp: sdpText('bob', 'sendonly', 2) });
    replies(story, 'alice', 'recvonly');
    story.bob.acknowledges({}, hold);
    story.heard();
    set({ muted: {} });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice inactive 2']);
    replies(story, 'bob', 'inactive');
    expect(heard(story).at(-1)).to.equal('alice ← INVITE: bob inactive 3');
    replies(story, 'alice', 'inactive');
    set({});
    expect(heard(story).at(-1)).to.equal('bob ← INVITE: alice recvonly 3');
    replies(story, 'bob', 'sendonly');
    expect(heard(story).at(-1)).to.equal('alice ← INVITE: bob sendonly 4');
    replies(story, 'alice', 'recvonly');
    const told = story.events.filter(({ ThisDN }) => ThisDN === 'bob').map(({ id }) => id);
    expect(told.at(-1)).to.equal('EventHeld');
    expect(story.call.agreement).to.equal(undefined);
  });

  it('whose own offer says that he sends is taken at less', () => {
    const { story, set } = talking();
    set({ muted: {} });
    replies(story, 'bob', 'recvonly');
    replies(story, 'alice', 'sendonly');
    story.heard();
    const refresh = story.bob.sends('INVITE', { sdp: sdpText('bob', 'sendrecv', 2) });
    expect(heard(story)).to.deep.equal(['alice ← INVITE: bob recvonly 2']);
    replies(story, 'alice', 'sendonly');
    story.bob.acknowledges({}, refresh);
    expect(heard(story)).to.deep.equal(['alice ← ACK to re-INVITE', 'bob ← 200 to INVITE: alice sendonly 2']);
    expect(story.call.agreement).to.equal(undefined);
  });

  it('is muted for whoever comes by a transfer, too', () => {
    const { story, set } = talking({});
    set({ muted: {} });
    replies(story, 'bob', 'recvonly');
    replies(story, 'alice', 'sendonly');
    story.alice.sends('REFER', { headers: ['Refer-To: <sip:carol@192.0.2.3>'] });
    expect(heard(story).at(-1)).to.equal('carol ← INVITE: bob recvonly 1');
    story.carol.answers({ sdp: sdpText('carol', 'sendonly').replace('4000', '5000') });
    expect(heard(story).filter(line => line.startsWith('bob'))).to.deep.equal([
      'bob ← INVITE: alice sendonly 3',
    ]);
  });

  it('that is muted while it rings is muted as soon as the call is up', () => {
    const places: Record<string, Partial<LoggedIn>> = { bob: {} };
    const routing = { routes: [{ targets: ['sip:bob@192.0.2.2'] }] };
    const story = new Story({ routing, env: { agents: agentsAt(places) } });
    story.invite({ sdp: sdpText('alice') });
    story.bob.rings();
    places['bob'] = { muted: {} };
    story.feed({ type: 'audioSwitched', tenant: 'acme', dn: 'bob' as Dn });
    story.bob.answers({ sdp: sdpText('bob') });
    story.heard();
    story.alice.acknowledges();
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendonly 2']);
  });

  it('of another tenant is another', () => {
    const globex = trunk({ name: 'globex', tenant: 'globex', sources: ['192.0.2.0/24'] });
    const routing = { routes: [{ targets: ['sip:bob@192.0.2.2'] }], trunks: [globex] };
    const story = new Story({ routing, env: { agents: agentsAt({ bob: { muted: {} } }) } });
    story.invite({ sdp: sdpText('alice') });
    expect(heard(story)).to.deep.equal(['bob ← INVITE: alice sendrecv 1']);
  });

  it('who refuses is left as it is, and that is noted', () => {
    const { story, set } = talking();
    set({ muted: {} });
    story.bob.replies('INVITE', 488);
    story.heard();
    expect(story.noted('disagreed')).to.have.length(1);
    expect(story.call.state).to.equal('established');
  });
});
