import { expect } from 'chai';
import fc from 'fast-check';
import { type Agent, type LoggedIn, newAgent } from '../../lib/agents/agent.ts';
import { carryOut } from '../../lib/agents/carry-out.ts';
import type { ActionName, AgentCommand } from '../../lib/agents/command.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { ErrorCode } from '../../lib/errors.ts';
import { checkEvents } from '../support/valid-event.ts';
import { command } from './commands.ts';
import { replayed } from './replay.ts';

const moment = { nowMs: 1_000_000, server: 'baton/node1' };
const nobody = newAgent('acme', '1001');

/** The agent after these; each must be allowed. */
function after(...commands: readonly AgentCommand[]): Agent {
  return commands.reduce<Agent>((agent, next) => {
    const outcome = carryOut(agent, next, moment);
    if (!outcome.ok) throw new Error(`${next.action}: ${outcome.code}`);
    return outcome.agent;
  }, nobody);
}

const login = command({ action: 'login', dn: '2001' as Dn });
const inQueues = command({ action: 'login', dn: '2001' as Dn, queues: ['sales', 'care'] });
const on = {
  dnd: command({ action: 'dnd-on' }),
  forward: command({ action: 'forward-set', to: '+4930' }),
  mute: command({ action: 'mute-on' }),
  deafen: command({ action: 'listen-disconnect' }),
  monitor: command({ action: 'monitor-next-call', monitorDn: '2002' as Dn }),
  messages: command({ action: 'message-waiting-on', waiting: 2, old: 8 }),
};
const ready = command({ action: 'ready' });
const lunch = command({
  action: 'not-ready',
  workMode: 'AuxWork',
  reasons: [{ key: 'Lunch', type: 'int', value: 1 }],
});

