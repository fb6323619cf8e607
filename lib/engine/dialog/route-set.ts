import type { ByteString } from '../message/bytes.ts';
import type { HeaderList } from '../message/header-list.ts';
import { splitList, uriOf } from '../message/name-addr.ts';
import { param, parseUri } from '../message/uri.ts';

/** The Route values of a dialog, topmost first, as they stood in Record-Route. */
export type RouteSet = readonly ByteString[];

export const NO_ROUTES: RouteSet = [];

/** RFC 3261 §12.1.1: the UAS takes the Record-Route values of the request in order, all parameters kept. */
export function routeSetOfUas(headers: HeaderList): RouteSet {
  if (!headers.has('record-route')) return NO_ROUTES;
  return headers.all('record-route').flatMap(line => splitList(line));
}

/** RFC 3261 §12.1.2: the UAC takes the Record-Route values of the response in reverse order. */
export function routeSetOfUac(headers: HeaderList): RouteSet {
  return routeSetOfUas(headers).toReversed();
}

export interface Routed {
  readonly requestUri: ByteString;
  readonly routes: RouteSet;
  /** The URI whose host the request is sent to. */
  readonly nextHopUri: ByteString;
}

/** RFC 3261 §12.2.1.1: where an in-dialog request goes and what its Request-URI and Route values are. */
export function routeWithinDialog(routeSet: RouteSet, target: ByteString): Routed {
  const first = routeSet[0];
  if (first === undefined) return { requestUri: target, routes: NO_ROUTES, nextHopUri: target };
  const firstUri = uriOf(first);
  const parsed = parseUri(firstUri);
  // "If the route set is not empty, and the first URI in the route set contains the lr parameter": loose routing.
  if (parsed === undefined || param(parsed, 'lr') !== undefined) {
    return { requestUri: target, routes: routeSet, nextHopUri: firstUri };
  }
  // A strict router: it becomes the Request-URI, the remote target goes last into Route.
  return { requestUri: firstUri, routes: [...routeSet.slice(1), `<${target}>`], nextHopUri: firstUri };
}
