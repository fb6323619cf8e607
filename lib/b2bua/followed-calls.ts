import type { AgentTable } from '../agents/agent-table.ts';
import { CallFollower } from '../agents/call-follower.ts';
import type { Routing } from '../routing/route.ts';
import type { B2buaOptions } from './options.ts';

/** Knows which DNs of ours, with an agent or registered, are on the hook. */
export function followerOf(
  { registered, tenant }: B2buaOptions,
  routing: Routing,
  agents: AgentTable,
): CallFollower {
  return new CallFollower({
    agents,
    isRegistered: (ofTenant, dn) => registered?.isRegistered({ tenant: ofTenant, dn }) ?? false,
    tenantOf: trunk => routing.trunksByName.get(trunk ?? '')?.tenant ?? tenant,
  });
}
