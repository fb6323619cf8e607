import type { Switches } from '../../../lib/agents/agent.ts';
import { agentsAt } from '../../agents/agents-at.ts';
import { parseReplaces } from '../../../lib/call/transfer/replaces.ts';
import { Story, type StoryOptions, trunk } from './story.ts';

/** Short names of events, without the word Event; behind the name the CallState where it is not Ok. */
export type Told = readonly string[];

export interface Sequence {
  readonly scenario: string;
  /** Where the order comes from: T-Library's documents, or our choice. */
  readonly from: 'documented' | 'our choice';
  readonly options?: StoryOptions;
  readonly run: (story: Story) => void;
  readonly told: { readonly alice: Told; readonly bob: Told; readonly carol?: Told };
}

const onlyBob: StoryOptions = { routing: { routes: [{ targets: ['sip:bob@192.0.2.2'] }] } };
const carrier = trunk({ name: 'carrier', sources: ['192.0.2.0/24'], network: true });
const following: StoryOptions = {
  routing: {
    ...onlyBob.routing,
    trunks: [trunk({ name: 'pbx', sources: ['192.0.2.0/24'], redirects: 'follow' })],
  },
};
const outside: StoryOptions = { routing: { ...onlyBob.routing, trunks: [carrier] } };

const office = trunk({ name: 'office', sources: ['192.0.2.0/24'] });
const inOffice: StoryOptions = { routing: { ...onlyBob.routing, trunks: [office] } };

/** Agents are logged in at these DNs. */
function atWork(places: Readonly<Record<string, Partial<Switches>>>): StoryOptions {
  return {
    routing: { routes: [{ number: '^bob$', targets: ['sip:bob@192.0.2.2'] }] },
    env: { agents: agentsAt(places) },
  };
}

