import type { ConnId, Dn } from '../call/ids.ts';
import type { AgentStateEvent } from '../events/event.ts';
import { type Agent, type LoggedIn, newAgent } from './agent.ts';
import { carryOut, inOtherCall, type Moment, type Outcome, withoutCall } from './carry-out.ts';
import type { AgentCommand } from './command.ts';

/** Names one agent; neither an id nor a DN of one tenant means anything in another. */
export interface AgentName {
  readonly tenant: string;
  readonly agentId: string;
}

/** Who works where, for those who only look. */
export interface AgentsAtDns {
  /** The agent that is logged in at a DN. */
  at(tenant: string, dn: Dn): LoggedIn | undefined;
}

/** The same, and what of it is about single calls. */
export interface AgentsOnCalls extends AgentsAtDns {
  /** The party at a DN has left a call: what was only about that has ended. */
  leave(place: AgentPlace, connId: ConnId, moment: Moment): readonly AgentStateEvent[];
  /** It is in another call now, by a transfer. */
  comeOver(place: AgentPlace, from: ConnId, to: ConnId): void;
}

export interface AgentPlace {
  readonly tenant: string;
  readonly dn: Dn;
}

/** All agents that have ever logged in, as many as there is room for. */
export class AgentTable implements AgentsOnCalls {
  readonly #maxAgents: number;
  readonly #agents = new Map<string, Agent>();
  /** Names of agents by DN. */
  readonly #byDn = new Map<string, string>();
  /** Of those that are logged out, who has been so longest first. */
  readonly #away = new Set<string>();
  #readyCount = 0;
  /** Called with what an agent has become. */
  onChanged: ((agent: Agent) => void) | undefined;
  /** Called for an agent that had to go for somebody new. */
  onForgotten: ((name: AgentName) => void) | undefined;

  constructor({ maxAgents }: { readonly maxAgents: number }) {
    this.#maxAgents = maxAgents;
  }

  get({ tenant, agentId }: AgentName): Agent | undefined {
    return this.#agents.get(keyOf(tenant, agentId));
  }

  at(tenant: string, dn: Dn): LoggedIn | undefined {
    // Most calls meet no agent.
    if (this.#byDn.size === 0) return undefined;
    const agent = this.#agents.get(this.#byDn.get(keyOf(tenant, dn)) ?? '');
    return agent?.is === 'logged-out' ? undefined : agent;
  }

  /** In the order in which they became known. */
  *list(): Generator<Agent, void, void> {
    yield* this.#agents.values();
  }

  get counts(): Readonly<Record<Agent['is'], number>> {
    const here = this.#byDn.size;
    return { 'logged-out': this.#away.size, 'not-ready': here - this.#readyCount, ready: this.#readyCount };
  }

  /** An agent of an earlier process, which nobody has asked anything yet. False: there is no room, or somebody else at its DN. */
  restore(agent: Agent): boolean {
    if (this.get(agent) !== undefined || !this.#makeRoom()) return false;
    if (agent.is !== 'logged-out' && this.at(agent.tenant, agent.dn) !== undefined) return false;
    this.#learn(agent);
    return true;
  }

  /** What the command leads to; it is in the table when this returns. */
  carryOut(name: AgentName, command: AgentCommand, moment: Moment): Outcome {
    const known = this.get(name);
    if (known === undefined && command.action !== 'login') return { ok: false, code: 'agent-unknown' };
    const agent = known ?? newAgent(name.tenant, name.agentId);
    const outcome = carryOut(agent, command, moment);
    if (!outcome.ok || command.action !== 'login') return this.#put(outcome);
    if (this.at(name.tenant, command.dn) !== undefined) return { ok: false, code: 'dn-taken' };
    if (known === undefined && !this.#makeRoom()) return { ok: false, code: 'too-many-agents' };
    return this.#put(outcome);
  }

  leave({ tenant, dn }: AgentPlace, connId: ConnId, moment: Moment): readonly AgentStateEvent[] {
    const agent = this.at(tenant, dn);
    const outcome = agent && withoutCall(agent, connId, moment);
    if (outcome === undefined) return [];
    this.#put(outcome);
    return outcome.events;
  }

  comeOver({ tenant, dn }: AgentPlace, from: ConnId, to: ConnId): void {
    const agent = this.at(tenant, dn);
    const moved = agent && inOtherCall(agent, from, to);
    if (moved !== undefined) this.#put({ ok: true, agent: moved, events: [] });
  }

  #put(outcome: Outcome): Outcome {
    if (!outcome.ok) return outcome;
    this.#learn(outcome.agent);
    this.onChanged?.(outcome.agent);
    return outcome;
  }

  #learn(agent: Agent): void {
    const key = keyOf(agent.tenant, agent.agentId);
    const before = this.#agents.get(key);
    if (before !== undefined && before.is !== 'logged-out')
      this.#byDn.delete(keyOf(before.tenant, before.dn));
    this.#away.delete(key);
    if (agent.is === 'logged-out') this.#away.add(key);
    else this.#byDn.set(keyOf(agent.tenant, agent.dn), key);
    this.#readyCount += Number(agent.is === 'ready') - Number(before?.is === 'ready');
    this.#agents.set(key, agent);
  }

  /** Who has been away longest is forgotten for somebody new. False: all are here. */
  #makeRoom(): boolean {
    if (this.#agents.size < this.#maxAgents) return true;
    for (const key of this.#away) {
      const agent = this.#agents.get(key);
      this.#away.delete(key);
      this.#agents.delete(key);
      if (agent !== undefined) this.onForgotten?.(agent);
      return true;
    }
    return false;
  }
}

/** Tenants have no space in their names. */
function keyOf(tenant: string, name: string): string {
  return `${tenant} ${name}`;
}