/** What is, what is wanted, what is true then (of what has changed), and what is told: names with what stands beside. */
const allowed: readonly [
  string,
  readonly AgentCommand[],
  AgentCommand,
  Partial<LoggedIn> | { is: 'logged-out' },
  readonly object[],
][] = [
  [
    'a login',
    [],
    login,
    { is: 'not-ready', dn: '2001' as Dn, workMode: 'Unknown' },
    [{ id: 'EventAgentLogin' }],
  ],
  [
    'a login to queues, one event for each',
    [],
    inQueues,
    { is: 'not-ready', queues: ['sales', 'care'] },
    [
      { id: 'EventAgentLogin', ThisQueue: 'sales' },
      { id: 'EventAgentLogin', ThisQueue: 'care' },
    ],
  ],
  ['ready', [login], ready, { is: 'ready' }, [{ id: 'EventAgentReady', AgentWorkMode: 'Unknown' }]],
  [
    'ready in another work mode',
    [login, ready],
    command({ action: 'ready', workMode: 'AutoIn' }),
    { is: 'ready', workMode: 'AutoIn' },
    [{ id: 'EventAgentReady', AgentWorkMode: 'AutoIn' }],
  ],
  [
    'not ready, and why',
    [login, ready],
    lunch,
    { is: 'not-ready', workMode: 'AuxWork', reasons: [{ key: 'Lunch', type: 'int', value: 1 }] },
    [
      {
        id: 'EventAgentNotReady',
        AgentWorkMode: 'AuxWork',
        Reasons: [{ key: 'Lunch', type: 'int', value: 1 }],
      },
    ],
  ],
  [
    'not ready again, for another reason',
    [login, lunch],
    command({ action: 'not-ready', workMode: 'AfterCallWork' }),
    { is: 'not-ready', workMode: 'AfterCallWork', reasons: [] },
    [{ id: 'EventAgentNotReady', AgentWorkMode: 'AfterCallWork' }],
  ],
  [
    'leaving one queue',
    [inQueues],
    command({ action: 'queue-logout', queue: 'sales' }),
    { queues: ['care'] },
    [{ id: 'EventQueueLogout', ThisQueue: 'sales' }],
  ],
  ['do not disturb', [login], on.dnd, { dnd: true }, [{ id: 'EventDNDOn' }]],
  ['no more of it', [login, on.dnd], command({ action: 'dnd-off' }), { dnd: false }, [{ id: 'EventDNDOff' }]],
  ['a forward', [login], on.forward, { forwardTo: '+4930' }, [{ id: 'EventForwardSet', OtherDN: '+4930' }]],
  [
    'a forward to somebody else',
    [login, on.forward],
    command({ action: 'forward-set', to: 'sip:bob@example.org' }),
    { forwardTo: 'sip:bob@example.org' },
    [{ id: 'EventForwardSet', OtherDN: 'bob' }],
  ],
  [
    'the end of a forward',
    [login, on.forward],
    command({ action: 'forward-cancel' }),
    { forwardTo: undefined },
    [{ id: 'EventForwardCancel', OtherDN: '+4930' }],
  ],
  ['mute', [login], on.mute, { muted: {} }, [{ id: 'EventMuteOn' }]],
  [
    'mute in one call',
    [login],
    command({ action: 'mute-on', connId: '00000000000000ff@acme:n1' }),
    { muted: { connId: '00000000000000ff@acme:n1' as never } },
    [{ id: 'EventMuteOn', ConnID: '00000000000000ff@acme:n1' }],
  ],
  [
    'the end of mute',
    [login, on.mute],
    command({ action: 'mute-off' }),
    { muted: undefined },
    [{ id: 'EventMuteOff' }],
  ],
  ['listening disconnected', [login], on.deafen, { deafened: {} }, [{ id: 'EventListenDisconnected' }]],
  [
    'listening connected again',
    [login, on.deafen],
    command({ action: 'listen-reconnect' }),
    { deafened: undefined },
    [{ id: 'EventListenReconnected' }],
  ],
  [
    'monitoring',
    [login],
    on.monitor,
    { monitoring: { dn: '2002' as Dn, type: 'MonitorOneCall' } },
    [{ id: 'EventMonitoringNextCall', OtherDN: '2002', MonitorNextCallType: 'MonitorOneCall' }],
  ],
  [
    'the end of monitoring',
    [login, on.monitor],
    command({ action: 'monitor-cancel' }),
    { monitoring: undefined },
    [{ id: 'EventMonitoringCancelled', OtherDN: '2002', MonitorNextCallType: 'MonitorOneCall' }],
  ],
  [
    'messages that wait',
    [login],
    on.messages,
    { messages: { fresh: 2, old: 8 } },
    [{ id: 'EventMessageWaitingOn', Extensions: [{ MessagesWaiting: 2 }, { MessagesOld: 8 }] }],
  ],
  [
    'more of them',
    [login, on.messages],
    command({ action: 'message-waiting-on', waiting: 3, old: 8 }),
    { messages: { fresh: 3, old: 8 } },
    [{ id: 'EventMessageWaitingOn', Extensions: [{ MessagesWaiting: 3 }, { MessagesOld: 8 }] }],
  ],
  [
    'urgent ones among them',
    [login, on.messages],
    command({ action: 'message-waiting-on', waiting: 2, old: 8, urgent: 1, urgentOld: 0 }),
    { messages: { fresh: 2, old: 8, urgent: 1, urgentOld: 0 } },
    [
      {
        id: 'EventMessageWaitingOn',
        Extensions: [
          { MessagesWaiting: 2 },
          { MessagesOld: 8 },
          { MessagesUrgent: 1 },
          { MessagesUrgentOld: 0 },
        ],
      },
    ],
  ],
  [
    'no more messages',
    [login, on.messages],
    command({ action: 'message-waiting-off' }),
    { messages: undefined },
    [{ id: 'EventMessageWaitingOff' }],
  ],
  [
    'a logout',
    [login, ready],
    command({ action: 'logout' }),
    { is: 'logged-out' },
    [{ id: 'EventAgentLogout' }],
  ],
  [
    'a logout: what is on is told to be off before',
    [inQueues, ...Object.values(on)],
    command({ action: 'logout' }),
    { is: 'logged-out' },
    [
      { id: 'EventDNDOff' },
      { id: 'EventForwardCancel', OtherDN: '+4930' },
      { id: 'EventMuteOff' },
      { id: 'EventListenReconnected' },
      { id: 'EventMonitoringCancelled', OtherDN: '2002', MonitorNextCallType: 'MonitorOneCall' },
      { id: 'EventMessageWaitingOff' },
      { id: 'EventAgentLogout' },
    ],
  ],
  [
    'another login, at another DN',
    [login, command({ action: 'logout' })],
    command({ action: 'login', dn: '2002' as Dn }),
    { is: 'not-ready', dn: '2002' as Dn },
    [{ id: 'EventAgentLogin' }],
  ],
];

/** What is, what is wanted, and why not. */
const refused: readonly [readonly AgentCommand[], AgentCommand, ErrorCode][] = [
  ...allActions()
    .filter(({ action }) => action !== 'login')
    .map((any): [AgentCommand[], AgentCommand, ErrorCode] => [[], any, 'agent-logged-out']),
  [[login], login, 'agent-logged-in'],
  [[login, ready], login, 'agent-logged-in'],
  [[login, ready], ready, 'agent-unchanged'],
  [[inQueues], command({ action: 'queue-logout', queue: 'other' }), 'agent-not-in-queue'],
  [[login, on.dnd], on.dnd, 'agent-unchanged'],
  [[login], command({ action: 'dnd-off' }), 'agent-unchanged'],
  [[login, on.forward], on.forward, 'agent-unchanged'],
  [[login], command({ action: 'forward-cancel' }), 'agent-unchanged'],
  [[login], command({ action: 'forward-set', to: '2001' }), 'forward-loop'],
  [[login], command({ action: 'forward-set', to: 'sip:2001@example.org' }), 'forward-loop'],
  [[login], command({ action: 'forward-set', to: 'not a number' }), 'unprocessable'],
  [[login, on.mute], on.mute, 'agent-unchanged'],
  [[login], command({ action: 'mute-off' }), 'agent-unchanged'],
  [[login, on.deafen], on.deafen, 'agent-unchanged'],
  [[login], command({ action: 'listen-reconnect' }), 'agent-unchanged'],
  [[login, on.monitor], on.monitor, 'agent-unchanged'],
  [[login], command({ action: 'monitor-cancel' }), 'agent-unchanged'],
  [[login, on.messages], on.messages, 'agent-unchanged'],
  [[login], command({ action: 'message-waiting-off' }), 'agent-unchanged'],
];

