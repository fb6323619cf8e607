import type { UserDataPair } from '../attached-data/entry.ts';
import type { ConnId, Dn } from '../call/ids.ts';
import type { AgentWorkMode } from '../events/attributes.ts';

/**
 * Who works at a DN. An agent is at one DN, and a DN has one agent.
 *
 *                    login                        ready
 *     logged-out ───────────▶ not-ready ─────────────────────▶ ready
 *      ▲      ▲                │  ▲  ▲└ not-ready (why)       │ │ └ ready (another work mode)
 *      │      └─────logout─────┘  └──┴───────not-ready────────┘ │
 *      └────────────────────────────logout───────────────────────┘
 *
 * Beside it, only while logged in, each by itself, and all off again with the logout:
 *
 *     do not disturb      off ⇄ on                  mute                off ⇄ on (all calls, or one)
 *     forward             none ⇄ to somebody        listening           connected ⇄ disconnected (all calls, or one)
 *     messages waiting    none ⇄ some (how many)    monitoring          none ⇄ the next call of a DN
 *     queues              those of the login, each left by a queue-logout
 */
export type Agent = LoggedOut | LoggedIn;

interface AnyAgent {
  readonly tenant: string;
  readonly agentId: string;
  /** Counts what has changed. */
  readonly revision: number;
}

export interface LoggedOut extends AnyAgent {
  readonly is: 'logged-out';
}

export interface LoggedIn extends AnyAgent, Switches {
  readonly is: 'not-ready' | 'ready';
  readonly dn: Dn;
  readonly queues: readonly string[];
  readonly workMode: AgentWorkMode;
  /** Why it is as it is. */
  readonly reasons: readonly UserDataPair[];
}

/** What is off after a login. */
export interface Switches {
  readonly dnd: boolean;
  /** As it was given: a SIP or tel URI, or a telephone number. */
  readonly forwardTo: string | undefined;
  /** The others do not hear the agent. */
  readonly muted: WhichCalls | undefined;
  /** The agent does not hear the others. */
  readonly deafened: WhichCalls | undefined;
  readonly monitoring: Monitoring | undefined;
  readonly messages: Messages | undefined;
}

/** One call, or all that there are and come. */
export interface WhichCalls {
  readonly connId?: ConnId;
}

export interface Monitoring {
  /** Absent: the agent's own. */
  readonly dn?: Dn;
  readonly type: MonitorType;
}

/** T-Library's MonitorNextCallType. */
export const monitorTypes = ['MonitorOneCall', 'MonitorAllCalls'] as const;
export type MonitorType = (typeof monitorTypes)[number];

/** Messages that wait; without a number it is not known how many. */
export interface Messages {
  readonly fresh?: number;
  readonly old?: number;
  /** Of the new ones. */
  readonly urgent?: number;
  /** Of the old ones. */
  readonly urgentOld?: number;
}

/** Nothing is switched on. */
export const allOff: Switches = {
  dnd: false,
  forwardTo: undefined,
  muted: undefined,
  deafened: undefined,
  monitoring: undefined,
  messages: undefined,
};

/** Nobody has heard of it. */
export function newAgent(tenant: string, agentId: string): LoggedOut {
  return { tenant, agentId, revision: 0, is: 'logged-out' };
}

/** Our choice: who has just come is not ready yet. */
export function loggedIn(
  { tenant, agentId, revision }: LoggedOut,
  { dn, queues }: Pick<LoggedIn, 'dn' | 'queues'>,
): LoggedIn {
  const why = { workMode: 'Unknown', reasons: [] } as const;
  return { tenant, agentId, revision, is: 'not-ready', dn, queues, ...why, ...allOff };
}

export function loggedOut({ tenant, agentId, revision }: LoggedIn): LoggedOut {
  return { tenant, agentId, revision, is: 'logged-out' };
}
