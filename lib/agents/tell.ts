import type { AgentWorkMode, Extension } from '../events/attributes.ts';
import type { AgentStateEvent } from '../events/event.ts';
import { dnOfUri } from '../routing/dn.ts';
import { partyUri } from '../routing/party-uri.ts';
import type { LoggedIn, Messages, Monitoring, WhichCalls } from './agent.ts';

/** An event, without what every event of one command says. */
export type Tell = Omit<AgentStateEvent, 'tenant' | 'time' | 'Server' | 'ThisDN' | 'AgentID'>;

/** The event of each thing that becomes true. What stands besides its name is our choice where T-Library's documents are silent. */
export const tellOf = {
  login: (queue?: string): Tell => ({
    id: 'EventAgentLogin',
    ...(queue !== undefined && { ThisQueue: queue }),
  }),
  queueLogout: (queue: string): Tell => ({ id: 'EventQueueLogout', ThisQueue: queue }),
  ready: (workMode: AgentWorkMode): Tell => ({ id: 'EventAgentReady', AgentWorkMode: workMode }),
  notReady: (workMode: AgentWorkMode): Tell => ({ id: 'EventAgentNotReady', AgentWorkMode: workMode }),
  dnd: (on: boolean): Tell => ({ id: on ? 'EventDNDOn' : 'EventDNDOff' }),
  forward: (to: string, on: boolean): Tell => ({
    id: on ? 'EventForwardSet' : 'EventForwardCancel',
    OtherDN: dnOfUri(partyUri(to) ?? to),
  }),
  mute: (calls: WhichCalls, on: boolean): Tell => ({ id: on ? 'EventMuteOn' : 'EventMuteOff', ...of(calls) }),
  deafen: (calls: WhichCalls, on: boolean): Tell => ({
    id: on ? 'EventListenDisconnected' : 'EventListenReconnected',
    ...of(calls),
  }),
  monitoring: ({ dn, type }: Monitoring, on: boolean): Tell => ({
    id: on ? 'EventMonitoringNextCall' : 'EventMonitoringCancelled',
    MonitorNextCallType: type,
    ...(dn !== undefined && { OtherDN: dn }),
  }),
  messages: (messages: Messages, on: boolean): Tell =>
    on
      ? { id: 'EventMessageWaitingOn', ...numbers(shownMessages(messages)) }
      : { id: 'EventMessageWaitingOff' },
} as const;

/** All that is on ends with it, and is told to be off before; the queues are not told one by one. */
export function tellsOfLogout(agent: LoggedIn): readonly Tell[] {
  const { dnd, forwardTo, muted, deafened, monitoring, messages } = agent;
  return [
    ...(dnd ? [tellOf.dnd(false)] : []),
    ...(forwardTo === undefined ? [] : [tellOf.forward(forwardTo, false)]),
    ...(muted === undefined ? [] : [tellOf.mute(muted, false)]),
    ...(deafened === undefined ? [] : [tellOf.deafen(deafened, false)]),
    ...(monitoring === undefined ? [] : [tellOf.monitoring(monitoring, false)]),
    ...(messages === undefined ? [] : [tellOf.messages(messages, false)]),
    { id: 'EventAgentLogout' },
  ];
}

function of({ connId }: WhichCalls): Pick<AgentStateEvent, 'ConnID'> {
  return connId === undefined ? {} : { ConnID: connId };
}

function shownMessages({ fresh, old, urgent, urgentOld }: Messages) {
  return {
    MessagesWaiting: fresh,
    MessagesOld: old,
    MessagesUrgent: urgent,
    MessagesUrgentOld: urgentOld,
  };
}

/** Those that are known. */
function numbers(all: Readonly<Record<string, number | undefined>>): Pick<AgentStateEvent, 'Extensions'> {
  const Extensions = Object.entries(all).flatMap(([name, value]): Extension[] =>
    value === undefined ? [] : [{ [name]: value }],
  );
  return Extensions.length === 0 ? {} : { Extensions };
}
