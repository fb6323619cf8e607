import { parseUri, type SipUri } from '../engine/message/uri.ts';
import { hostsOf, type Routing, trunkOf } from './route.ts';
import { registeredWord, type Route } from './trunk.ts';

/**
 * The routing as one tenant may use it: trunks of others, routes to and from them, and hosts that only those name, are as if they
 * were not there. What belongs to no trunk is everybody's.
 */
export function routingOfTenant(tenant: string, routing: Routing): Routing {
  const isOwn = (uri: SipUri, trunkName?: string): boolean => {
    const trunk = trunkOf(uri, routing, trunkName);
    return trunk === routing.sources.stranger || trunk.tenant === tenant;
  };
  const ownOf = (targets: readonly string[], trunkName?: string): readonly string[] =>
    targets.filter(target => {
      const uri = parseUri(target);
      return target === registeredWord || (uri !== undefined && isOwn(uri, trunkName));
    });
  const ownRoute = (route: Route): Route | undefined => {
    const from = route.trunk === undefined ? undefined : routing.trunksByName.get(route.trunk);
    if (from !== undefined && from.tenant !== tenant) return undefined;
    const targets = ownOf(route.targets, route.targetTrunk);
    return targets.length === 0 ? undefined : { ...route, targets };
  };
  const routes = routing.routes.flatMap(each => {
    const route = ownRoute(each.route);
    return route === undefined ? [] : [{ ...each, route }];
  });
  const { target: any, ...others } = routing.options;
  const [target] = any === undefined ? [] : ownOf([any]);
  const options = { ...others, ...(target !== undefined && { target }) };
  const targetHosts = hostsOf(
    routes.map(({ route }) => route),
    target,
  );
  const isOthers = (uri: SipUri): boolean => {
    const host = uri.host.toLowerCase();
    return !isOwn(uri) || (routing.targetHosts.has(host) && !targetHosts.has(host));
  };
  return { ...routing, routes, targetHosts, options, isOthers, tenant };
}
