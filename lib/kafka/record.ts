import { tenantOf } from '../call/ids.ts';
import type { AgentStateEvent, CallEvent } from '../events/event.ts';
import { AGENT_STATE_EVENTS } from '../events/names.ts';
import type { StreamTopic } from '../ports.ts';

export interface RecordRules {
  /** Stands in all keys instead of the events' own. */
  readonly tenant?: string | undefined;
  /** EventAttachedDataChanged goes to the topic of calls. */
  readonly userDataEvents: boolean;
}

/** Where an event goes: `tenant:callThreadId` on the topic of calls, `tenant:agentId` on that of agents. */
export interface RecordPlace {
  readonly topic: StreamTopic;
  readonly key: string;
}

const agentStateEvents: ReadonlySet<string> = new Set(AGENT_STATE_EVENTS);

/** Where an event goes; undefined: nowhere. */
export function recordOf(event: CallEvent, rules: RecordRules): RecordPlace | undefined {
  if (isAgentState(event)) {
    const tenant = rules.tenant ?? event.tenant;
    // Our choice: without an agent at it, the DN stands for one.
    return { topic: 'agentState', key: `${tenant}:${event.AgentID ?? event.ThisDN}` };
  }
  if (event.id === 'EventAttachedDataChanged' && !rules.userDataEvents) return undefined;
  const tenant = rules.tenant ?? tenantOf(event.ConnID);
  return { topic: 'callThread', key: `${tenant}:${event.CallThreadID}` };
}

function isAgentState(event: CallEvent): event is AgentStateEvent {
  return agentStateEvents.has(event.id);
}
