import type { ConnId, Dn } from '../call/ids.ts';
import type { AgentStateEvent, CallEvent, CallHandlingEvent } from '../events/event.ts';
import type { AgentPlace, AgentsOnCalls } from './agent-table.ts';

export interface CallFollowerParts {
  readonly agents: AgentsOnCalls;
  /** A contact of the DN is registered here. */
  readonly isRegistered: (tenant: string, dn: Dn) => boolean;
  /** Whose DNs are behind a trunk; undefined: behind none. */
  readonly tenantOf: (trunk: string | undefined) => string;
}

/**
 * Which of our DNs are off the hook, by what their calls tell.
 *
 *                 EventDialing, EventEstablished             another of them
 *     on hook ──────────────────────────────────▶ off hook ◀───────────────┐
 *        ▲                                         │    └──────────────────┘
 *        └── EventReleased of its last call ───────┘
 *
 * A DN is ours when an agent is logged in at it, or a contact is registered for it. Who was told to be off the hook is told the
 * other too, whoever's it is by then.
 */
export class CallFollower {
  readonly #parts: CallFollowerParts;
  readonly #offHook = new Map<string, OffHook>();

  constructor(parts: CallFollowerParts) {
    this.#parts = parts;
  }

  /** The events of one decision, with EventOffHook before and EventOnHook after those that bring them about. */
  follow(events: readonly CallEvent[]): readonly CallEvent[] {
    let told: CallEvent[] | undefined;
    for (const [at, event] of events.entries()) {
      const before = this.#before(event);
      const after = this.#after(event);
      if (before !== undefined || after.length > 0) told ??= events.slice(0, at);
      if (before !== undefined) told?.push(before);
      told?.push(event, ...after);
    }
    return told ?? events;
  }

  /** A call that has ended without a word: its DNs are as if they had never been on it. */
  forget(connId: ConnId): void {
    for (const [key, { calls }] of this.#offHook)
      if (calls.delete(connId) && calls.size === 0) this.#offHook.delete(key);
  }

  /** DNs that are off the hook. */
  get size(): number {
    return this.#offHook.size;
  }

  #before(event: CallEvent): AgentStateEvent | undefined {
    return event.id === 'EventDialing' || event.id === 'EventEstablished' ? this.#lifts(event) : undefined;
  }

  #after(event: CallEvent): readonly AgentStateEvent[] {
    switch (event.id) {
      case 'EventReleased':
      case 'EventAbandoned':
        return this.#leaves(event);
      case 'EventPartyChanged':
        this.#comesOver(event);
        return [];
      default:
        return [];
    }
  }

  #leaves(event: CallHandlingEvent): readonly AgentStateEvent[] {
    const { agents, tenantOf } = this.#parts;
    const place = { tenant: tenantOf(event.ThisTrunk), dn: event.ThisDN as Dn };
    const ended = agents.leave(place, event.ConnID, { nowMs: event.time, server: event.Server });
    const onHook = this.#hangsUp(event, place);
    return onHook === undefined ? ended : [...ended, onHook];
  }

  #lifts(event: CallHandlingEvent): AgentStateEvent | undefined {
    const { agents, isRegistered, tenantOf } = this.#parts;
    const dn = event.ThisDN as Dn;
    const tenant = tenantOf(event.ThisTrunk);
    const key = keyOf(tenant, dn);
    const known = this.#offHook.get(key);
    if (known !== undefined) {
      lift(known.calls, event);
      return undefined;
    }
    const agentId = agents.at(tenant, dn)?.agentId;
    if (agentId === undefined && !isRegistered(tenant, dn)) return undefined;
    const calls = new Map<ConnId, InCall>();
    lift(calls, event);
    this.#offHook.set(key, { calls, agentId });
    return hookEvent('EventOffHook', event, { tenant, agentId });
  }

  #hangsUp(event: CallHandlingEvent, { tenant, dn }: AgentPlace): AgentStateEvent | undefined {
    const key = keyOf(tenant, dn);
    const known = this.#offHook.get(key);
    if (known === undefined || !drop(known.calls, event.ConnID) || known.calls.size > 0) return undefined;
    this.#offHook.delete(key);
    return hookEvent('EventOnHook', event, { tenant, agentId: known.agentId });
  }

  /** From a call that has been joined with another. */
  #comesOver({ ThisDN, ThisTrunk, ConnID, PreviousConnID }: CallHandlingEvent): void {
    if (PreviousConnID === undefined || PreviousConnID === ConnID) return;
    const place = { tenant: this.#parts.tenantOf(ThisTrunk), dn: ThisDN as Dn };
    this.#parts.agents.comeOver(place, PreviousConnID, ConnID);
    const calls = this.#offHook.get(keyOf(place.tenant, ThisDN))?.calls;
    if (calls !== undefined && drop(calls, PreviousConnID)) add(calls, ConnID);
  }
}

/** In one call, which may have the same DN at both ends. */
interface InCall {
  /** Those that are off the hook. */
  count: number;
  /** Of these, those whose call is not answered. */
  dialling: number;
}

interface OffHook {
  readonly calls: Map<ConnId, InCall>;
  /** Who was there then: both events are one agent's. */
  readonly agentId: string | undefined;
}

/** Who has dialled is off the hook already when it is answered. */
function lift(calls: Map<ConnId, InCall>, { id, ConnID }: CallHandlingEvent): void {
  const inCall = calls.get(ConnID);
  if (id === 'EventDialing') add(calls, ConnID).dialling += 1;
  else if (inCall !== undefined && inCall.dialling > 0) inCall.dialling -= 1;
  else add(calls, ConnID);
}

function add(calls: Map<ConnId, InCall>, connId: ConnId): InCall {
  const inCall = calls.get(connId) ?? { count: 0, dialling: 0 };
  inCall.count += 1;
  calls.set(connId, inCall);
  return inCall;
}

/** False: there is none. */
function drop(calls: Map<ConnId, InCall>, connId: ConnId): boolean {
  const inCall = calls.get(connId);
  if (inCall === undefined) return false;
  inCall.count -= 1;
  if (inCall.count === 0) calls.delete(connId);
  return true;
}

interface Whose {
  readonly tenant: string;
  readonly agentId: string | undefined;
}

function hookEvent(
  id: 'EventOffHook' | 'EventOnHook',
  { time, Server, ThisDN }: CallHandlingEvent,
  { tenant, agentId }: Whose,
): AgentStateEvent {
  return { id, tenant, time, Server, ThisDN, ...(agentId !== undefined && { AgentID: agentId }) };
}

/** Tenants have no space in their names. */
function keyOf(tenant: string, dn: string): string {
  return `${tenant} ${dn}`;
}
