import { parseAddress } from '../engine/message/ip-address.ts';
import { param, parseUri, schemeOf, serializeUri, sipUserOf, type SipUri } from '../engine/message/uri.ts';
import type { Dn } from '../call/ids.ts';
import type { ErrorCode } from '../errors.ts';
import { numberOfUser } from './dn.ts';
import type { RegisteredContact, RegisteredDns } from './registered.ts';
import { registeredWord, type Route, type Trunk } from './trunk.ts';
import { compileSources, type SourceTable, type Standing, trunkAt } from './who-is.ts';

export interface RoutingOptions {
  readonly trunks: readonly Trunk[];
  /** First match wins. */
  readonly routes: readonly Route[];
  /** SIP URI of where calls go that match no route. */
  readonly target?: string;
  /** CIDR list of sources that may call besides loopback and trunks. */
  readonly trusted: readonly string[];
  /** Whose calls may go to a Request-URI outside trunks and routes. */
  readonly anyTarget: 'loopback' | 'always' | 'never';
  readonly tenant: string;
  /**
   * True for our own listening addresses: a call to them would come back. `port` is undefined when the URI
   * names none.
   */
  readonly isOwnAddress?: (host: string, port: number | undefined) => boolean;
  /** The DNs that have registered; absent: none can. */
  readonly registered?: RegisteredDns;
}

/** Routes and trunks, compiled once. */
export interface Routing {
  readonly sources: SourceTable;
  readonly routes: readonly { readonly route: Route; readonly number?: RegExp }[];
  readonly trunksByName: ReadonlyMap<string, Trunk>;
  /** Hosts that configured targets name, lower case. */
  readonly targetHosts: ReadonlySet<string>;
  /** True for what is another tenant's, where only one tenant's calls are routed. */
  readonly isOthers?: (uri: SipUri) => boolean;
  /** That tenant; absent: that of who calls. */
  readonly tenant?: string;
  readonly options: RoutingOptions;
}

/** Where a call may go. */
export interface Target {
  readonly requestUri: string;
  readonly trunk: Trunk;
  /** Next hop URI, when it is not the Request-URI. */
  readonly via?: string;
  /** Who is called, when the Request-URI does not tell. */
  readonly dn?: Dn;
}

export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  /** What the operator or caller can do about it; goes into Warning and the log. */
  readonly text: string;
}

export type RouteAnswer =
  | (Pick<Route, 'consult' | 'merged'> & { readonly targets: readonly Target[] })
  | { readonly refusal: Refusal };

export function compileRouting(options: RoutingOptions): Routing {
  return {
    sources: compileSources(options),
    routes: options.routes.map(route =>
      route.number === undefined ? { route } : { route, number: new RegExp(route.number) },
    ),
    trunksByName: new Map(options.trunks.map(trunk => [trunk.name, trunk])),
    targetHosts: hostsOf(options.routes, options.target),
    options,
  };
}

/** Hosts that these name, lower case. */
export function hostsOf(routes: readonly Route[], target: string | undefined): ReadonlySet<string> {
  const targets = routes.flatMap(route => route.targets);
  if (target !== undefined) targets.push(target);
  return new Set(targets.flatMap(each => parseUri(each)?.host.toLowerCase() ?? []));
}

/** Where a call to `requestUri` from this source goes: targets in the order to be tried, or why nowhere. */
export function routeFor(requestUri: string, standing: Standing, routing: Routing): RouteAnswer {
  const called = parseUri(requestUri);
  // Nothing can be reached at port 0.
  if (called === undefined || called.scheme === 'sips' || called.port === 0) return unsupportedScheme;
  const route = matchingRoute(called, standing, routing);
  return route === undefined
    ? withoutRoute(called, standing, routing)
    : byRoute(route, called, standing, routing);
}

function byRoute(route: Route, called: SipUri, standing: Standing, routing: Routing): RouteAnswer {
  const trunkName = route.targetTrunk;
  const answers = route.targets.map(target =>
    target === registeredWord
      ? registeredTargets(called, standing, routing)
      : withoutLoops(aimedAt(target, called), routing, trunkName),
  );
  const targets = answers.flatMap(answer => ('refusal' in answer ? [] : answer.targets));
  if (targets.length === 0) return answers.find(answer => 'refusal' in answer) ?? noRoute;
  if (route.consult === undefined && route.merged === undefined) return { targets };
  const { consult = 'separate', merged = 'main-only' } = route;
  return { targets, consult, merged };
}

