import type { Agent } from '../client/client.ts';
import { shown, shownPair } from './shown.ts';

/** An agent for people: itself, and below it what is on. Who may not read agents gets less. */
export function formatAgent(agent: Partial<Agent>): string {
  const { agentId = '', state = '', dn, workMode, queues = [] } = agent;
  const place = dn === undefined || dn === null ? '' : ` at ${shown(dn)}`;
  const mode = workMode === undefined || workMode === 'Unknown' ? '' : `, ${workMode}`;
  const lines = [
    `${shown(agentId)} ${state}${place}${mode}`,
    ...(queues.length === 0 ? [] : [`  queues ${queues.map(shown).join(', ')}`]),
    ...(agent.reasons ?? []).map(pair => `  ${shownPair(pair)}`),
    ...switchesOf(agent).map(text => `  ${text}`),
  ];
  return lines.map(line => `${line}\n`).join('');
}

function switchesOf({ dnd, forwardTo, messages, monitoring, ...agent }: Partial<Agent>): string[] {
  const call = (connId: string | null | undefined): string =>
    connId === null || connId === undefined ? '' : ` in ${connId}`;
  return [
    ...(dnd === true ? ['do not disturb'] : []),
    ...(typeof forwardTo === 'string' ? [`forwarded to ${shown(forwardTo)}`] : []),
    ...(agent.muted === true ? [`muted${call(agent.mutedConnId)}`] : []),
    ...(agent.listenDisconnected === true
      ? [`listening disconnected${call(agent.listenDisconnectedConnId)}`]
      : []),
    ...(monitoring ? [`monitors ${shown(monitoring.monitorDn ?? 'its own DN')} (${monitoring.type})`] : []),
    ...(messages
      ? [
          `messages: ${howMany(messages.waiting, messages.urgent)} new, ${howMany(messages.old, messages.urgentOld)} old`,
        ]
      : []),
  ];
}

function howMany(count: number | null, urgent: number | null): string {
  return `${count ?? '?'}${urgent === null ? '' : ` (${urgent} urgent)`}`;
}
