import type { AgentStateEvent } from './event.ts';

/** A DN can be called now, or cannot any more; `reason` says why in a word. */
export interface ToldService {
  readonly tenant: string;
  readonly dn: string;
  readonly inService: boolean;
  readonly reason: string;
  readonly atMs: number;
}

/** `agentId`: who is logged in at the DN. */
export function dnServiceEvent(
  told: ToldService,
  server: string,
  agentId: string | undefined,
): AgentStateEvent {
  return {
    id: told.inService ? 'EventDNBackInService' : 'EventDNOutOfService',
    time: told.atMs,
    Server: server,
    tenant: told.tenant,
    ThisDN: told.dn,
    ...(agentId !== undefined && { AgentID: agentId }),
    Extensions: [{ ServiceReason: told.reason }],
  };
}
