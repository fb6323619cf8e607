import { type LoggedIn, loggedIn, newAgent } from '../../lib/agents/agent.ts';
import type { AgentsAtDns, AgentsOnCalls } from '../../lib/agents/agent-table.ts';

/** Agents of the tenant acme, each at a DN, and what of each is not as after a login. */
export function agentsAt(places: Readonly<Record<string, Partial<LoggedIn>>>): AgentsAtDns {
  return {
    at: (tenant, dn) => {
      const parts = places[dn];
      if (tenant !== 'acme' || parts === undefined) return undefined;
      const agent = loggedIn(newAgent(tenant, `agent-${dn}`), { dn: dn, queues: [] });
      return { ...agent, ...parts };
    },
  };
}

/** The same, of whom nothing is about a single call. */
export function onCalls(agents: AgentsAtDns): AgentsOnCalls {
  return { at: (tenant, dn) => agents.at(tenant, dn), leave: () => [], comeOver: () => undefined };
}
