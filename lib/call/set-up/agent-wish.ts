import { dnOfUri } from '../../routing/dn.ts';
import { partyUri } from '../../routing/party-uri.ts';
import { routeFor, type RouteAnswer, type Target } from '../../routing/route.ts';
import { rejection, type Verdict } from '../ending/verdict.ts';
import type { Leg } from '../leg.ts';
import { maxRedirections } from './redirection.ts';
import type { Turn } from '../turn.ts';

/** What becomes of a call to a DN by the agent who is there; most have none, and it is called. */
export type AgentWish =
  | { readonly is: 'called' }
  /** It wants to be left alone, or has the call go where it cannot. */
  | { readonly is: 'refused'; readonly status: number; readonly verdict: Verdict }
  | { readonly is: 'forwarded'; readonly targets: readonly [Target, ...Target[]] };

const called: AgentWish = { is: 'called' };

/** Our choice: a forward comes before do-not-disturb, as nobody is disturbed by it. */
export function agentWish(turn: Turn, { trunk, dn }: Pick<Leg, 'trunk' | 'dn'>): AgentWish {
  const agent = turn.env.agents?.at(trunk.tenant, dn);
  if (agent === undefined) return called;
  if (agent.forwardTo !== undefined) return forwarded(turn, agent.forwardTo);
  return agent.dnd ? refused(486) : called;
}

function forwarded(turn: Turn, forwardTo: string): AgentWish {
  // RFC 3261 §16.3 item 4 has 482 for what goes round in circles.
  if (turn.call.redirections >= maxRedirections) return refused(482);
  const route = forwardRoute(turn, forwardTo);
  if ('refusal' in route) return refused(route.refusal.status);
  const [first, ...others] = route.targets;
  return first === undefined ? refused(404) : { is: 'forwarded', targets: [first, ...others] };
}

/** Where a forward leads, its caller could have called: nobody becomes an open relay by it. */
function forwardRoute(turn: Turn, forwardTo: string): RouteAnswer {
  const uri = partyUri(forwardTo) ?? forwardTo;
  return orAgent(turn, uri, routeFor(uri, turn.call.standing, turn.env.routing));
}

/** The route, or, of a DN that is registered nowhere, a target all the same where its agent has its calls elsewhere, or wants none. */
export function orAgent({ call, env }: Turn, uri: string, route: RouteAnswer): RouteAnswer {
  if (!('refusal' in route) || route.refusal.code !== 'not-registered') return route;
  const { tenant } = call.standing.trunk;
  const dn = dnOfUri(uri);
  const agent = env.agents?.at(tenant, dn);
  if (agent === undefined || (agent.forwardTo === undefined && !agent.dnd)) return route;
  return { targets: [{ requestUri: uri, trunk: { ...env.routing.sources.stranger, tenant }, dn }] };
}

/** It has not been called, and its place is another's. */
export function noteForwarded(
  turn: Turn,
  leg: Leg,
  { requestUri, dn: to = dnOfUri(requestUri) }: Target,
): void {
  turn.note({ note: 'forwarded', leg: leg.id, from: leg.dn, to });
  turn.forwarded.push({ leg, to });
}

function refused(status: number): AgentWish {
  return { is: 'refused', status, verdict: rejection(status, { silent: false }) };
}