function allActions(): AgentCommand[] {
  const rest: Readonly<Partial<Record<ActionName, AgentCommand>>> = {
    'queue-logout': command({ action: 'queue-logout', queue: 'sales' }),
    'forward-set': on.forward,
    login,
  };
  const names = [
    'login',
    'logout',
    'queue-logout',
    'ready',
    'not-ready',
    'dnd-on',
    'dnd-off',
    'forward-set',
    'forward-cancel',
    'mute-on',
    'mute-off',
    'listen-disconnect',
    'listen-reconnect',
    'monitor-next-call',
    'monitor-cancel',
    'message-waiting-on',
    'message-waiting-off',
  ] as const satisfies readonly ActionName[];
  return names.map(action => rest[action] ?? ({ action } as AgentCommand));
}

describe('a command about an agent', () => {
  for (const [what, before, wanted, then, told] of allowed) {
    it(`leads to ${what}`, () => {
      const agent = after(...before);
      const outcome = carryOut(agent, wanted, moment);
      if (!outcome.ok) throw new Error(outcome.code);
      expect(outcome.agent).to.deep.include({ ...then, revision: agent.revision + 1 });
      const common = { tenant: 'acme', time: 1_000_000, Server: 'baton/node1', AgentID: '1001' };
      const dn = agent.is === 'logged-out' ? (outcome.agent as LoggedIn).dn : agent.dn;
      expect(outcome.events).to.deep.equal(told.map(event => ({ ...event, ...common, ThisDN: dn })));
      checkEvents(outcome.events);
    });
  }

  for (const [before, wanted, code] of refused) {
    const words = before.map(({ action }) => action).join(', ');
    it(`is refused as ${code}: ${wanted.action} ${words === '' ? 'at first' : `after ${words}`}`, () => {
      expect(carryOut(after(...before), wanted, moment)).to.deep.equal({ ok: false, code });
    });
  }

  it('tells its referenceId and its reasons', () => {
    const reasons = [{ key: 'Door', type: 'string', value: 'open' }] as const;
    const outcome = carryOut(after(login), { action: 'dnd-on', referenceId: 7, reasons }, moment);
    expect(outcome).to.have.nested.property('events[0]').that.includes({ ReferenceID: 7, Reasons: reasons });
  });

  it('leads, with any others, to no impossible state, and the events played again lead to the same', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 40 }), commands => {
        let agent: Agent = nobody;
        let again: Agent = nobody;
        for (const next of commands) {
          const outcome = carryOut(agent, next, moment);
          if (!outcome.ok) continue;
          expect(outcome.agent.revision).to.equal(agent.revision + 1);
          expect(outcome.events).to.not.be.empty;
          checkEvents(outcome.events);
          agent = outcome.agent;
          again = outcome.events.reduce(replayed, again);
          expect(withoutSpelling(again)).to.deep.equal(withoutSpelling(agent));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** An event names the DN of a forward, not the URI; and a revision counts commands, not events. */
function withoutSpelling(agent: Agent): object {
  const { revision: _revision, ...rest } = agent;
  if (rest.is === 'logged-out' || rest.forwardTo === undefined) return rest;
  return { ...rest, forwardTo: rest.forwardTo.replace(/^sip:|@.*$/g, '') };
}

const anyCommand: fc.Arbitrary<AgentCommand> = fc.oneof(
  fc.constantFrom(...allActions()),
  fc.constantFrom(login, inQueues, lunch, ...Object.values(on)),
  fc.record({
    action: fc.constantFrom('ready' as const, 'not-ready' as const),
    workMode: fc.constantFrom('AutoIn' as const, 'AuxWork' as const),
  }),
  fc.record({
    action: fc.constant('forward-set' as const),
    to: fc.constantFrom('2001', '2002', 'sip:bob@example.org'),
  }),
  fc.record({
    action: fc.constant('message-waiting-on' as const),
    waiting: fc.nat({ max: 2 }),
    old: fc.nat({ max: 2 }),
  }),
  fc.record({
    action: fc.constantFrom('mute-on' as const, 'listen-disconnect' as const),
    connId: fc.constant('00000000000000ff@acme:n1' as never),
  }),
);
