import type { AgentName, AgentPlace, AgentTable } from '../agents/agent-table.ts';
import { type AgentView, agentView } from '../agents/agent-view.ts';
import type { Agent, LoggedIn } from '../agents/agent.ts';
import { agentFrom } from '../agents/stored.ts';
import type { ActionName, AgentCommand } from '../agents/command.ts';
import type { Dn } from '../call/ids.ts';
import type { ErrorCode } from '../errors.ts';
import type { AgentStateEvent } from '../events/event.ts';
import type { Clock, Shelf } from '../ports.ts';
import type { CallsOfDns } from './calls-of-dns.ts';
import type { B2buaLog } from './options.ts';

/** What somebody outside wants of an agent. */
export interface AgentRequest extends AgentName {
  readonly command: AgentCommand;
}

export type AgentAnswer =
  | { readonly ok: true; readonly agent: AgentView }
  | { readonly ok: false; readonly code: ErrorCode };

export interface AgentMetrics {
  /** `outcome`: `done`, or why not. */
  agentCommanded(action: ActionName, outcome: 'done' | ErrorCode): void;
  /** How many there are now. */
  agentsAre(counts: Readonly<Record<Agent['is'], number>>): void;
}

export interface AgentDeskParts {
  readonly table: AgentTable;
  /** `baton/<node>`. */
  readonly server: string;
  readonly clock: Clock;
  readonly log: B2buaLog;
  readonly agentMetrics?: AgentMetrics;
  /** Where agents survive a restart. Absent: they do not. */
  readonly agentShelf?: Shelf;
  /** Tells what has become true. */
  readonly tell: (events: readonly AgentStateEvent[]) => void;
  readonly calls: Pick<CallsOfDns, 'obstacle' | 'audioSwitched'>;
  /** Other messages wait at a DN, or none any more. */
  readonly messagesChanged: (place: AgentPlace) => void;
}

/** Agents, for those who work with them. */
export class AgentDesk {
  readonly #parts: AgentDeskParts;

  constructor(parts: AgentDeskParts) {
    this.#parts = parts;
    parts.table.onChanged = agent => {
      parts.agentShelf?.put(nameOf(agent), agent);
    };
    parts.table.onForgotten = name => {
      parts.agentShelf?.put(nameOf(name), undefined);
    };
    this.#restore();
  }

  /** Of one tenant; of all where none is named. */
  list(tenant: string | undefined): AgentView[] {
    const all = [...this.#parts.table.list()];
    return all.filter(agent => tenant === undefined || agent.tenant === tenant).map(agentView);
  }

  get(name: AgentName): AgentView | undefined {
    const agent = this.#parts.table.get(name);
    return agent && agentView(agent);
  }

  /** The id of who is logged in at a DN. */
  agentAt({ tenant, dn }: { readonly tenant: string; readonly dn: Dn }): string | undefined {
    return this.#parts.table.at(tenant, dn)?.agentId;
  }

  /** Decided and stored when it returns; what is told follows. */
  command({ command, ...name }: AgentRequest): AgentAnswer {
    const { table, server, clock, log, agentMetrics: metrics, tell } = this.#parts;
    const before = table.get(name);
    const obstacle = this.#obstacle(before, command);
    const moment = { nowMs: clock.nowMs(), server };
    const outcome =
      obstacle === undefined
        ? table.carryOut(name, command, moment)
        : ({ ok: false, code: obstacle } as const);
    const { action } = command;
    metrics?.agentCommanded(action, outcome.ok ? 'done' : outcome.code);
    if (!outcome.ok) {
      log.info({ ...name, action, code: outcome.code }, 'agent refused');
      return outcome;
    }
    const { agent, events } = outcome;
    metrics?.agentsAre(table.counts);
    log.info({ ...name, action, dn: events[0]?.ThisDN, state: agent.is }, 'agent');
    tell(events);
    this.#act(before, agent);
    return { ok: true, agent: agentView(agent) };
  }

  /** Nothing is told: it has been, and for those who hear it nothing has changed. Only the calls of that process have ended. */
  #restore(): void {
    const { table, agentShelf, agentMetrics, clock, log, server, tell } = this.#parts;
    for (const [name, thing] of agentShelf?.entries() ?? []) {
      const agent = agentFrom(thing);
      if (agent === undefined || !table.restore(agent))
        log.warn({ code: 'state-broken', name }, 'an agent could not be taken over');
    }
    const moment = { nowMs: clock.nowMs(), server };
    for (const agent of [...table.list()].flatMap(each => hereOnly(each) ?? []))
      for (const connId of new Set([agent.muted?.connId, agent.deafened?.connId]))
        if (connId !== undefined) tell(table.leave(agent, connId, moment));
    agentMetrics?.agentsAre(table.counts);
  }

  /** What is about one call must be about one of the agent's. */
  #obstacle(agent: Agent | undefined, command: AgentCommand): ErrorCode | undefined {
    if (!('connId' in command)) return undefined;
    if (agent === undefined || agent.is === 'logged-out') return undefined;
    return this.#parts.calls.obstacle(command.connId, agent);
  }

  #act(before: Agent | undefined, after: Agent): void {
    const was = hereOnly(before);
    const is = hereOnly(after);
    const place = is ?? was;
    if (place === undefined) return;
    if (was?.muted !== is?.muted || was?.deafened !== is?.deafened) this.#parts.calls.audioSwitched(place);
    if (was?.messages !== is?.messages) this.#parts.messagesChanged(place);
  }
}

/** Names of tenants have no slash. */
function nameOf({ tenant, agentId }: AgentName): string {
  return `${tenant}/${agentId}`;
}

function hereOnly(agent: Agent | undefined): LoggedIn | undefined {
  return agent?.is === 'logged-out' ? undefined : agent;
}
