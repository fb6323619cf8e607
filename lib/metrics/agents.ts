import { Counter, Gauge, type Registry } from 'prom-client';
import type { Agent } from '../agents/agent.ts';
import type { AgentMetrics } from '../b2bua/agent-desk.ts';
import type { ActionName } from '../agents/command.ts';
import type { ErrorCode } from '../errors.ts';

/** Who works, and what is asked of them. */
export class AgentMeters implements AgentMetrics {
  readonly #agents: Gauge<'state'>;
  readonly #commands: Counter<'action' | 'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#agents = new Gauge({
      name: 'baton_agents',
      help: 'Agents that are known, by state',
      labelNames: ['state'],
      registers,
    });
    this.#commands = new Counter({
      name: 'baton_agent_commands_total',
      help: 'Commands about agents, by action and outcome: done, or why not',
      labelNames: ['action', 'outcome'],
      registers,
    });
  }

  agentCommanded(action: ActionName, outcome: 'done' | ErrorCode): void {
    this.#commands.inc({ action, outcome });
  }

  agentsAre(counts: Readonly<Record<Agent['is'], number>>): void {
    for (const [state, count] of Object.entries(counts)) this.#agents.set({ state }, count);
  }
}
