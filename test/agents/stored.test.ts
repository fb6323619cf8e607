import { expect } from 'chai';
import { AgentTable } from '../../lib/agents/agent-table.ts';
import type { Agent } from '../../lib/agents/agent.ts';
import type { AgentCommand } from '../../lib/agents/command.ts';
import { agentFrom } from '../../lib/agents/stored.ts';
import type { ConnId, Dn } from '../../lib/call/ids.ts';

const ann = { tenant: 'acme', agentId: 'ann' };

/** Ann after these commands. */
function annAfter(...commands: readonly AgentCommand[]): Agent {
  const table = new AgentTable({ maxAgents: 10 });
  for (const command of commands) {
    const outcome = table.carryOut(ann, command, { nowMs: 1, server: 'baton/n1' });
    if (!outcome.ok) throw new Error(outcome.code);
  }
  const agent = table.get(ann);
  if (agent === undefined) throw new Error('there is no Ann');
  return agent;
}

const login: AgentCommand = { action: 'login', dn: '2001' as Dn, queues: ['sales', 'care'] };
const busy: readonly AgentCommand[] = [
  login,
  { action: 'not-ready', workMode: 'AuxWork', reasons: [{ key: 'Lunch', type: 'int', value: 1 }] },
  { action: 'dnd-on' },
  { action: 'forward-set', to: 'sip:2002@192.0.2.9' },
  { action: 'mute-on', connId: '0123456789abcdef@acme:n1' as ConnId },
  { action: 'listen-disconnect' },
  { action: 'monitor-next-call', monitorDn: '2009' as Dn },
  { action: 'message-waiting-on', waiting: 2, old: 1, urgent: 1 },
];

const stored = (agent: Agent): unknown => JSON.parse(JSON.stringify(agent));

describe('a stored agent', () => {
  const agents: [string, Agent][] = [
    ['logged in', annAfter(login)],
    ['ready', annAfter(login, { action: 'ready', workMode: 'AutoIn' })],
    ['with everything on', annAfter(...busy)],
    ['logged out', annAfter(login, { action: 'logout' })],
  ];
  for (const [what, agent] of agents) {
    it(`comes back as it was: ${what}`, () => {
      expect(agentFrom(stored(agent))).to.deep.equal(agent);
    });
  }

  const whole = stored(annAfter(...busy)) as Record<string, unknown>;
  const wrong: [string, unknown][] = [
    ['is no object', 7],
    ['is null', null],
    ['is in no known state', { ...whole, is: 'asleep' }],
    ...['tenant', 'agentId', 'revision', 'dn', 'queues', 'workMode', 'reasons', 'dnd'].map(
      (name): [string, unknown] => [`has no ${name}`, { ...whole, [name]: undefined }],
    ),
    ['forwards to no text', { ...whole, forwardTo: 7 }],
    ['has queues that are none', { ...whole, queues: [7] }],
    ['has reasons that are none', { ...whole, reasons: [{ key: 'Lunch' }] }],
    ['is muted in no call', { ...whole, muted: { connId: 7 } }],
    ['has messages of another kind', { ...whole, messages: { lost: 1 } }],
  ];
  for (const [what, thing] of wrong) {
    it(`is none when it ${what}`, () => {
      expect(agentFrom(thing)).to.equal(undefined);
    });
  }
});