/** Whoever is called here is called where he has registered; else the general target is asked; else the Request-URI itself is it. */
function withoutRoute(called: SipUri, standing: Standing, routing: Routing): RouteAnswer {
  const registered = registeredTargets(called, standing, routing);
  const isFound = !('refusal' in registered);
  if (isFound && (called.scheme === 'tel' || isOwn(called, routing))) return registered;
  const { target } = routing.options;
  if (target !== undefined) return withoutLoops(aimedAt(target, called), routing);
  const itself = routeToRequestUri(called, standing, routing);
  // Whose host is nobody's that we may call is perhaps here by another name.
  return 'refusal' in itself && isFound ? registered : itself;
}

/** Where the called DN has registered, the best first (RFC 3261 §16.5). */
function registeredTargets(called: SipUri, standing: Standing, routing: Routing): RouteAnswer {
  const dn = numberOfUser(called.user ?? '') as Dn;
  const tenant = routing.tenant ?? standing.trunk.tenant;
  const contacts = dn === '' ? [] : (routing.options.registered?.contactsOf(tenant, dn) ?? []);
  const targets = contacts.flatMap(contact => targetAt(contact, dn, routing) ?? []);
  return targets.length === 0 ? notRegistered : { targets };
}

function targetAt(
  { requestUri, via, trunk }: RegisteredContact,
  dn: Dn,
  routing: Routing,
): Target | undefined {
  const uri = parseUri(requestUri);
  const hop = via === undefined ? uri : parseUri(via);
  if (uri === undefined || hop === undefined || isOwn(hop, routing)) return undefined;
  const way = via === undefined ? {} : { via };
  return { requestUri: requestUriOf(uri), trunk: trunkOf(hop, routing, trunk), ...way, dn };
}

function matchingRoute(called: SipUri, standing: Standing, routing: Routing): Route | undefined {
  const number = numberOfUser(called.user ?? '');
  return routing.routes.find(({ route, number: pattern }) => {
    if (route.trunk !== undefined && route.trunk !== standing.trunk.name) return false;
    return pattern?.test(number) ?? true;
  })?.route;
}

/** RFC 3261 §19.1.1: parameters that say how to reach us, not who is called. They end here. */
const hopParameters = ['transport', 'maddr', 'ttl', 'lr', 'method'];

/**
 * A target without a user keeps the user of the Request-URI, and its parameters but those about the hop to
 * us; where both name a parameter the target's counts. A target with a user is taken as it is.
 */
function aimedAt(target: string, called: SipUri): SipUri[] {
  const aim = parseUri(target);
  if (aim === undefined) return [];
  if (aim.user !== undefined) return [aim];
  const taken = new Set([...hopParameters, ...aim.params.map(({ name }) => name.toLowerCase())]);
  const kept = called.params.filter(({ name }) => !taken.has(name.toLowerCase()));
  // RFC 3261 §19.1.6: a telephone number in a SIP URI says so with user=phone.
  if (called.scheme === 'tel') kept.push({ name: 'user', value: 'phone' });
  return [{ ...aim, user: sipUserOf(called), params: [...kept, ...aim.params] }];
}

/**
 * Never an open relay: the Request-URI itself counts only for those who may name any host, or for hosts we
 * know.
 */
function routeToRequestUri(called: SipUri, standing: Standing, routing: Routing): RouteAnswer {
  if (called.scheme === 'tel') return noRoute;
  if (isOwn(called, routing)) {
    const isServed = called.user !== undefined && routing.options.registered !== undefined;
    return isServed ? registeredTargets(called, standing, routing) : loop;
  }
  return mayName(called, standing, routing) ? withoutLoops([called], routing) : relayDenied;
}

function mayName(called: SipUri, standing: Standing, routing: Routing): boolean {
  if (standing.kind === 'untrusted' || routing.isOthers?.(called) === true) return false;
  const { anyTarget } = routing.options;
  if (anyTarget === 'always' || (anyTarget === 'loopback' && standing.loopback)) return true;
  const address = parseAddress(called.host);
  if (address !== undefined && trunkAt(address, routing.sources) !== undefined) return true;
  return routing.targetHosts.has(called.host.toLowerCase());
}

