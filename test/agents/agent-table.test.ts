import { expect } from 'chai';
import { AgentTable } from '../../lib/agents/agent-table.ts';
import type { AgentCommand } from '../../lib/agents/command.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { ErrorCode } from '../../lib/errors.ts';

const moment = { nowMs: 1, server: 'baton/n1' };

/** Says `done`, or why not. */
function ask(table: AgentTable, who: string, command: AgentCommand, tenant = 'acme'): 'done' | ErrorCode {
  const outcome = table.carryOut({ tenant, agentId: who }, command, moment);
  return outcome.ok ? 'done' : outcome.code;
}

const at = (dn: string): AgentCommand => ({ action: 'login', dn: dn as Dn });
const logout: AgentCommand = { action: 'logout' };

describe('the table of agents', () => {
  it('knows nobody who has never logged in', () => {
    const table = new AgentTable({ maxAgents: 10 });
    expect(ask(table, '1001', { action: 'ready' })).to.equal('agent-unknown');
    expect([...table.list()]).to.deep.equal([]);
  });

  it('has one agent at a DN, and forgets the place with the logout', () => {
    const table = new AgentTable({ maxAgents: 10 });
    expect(ask(table, '1001', at('2001'))).to.equal('done');
    expect(ask(table, '1002', at('2001'))).to.equal('dn-taken');
    expect(ask(table, '1001', at('2001'))).to.equal('agent-logged-in');
    expect(table.at('acme', '2001' as Dn)).to.include({ agentId: '1001' });
    expect(ask(table, '1001', logout)).to.equal('done');
    expect(table.at('acme', '2001' as Dn)).to.equal(undefined);
    expect(ask(table, '1002', at('2001'))).to.equal('done');
    expect(table.at('acme', '2001' as Dn)).to.include({ agentId: '1002' });
  });

  it('keeps tenants apart', () => {
    const table = new AgentTable({ maxAgents: 10 });
    ask(table, '1001', at('2001'));
    expect(ask(table, '1001', { action: 'ready' }, 'globex')).to.equal('agent-unknown');
    expect(ask(table, '1001', at('2001'), 'globex')).to.equal('done');
    expect(table.at('globex', '2001' as Dn)).to.include({ tenant: 'globex', is: 'not-ready' });
    expect(table.at('initech', '2001' as Dn)).to.equal(undefined);
  });

  it('counts them by state', () => {
    const table = new AgentTable({ maxAgents: 10 });
    for (const id of ['1', '2', '3']) ask(table, id, at(`20${id}`));
    ask(table, '1', { action: 'ready' });
    ask(table, '2', { action: 'ready' });
    ask(table, '2', logout);
    expect(table.counts).to.deep.equal({ 'logged-out': 1, 'not-ready': 1, ready: 1 });
    ask(table, '1', { action: 'not-ready' });
    expect(table.counts).to.deep.equal({ 'logged-out': 1, 'not-ready': 2, ready: 0 });
  });

  it('forgets who has been away longest for somebody new, and has no room while all are here', () => {
    const table = new AgentTable({ maxAgents: 2 });
    ask(table, '1', at('201'));
    ask(table, '2', at('202'));
    expect(ask(table, '3', at('203'))).to.equal('too-many-agents');
    ask(table, '2', logout);
    ask(table, '1', logout);
    expect(ask(table, '3', at('203'))).to.equal('done');
    expect([...table.list()].map(({ agentId }) => agentId)).to.deep.equal(['1', '3']);
    expect(ask(table, '2', { action: 'ready' })).to.equal('agent-unknown');
    expect(ask(table, '1', at('201'))).to.equal('done');
  });
});