/** Alice calls bob; where there is a second target, it is carol. */
export const sequences: readonly Sequence[] = [
  {
    scenario: 'simple call, ended by the caller',
    from: 'documented',
    run: story => {
      established(story);
      story.alice.hangsUp();
    },
    told: { alice: ['Dialing', 'Established', 'Released'], bob: ['Ringing', 'Established', 'Released'] },
  },
  {
    scenario: 'simple call, ended by the called',
    from: 'documented',
    run: story => {
      established(story);
      story.bob.hangsUp();
    },
    told: { alice: ['Dialing', 'Established', 'Released'], bob: ['Ringing', 'Established', 'Released'] },
  },
  {
    scenario: 'answered without ringing',
    from: 'our choice',
    run: story => {
      story.invite();
      story.bob.answers();
      story.alice.acknowledges();
    },
    told: { alice: ['Dialing', 'Established'], bob: ['Ringing', 'Established'] },
  },
  {
    scenario: 'the caller quits before ringing',
    from: 'documented',
    run: story => {
      story.invite();
      story.bob.rings(183);
      story.alice.cancels();
    },
    told: { alice: ['Dialing', 'Released'], bob: [] },
  },
  {
    scenario: 'abandoned: the caller quits while it rings',
    from: 'documented',
    run: story => {
      story.invite();
      story.bob.rings();
      story.alice.cancels();
    },
    told: { alice: ['Dialing', 'Released'], bob: ['Ringing', 'Abandoned'] },
  },
  {
    scenario: 'busy (486)',
    from: 'documented',
    options: onlyBob,
    run: story => {
      story.invite();
      story.bob.rejects(486, 'Busy Here');
    },
    told: { alice: ['Dialing', 'DestinationBusy(Busy)', 'Released(Busy)'], bob: [] },
  },
  {
    scenario: 'busy everywhere (600), after it rang',
    from: 'documented',
    options: onlyBob,
    run: story => {
      story.invite();
      story.bob.rings();
      story.bob.rejects(600, 'Busy Everywhere');
    },
    told: {
      alice: ['Dialing', 'DestinationBusy(Busy)', 'Released(Busy)'],
      bob: ['Ringing', 'Released(Busy)'],
    },
  },
  {
    scenario: 'no answer',
    from: 'our choice',
    options: onlyBob,
    run: story => {
      story.invite();
      story.bob.rings();
      story.fires('no-answer', story.bob);
    },
    told: { alice: ['Dialing', 'Released(NoAnswer)'], bob: ['Ringing', 'Released(NoAnswer)'] },
  },
  {
    scenario: 'refused (403, 404, 488, 5xx, 603)',
    from: 'our choice',
    options: onlyBob,
    run: story => {
      story.invite();
      story.bob.rings();
      story.bob.rejects(603, 'Decline');
    },
    told: { alice: ['Dialing', 'Released(GeneralError)'], bob: ['Ringing', 'Released(GeneralError)'] },
  },
  {
    scenario: 'nothing can be reached',
    from: 'our choice',
    options: onlyBob,
    run: story => {
      story.invite();
      story.bob.rejects(503, '');
    },
    told: { alice: ['Dialing', 'Released(SystemError)'], bob: [] },
  },
  {
    scenario: 'redirected (302), and the redirection goes to the caller',
    from: 'our choice',
    options: onlyBob,
    run: story => {
      story.invite();
      story.bob.rings();
      story.bob.rejects(302, 'Moved Temporarily', { headers: ['Contact: <sip:carol@192.0.2.3>'] });
    },
    told: { alice: ['Dialing', 'Released(Redirected)'], bob: ['Ringing', 'Released(Redirected)'] },
  },
  {
    scenario: 'redirected (302), and the redirection is followed',
    from: 'our choice',
    options: following,
    run: story => {
      story.invite();
      story.bob.rings();
      story.bob.rejects(302, 'Moved Temporarily', { headers: ['Contact: <sip:carol@192.0.2.3>'] });
      story.carol.rings();
      story.carol.answers();
    },
    told: {
      alice: ['Dialing', 'PartyChanged(Redirected)', 'Established'],
      bob: ['Ringing', 'Diverted(Redirected)', 'Released(Redirected)'],
      carol: ['Ringing', 'Established'],
    },
  },
  {
    scenario: 'B is an agent who does not want to be disturbed',
    from: 'our choice',
    options: atWork({ bob: { dnd: true } }),
    run: story => {
      story.invite();
    },
    told: { alice: ['Dialing', 'DestinationBusy(Busy)', 'Released(Busy)'], bob: [] },
  },
  {
    scenario: 'B is an agent whose calls are forwarded to C',
    from: 'our choice',
    options: atWork({ bob: { forwardTo: 'sip:carol@192.0.2.3' } }),
    run: story => {
      story.invite();
      story.carol.rings();
      story.carol.answers();
    },
    told: {
      alice: ['Dialing', 'Established'],
      bob: ['Diverted(Forwarded)'],
      carol: ['Ringing', 'Established'],
    },
  },
  {
    scenario: 'agents at A and B: their DNs go off the hook and on it',
    from: 'our choice',
    options: atWork({ alice: {}, bob: {} }),
    run: story => {
      established(story);
      story.bob.hangsUp();
    },
    told: {
      alice: ['OffHook', 'Dialing', 'Established', 'Released', 'OnHook'],
      bob: ['Ringing', 'OffHook', 'Established', 'Released', 'OnHook'],
    },
  },
  {
    scenario: 'an agent at B, who rings in vain',
    from: 'our choice',
    options: atWork({ bob: {} }),
    run: story => {
      story.invite();
      story.bob.rings();
      story.alice.cancels();
    },
    told: { alice: ['Dialing', 'Released'], bob: ['Ringing', 'Abandoned'] },
  },
  {
    scenario: 'the first target fails, the second answers',
    from: 'our choice',
    run: story => {
      story.invite();
      story.bob.rings();
      story.bob.rejects(500, 'Oops', { headers: ['Server: bob'] });
      story.carol.rings();
      story.carol.answers();
    },
    told: {
      alice: ['Dialing', 'Established'],
      bob: ['Ringing', 'Released(GeneralError)'],
      carol: ['Ringing', 'Established'],
    },
  },
  {
    scenario: 'to the outside world',
    from: 'our choice',
    options: outside,
    run: established,
    told: { alice: ['Dialing', 'NetworkReached', 'Established'], bob: ['Ringing', 'Established'] },
  },
  {
    scenario: 'a leg breaks',
    from: 'our choice',
    run: story => {
      established(story);
      story.bob.isLost();
    },
    told: {
      alice: ['Dialing', 'Established', 'Released(SystemError)'],
      bob: ['Ringing', 'Established', 'Released(SystemError)'],
    },
  },
  {
    scenario: 'hold and retrieve by B',
    from: 'documented',
    run: story => {
      talking(story);
      reinvite(story, 'bob', 'alice', 'sendonly', 'recvonly');
      reinvite(story, 'bob', 'alice', 'sendrecv', 'sendrecv');
    },
    told: {
      alice: ['Dialing', 'Established'],
      bob: ['Ringing', 'Established', 'Held', 'Retrieved'],
    },
  },
  {
    scenario: 'both hold, A retrieves, B ends it',
    from: 'our choice',
    run: story => {
      talking(story);
      reinvite(story, 'bob', 'alice', 'sendonly', 'recvonly');
      reinvite(story, 'alice', 'bob', 'inactive', 'inactive');
      reinvite(story, 'alice', 'bob', 'recvonly', 'sendonly');
      story.bob.hangsUp();
    },
    told: {
      alice: ['Dialing', 'Established', 'Held', 'Retrieved', 'Released'],
      bob: ['Ringing', 'Established', 'Held', 'Released'],
    },
  },
  {
    scenario: 'a hold that the other side refuses',
    from: 'our choice',
    run: story => {
      talking(story);
      story.bob.sends('INVITE', { sdp: sdpOf('bob', 'sendonly') });
      story.alice.replies('INVITE', 488);
    },
    told: { alice: ['Dialing', 'Established'], bob: ['Ringing', 'Established'] },
  },
  {
    scenario: 'single-step transfer: B refers A to C, who answers',
    from: 'our choice',
    options: inOffice,
    run: story => {
      referredToCarol(story);
      story.carol.rings();
      story.carol.answers({ sdp: 'from carol' });
      story.bob.replies('NOTIFY', 200);
      story.bob.replies('NOTIFY', 200);
      story.bob.replies('NOTIFY', 200);
      story.alice.hangsUp();
    },
    told: {
      alice: ['Dialing', 'Established', 'PartyChanged(Transferred)', 'Released'],
      bob: ['Ringing', 'Established', 'Released(Transferred)'],
      carol: ['Ringing', 'Established', 'Released'],
    },
  },
  {
    scenario: 'blind transfer: B hangs up while C rings',
    from: 'our choice',
    options: inOffice,
    run: story => {
      referredToCarol(story);
      story.carol.rings();
      story.bob.hangsUp();
      story.carol.answers({ sdp: 'from carol' });
    },
    told: {
      alice: ['Dialing', 'Established', 'PartyChanged(Transferred)'],
      bob: ['Ringing', 'Established', 'Released(Transferred)'],
      carol: ['Ringing', 'Established'],
    },
  },
  {
    scenario: 'transfer to C, who is busy: the call goes on',
    from: 'our choice',
    options: inOffice,
    run: story => {
      referredToCarol(story);
      story.carol.rings();
      story.carol.rejects(486, 'Busy Here');
    },
    told: {
      alice: ['Dialing', 'Established'],
      bob: ['Ringing', 'Established'],
      carol: ['Ringing', 'Released(Busy)'],
    },
  },
  {
    scenario: 'transfer to C, whose 302 to D is followed',
    from: 'our choice',
    options: following,
    run: story => {
      referredToCarol(story);
      story.carol.rings();
      story.carol.rejects(302, 'Moved', { headers: ['Contact: <sip:dave@192.0.2.4>'] });
      story.dave.answers({ sdp: 'answer' });
      story.bob.hangsUp();
    },
    told: {
      alice: ['Dialing', 'Established', 'PartyChanged(Transferred)'],
      bob: ['Ringing', 'Established', 'Released(Transferred)'],
      carol: ['Ringing', 'Diverted(Redirected)', 'Released(Redirected)'],
    },
  },
  {
    scenario: 'transfer to C, who is busy; B has hung up',
    from: 'our choice',
    options: inOffice,
    run: story => {
      referredToCarol(story);
      story.carol.rings();
      story.bob.hangsUp();
      story.carol.rejects(486, 'Busy Here');
    },
    told: {
      alice: ['Dialing', 'Established', 'Released(Busy)'],
      bob: ['Ringing', 'Established', 'Released(Transferred)'],
      carol: ['Ringing', 'Released(Busy)'],
    },
  },
  {
    scenario: 'transfer to C; A hangs up while C rings',
    from: 'our choice',
    options: inOffice,
    run: story => {
      referredToCarol(story);
      story.carol.rings();
      story.alice.hangsUp();
    },
    told: {
      alice: ['Dialing', 'Established', 'Released'],
      bob: ['Ringing', 'Established', 'Released'],
      carol: ['Ringing', 'Abandoned'],
    },
  },
  {
    scenario: 'consultation, then two-step transfer: B holds A, calls C and joins the two',
    from: 'our choice',
    options: inOffice,
    run: story => {
      talking(story);
      reinvite(story, 'bob', 'alice', 'sendonly', 'recvonly');
      const other = consulting(story);
      other.carol.answers({ headers: ofCarol, sdp: 'from carol' });
      other.alice.acknowledges({ headers: ['From: <sip:bob@x>;tag=a', 'To: <sip:carol@x>;tag=A'] });
      joinedWith(story, other);
      story.bob.replies('NOTIFY', 200);
      story.bob.replies('NOTIFY', 200);
    },
    told: {
      alice: ['Dialing', 'Established', 'PartyChanged(Transferred)'],
      bob: [
        'Ringing',
        'Established',
        'Held',
        'Dialing',
        'Established',
        'Released(Transferred)',
        'Released(Transferred)',
      ],
      carol: ['Ringing', 'Established', 'PartyChanged(Transferred)'],
    },
  },
  {
    scenario: 'the same, with agents at all three DNs: each is off the hook until its last call has ended',
    from: 'our choice',
    options: { ...inOffice, env: { agents: agentsAt({ alice: {}, bob: {}, carol: {} }) } },
    run: story => {
      talking(story);
      reinvite(story, 'bob', 'alice', 'sendonly', 'recvonly');
      const other = consulting(story);
      other.carol.answers({ headers: ofCarol, sdp: 'from carol' });
      other.alice.acknowledges({ headers: ['From: <sip:bob@x>;tag=a', 'To: <sip:carol@x>;tag=A'] });
      joinedWith(story, other);
      story.bob.replies('NOTIFY', 200);
      story.bob.replies('NOTIFY', 200);
      story.alice.hangsUp();
    },
    told: {
      alice: ['OffHook', 'Dialing', 'Established', 'PartyChanged(Transferred)', 'Released', 'OnHook'],
      bob: [
        ...['Ringing', 'OffHook', 'Established', 'Held', 'Dialing', 'Established'],
        ...['Released(Transferred)', 'Released(Transferred)', 'OnHook'],
      ],
      carol: ['Ringing', 'OffHook', 'Established', 'PartyChanged(Transferred)', 'Released', 'OnHook'],
    },
  },
  {
    scenario: 'consultation, then B joins A with C, who still rings',
    from: 'our choice',
    options: inOffice,
    run: story => {
      talking(story);
      reinvite(story, 'bob', 'alice', 'sendonly', 'recvonly');
      joinedWith(story, consulting(story));
      story.carol.answers({ headers: ofCarol, sdp: 'from carol' });
      for (const status of [200, 200, 200]) story.bob.replies('NOTIFY', status);
    },
    told: {
      alice: ['Dialing', 'Established', 'PartyChanged(Transferred)'],
      bob: ['Ringing', 'Established', 'Held', 'Dialing', 'Released(Transferred)', 'Released(Transferred)'],
      carol: ['Ringing', 'PartyChanged(Transferred)', 'Established'],
    },
  },
  {
    scenario: 'C calls with Replaces for B: B is put out',
    from: 'our choice',
    options: inOffice,
    run: story => {
      named(story);
      story.bob.answers({ sdp: 'from bob' });
      story.alice.acknowledges();
      story.replaces('carol', 'call-of-bob;to-tag=B;from-tag=b', { sdp: 'from carol' });
      story.alice.replies('INVITE', 200, { sdp: 'from alice' });
      story.carol.acknowledges();
    },
    told: {
      alice: ['Dialing', 'Established', 'PartyChanged(Transferred)'],
      bob: ['Ringing', 'Established', 'Released(Transferred)'],
      carol: ['Ringing', 'Established'],
    },
  },
  {
    scenario: 'pickup: C calls with Replaces for B, who rings',
    from: 'our choice',
    options: inOffice,
    run: story => {
      named(story);
      story.replaces('carol', 'call-of-bob;to-tag=B;from-tag=b', { sdp: 'from carol' });
      story.carol.acknowledges();
      story.alice.acknowledges();
    },
    told: {
      alice: ['Dialing', 'Established'],
      bob: ['Ringing', 'Released(Redirected)'],
      carol: ['Ringing', 'Established'],
    },
  },
  {
    scenario: 'a party changes the data',
    from: 'documented',
    run: story => {
      established(story);
      story.alice.sends('INFO', { headers: ['X-MS-Custom-CaseId: 42'] });
    },
    told: {
      alice: ['Dialing', 'Established', 'AttachedDataChanged'],
      bob: ['Ringing', 'Established', 'AttachedDataChanged'],
    },
  },
];