/**
 * Where a call to `requestUri` goes when somebody wants it at `target` instead. The same rules as for a Request-URI of the
 * caller's: where it may not call, nobody may send it.
 */
export function redirectedTo(
  target: string,
  call: { readonly requestUri: string; readonly standing: Standing },
  routing: Routing,
): RouteAnswer {
  const called = parseUri(call.requestUri);
  const [aim] = called === undefined ? [] : aimedAt(target, called);
  if (aim === undefined || aim.scheme !== 'sip' || aim.port === 0) return unsupportedScheme;
  return routeToRequestUri(aim, call.standing, routing);
}

/**
 * Where the target of a transfer is: at its URI itself, when the transferor may name that; by the routes it is a number, or
 * a URI at our own address, or whatever the trunk of the transferor wants so.
 */
export function transferTargets(uri: string, standing: Standing, routing: Routing): RouteAnswer {
  const named = parseUri(uri);
  if (named === undefined)
    return schemeOf(uri) === 'sip' || schemeOf(uri) === 'tel' ? badUri : unsupportedScheme;
  if (named.scheme === 'sips' || named.port === 0) return unsupportedScheme;
  // RFC 3515 §2.4.2 knows others; what they would lead to is no transfer.
  if ((param(named, 'method') ?? 'INVITE').toUpperCase() !== 'INVITE') return badMethod;
  const called = { ...named, params: named.params.filter(({ name }) => name.toLowerCase() !== 'method') };
  const byRoutes = called.scheme === 'tel' || standing.trunk.referTo === 'routes' || isOwn(called, routing);
  return byRoutes
    ? routeFor(serializeUri(called), standing, routing)
    : routeToRequestUri(called, standing, routing);
}

/** RFC 3261 §16.3 item 4: what would come straight back to us is a loop. */
function withoutLoops(uris: readonly SipUri[], routing: Routing, trunkName?: string): RouteAnswer {
  const others = uris.filter(uri => !isOwn(uri, routing));
  if (others.length === 0) return uris.length === 0 ? noRoute : loop;
  return {
    targets: others.map(uri => ({ requestUri: requestUriOf(uri), trunk: trunkOf(uri, routing, trunkName) })),
  };
}

/** RFC 3261 §19.1.1: no headers in a Request-URI; and a password is not for the next hop to see. */
function requestUriOf(uri: SipUri): string {
  return serializeUri({ ...uri, password: undefined, headers: undefined });
}

function isOwn(uri: SipUri, routing: Routing): boolean {
  return routing.options.isOwnAddress?.(uri.host, uri.port) ?? false;
}

/** Of the targets of a route that names one; else by the address; else that of who has none. */
export function trunkOf(uri: SipUri, routing: Routing, trunkName: string | undefined): Trunk {
  const named = trunkName === undefined ? undefined : routing.trunksByName.get(trunkName);
  if (named !== undefined) return named;
  const address = parseAddress(uri.host);
  return (address && trunkAt(address, routing.sources)) ?? routing.sources.stranger;
}

const unsupportedScheme: RouteAnswer = {
  refusal: { status: 416, code: 'not-supported', text: 'only sip and tel URIs are served' },
};
const badUri: RouteAnswer = {
  refusal: { status: 400, code: 'bad-refer-to', text: 'the URI cannot be read' },
};
const badMethod: RouteAnswer = {
  refusal: { status: 400, code: 'bad-refer-to', text: 'only an INVITE can be triggered' },
};
const noRoute: RouteAnswer = { refusal: { status: 404, code: 'no-route', text: 'no route and no target' } };
const notRegistered: RouteAnswer = {
  // RFC 3261 §16.5: an empty target set.
  refusal: { status: 480, code: 'not-registered', text: 'nobody is registered under that number' },
};
const loop: RouteAnswer = {
  refusal: { status: 482, code: 'no-route', text: 'no route, and the Request-URI names this server' },
};
const relayDenied: RouteAnswer = {
  refusal: { status: 403, code: 'relay-denied', text: 'the Request-URI is outside trunks and routes' },
};
