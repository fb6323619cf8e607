import type { UserDataPair } from '../attached-data/entry.ts';
import type { AgentWorkMode } from '../events/attributes.ts';
import { type Agent, allOff, type Messages, type MonitorType, type Switches } from './agent.ts';

/** An agent as the API shows it. */
export interface AgentView {
  readonly agentId: string;
  readonly tenant: string;
  /** Null when logged out. */
  readonly dn: string | null;
  readonly state: Agent['is'];
  readonly workMode: AgentWorkMode;
  readonly reasons: readonly UserDataPair[];
  readonly queues: readonly string[];
  readonly dnd: boolean;
  readonly forwardTo: string | null;
  readonly muted: boolean;
  /** The only call in which it is muted; null: all, or none. */
  readonly mutedConnId: string | null;
  readonly listenDisconnected: boolean;
  readonly listenDisconnectedConnId: string | null;
  readonly monitoring: { readonly monitorDn: string | null; readonly type: MonitorType } | null;
  readonly messageWaiting: boolean;
  /** Null: none wait; a number is null when it is not known. */
  readonly messages: MessagesView | null;
  /** Counts what has changed. */
  readonly revision: number;
}

export interface MessagesView {
  readonly waiting: number | null;
  readonly old: number | null;
  /** Of the new ones, and of the old ones. */
  readonly urgent: number | null;
  readonly urgentOld: number | null;
}

export function agentView(agent: Agent): AgentView {
  const { agentId, tenant, revision, is: state } = agent;
  const { dn, workMode, reasons, queues, ...switches } = agent.is === 'logged-out' ? nothing : agent;
  return { agentId, tenant, dn, state, workMode, reasons, queues, ...switchesView(switches), revision };
}

const nothing = { dn: null, workMode: 'Unknown', reasons: [], queues: [], ...allOff } as const;

function switchesView({ dnd, forwardTo, muted, deafened, monitoring, messages }: Switches) {
  return {
    dnd,
    forwardTo: forwardTo ?? null,
    muted: muted !== undefined,
    mutedConnId: muted?.connId ?? null,
    listenDisconnected: deafened !== undefined,
    listenDisconnectedConnId: deafened?.connId ?? null,
    monitoring: monitoring === undefined ? null : { monitorDn: monitoring.dn ?? null, type: monitoring.type },
    messageWaiting: messages !== undefined,
    messages: messages === undefined ? null : messagesView(messages),
  };
}

function messagesView({ fresh, old, urgent, urgentOld }: Messages): MessagesView {
  return {
    waiting: fresh ?? null,
    old: old ?? null,
    urgent: urgent ?? null,
    urgentOld: urgentOld ?? null,
  };
}