function established(story: Story): void {
  story.invite();
  story.bob.rings();
  story.bob.answers();
  story.alice.acknowledges();
}

type Name = 'alice' | 'bob';
type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

function talking(story: Story): void {
  story.invite({ sdp: sdpOf('alice', 'sendrecv') });
  story.bob.rings();
  story.bob.answers({ sdp: sdpOf('bob', 'sendrecv') });
  story.alice.acknowledges();
}

function reinvite(story: Story, by: Name, other: Name, offered: Direction, answered: Direction): void {
  const request = story[by].sends('INVITE', { sdp: sdpOf(by, offered) });
  story[other].replies('INVITE', 200, { sdp: sdpOf(other, answered) });
  story[by].acknowledges({}, request);
}

function sdpOf(name: Name, direction: Direction): string {
  const lines = [
    'v=0',
    `o=${name} 1 1 IN IP4 192.0.2.1`,
    's=-',
    'c=IN IP4 192.0.2.1',
    't=0 0',
    'm=audio 4000 RTP/AVP 0',
  ];
  return [...lines, `a=${direction}`, ''].join('\r\n');
}

function referredToCarol(story: Story): void {
  story.established();
  story.bob.sends('REFER', { headers: ['Refer-To: <sip:carol@192.0.2.3>'] });
}

