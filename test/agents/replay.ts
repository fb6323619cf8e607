import { type Agent, type LoggedIn, loggedIn, loggedOut, type Messages } from '../../lib/agents/agent.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { Extension } from '../../lib/events/attributes.ts';
import type { AgentStateEvent } from '../../lib/events/event.ts';

/** An agent as a consumer of events knows it: what each event says about it. */
export function replayed(agent: Agent, event: AgentStateEvent): Agent {
  if (agent.is === 'logged-out') {
    if (event.id !== 'EventAgentLogin') throw new Error(`${event.id} of somebody who is logged out`);
    return loggedIn(agent, { dn: event.ThisDN as Dn, queues: queueOf(event) });
  }
  if (event.id === 'EventAgentLogout') return loggedOut(agent);
  return { ...agent, ...changes(agent, event) };
}

const queueOf = ({ ThisQueue }: AgentStateEvent): readonly string[] =>
  ThisQueue === undefined ? [] : [ThisQueue];

function changes({ queues }: LoggedIn, event: AgentStateEvent): Partial<LoggedIn> {
  const { id, AgentWorkMode: workMode = 'Unknown', Reasons: reasons = [], OtherDN, ConnID } = event;
  const calls = ConnID === undefined ? {} : { connId: ConnID };
  switch (id) {
    case 'EventAgentLogin':
      return { queues: [...queues, ...queueOf(event)] };
    case 'EventQueueLogout':
      return { queues: queues.filter(queue => queue !== event.ThisQueue) };
    case 'EventAgentReady':
      return { is: 'ready', workMode, reasons };
    case 'EventAgentNotReady':
      return { is: 'not-ready', workMode, reasons };
    case 'EventDNDOn':
    case 'EventDNDOff':
      return { dnd: id === 'EventDNDOn' };
    case 'EventForwardSet':
    case 'EventForwardCancel':
      return { forwardTo: id === 'EventForwardSet' ? OtherDN : undefined };
    case 'EventMuteOn':
    case 'EventMuteOff':
      return { muted: id === 'EventMuteOn' ? calls : undefined };
    case 'EventListenDisconnected':
    case 'EventListenReconnected':
      return { deafened: id === 'EventListenDisconnected' ? calls : undefined };
    case 'EventMonitoringNextCall':
      return { monitoring: monitoringOf(event) };
    case 'EventMonitoringCancelled':
      return { monitoring: undefined };
    case 'EventMessageWaitingOn':
      return { messages: messagesOf(event.Extensions) };
    case 'EventMessageWaitingOff':
      return { messages: undefined };
    default:
      throw new Error(`${id} is no event of an agent`);
  }
}

function monitoringOf({ OtherDN, MonitorNextCallType: type }: AgentStateEvent): LoggedIn['monitoring'] {
  if (type !== 'MonitorOneCall' && type !== 'MonitorAllCalls') throw new Error(`no type: ${type ?? ''}`);
  return { type, ...(OtherDN !== undefined && { dn: OtherDN as Dn }) };
}

function messagesOf(extensions: readonly Extension[] = []): Messages {
  const said = Object.fromEntries(extensions.flatMap(extension => Object.entries(extension)));
  const {
    MessagesWaiting: fresh,
    MessagesOld: old,
    MessagesUrgent: urgent,
    MessagesUrgentOld: urgentOld,
  } = said;
  return {
    ...(typeof fresh === 'number' && { fresh }),
    ...(typeof old === 'number' && { old }),
    ...(typeof urgent === 'number' && { urgent }),
    ...(typeof urgentOld === 'number' && { urgentOld }),
  };
}