/** What a party was told, in order. */
export function toldTo(story: Story, dn: string): string[] {
  return story.events
    .filter(({ ThisDN }) => ThisDN === dn)
    .map(event => {
      const state = 'CallState' in event && event.CallState !== 'Ok' ? `(${event.CallState})` : '';
      return event.id.replace('Event', '') + state;
    });
}

const ofCarol = ['Call-ID: call-of-carol', 'From: <sip:bob@x>;tag=C', 'To: <sip:carol@x>;tag=c'];

/** Bob's other call: he is the caller there, and carol rings. */
function consulting(story: Story): Story {
  const routing = { routes: [{ targets: ['sip:carol@192.0.2.3'] }], trunks: [office] };
  const other = new Story({ second: true, routing });
  const headers = ['From: <sip:bob@x>;tag=a', 'To: <sip:carol@x>'];
  other.consults(story, { headers, from: '<sip:bob@127.0.0.1>;tag=a', sdp: 'from bob' });
  other.carol.rings(180, { headers: ofCarol });
  return other;
}

/** What the parties are told of the other call stands between what they are told of the first. */
function joinedWith(story: Story, other: Story): void {
  story.events.push(...other.events);
  const replaces = parseReplaces('call-of-second;to-tag=A;from-tag=a');
  if (replaces === undefined) throw new Error('no Replaces');
  story.bob.refers({ headers: ['Refer-To: <sip:carol@x>'] }, { call: other.call, replaces });
  story.events.push(...story.joinedEvents);
}

/** Bob rings, and his dialog has a name. */
function named(story: Story): void {
  story.invite({ sdp: 'from alice' });
  const names = ['From: <sip:alice@127.0.0.1>;tag=B', 'To: <sip:bob@192.0.2.2>;tag=b'];
  story.bob.rings(180, { headers: ['Call-ID: call-of-bob', ...names] });
}

/** The sequences as docs/sequences.md shows them. */
export function sequencesTable(): string {
  const cells = (told: Told = []): string => (told.length === 0 ? '–' : told.join(', '));
  const rows = sequences.map(({ scenario, from, told }) =>
    ['', scenario, cells(told.alice), cells(told.bob), cells(told.carol), from, ''].join(' | ').trim(),
  );
  return ['| scenario | A (calls) | B (is called) | C | from |', '|---|---|---|---|---|', ...rows].join('\n');
}
