import { triggeredByRedirection } from '../../attached-data/refer-to.ts';
import type { Operation } from '../../attached-data/entry.ts';
import { cutList, parseNameAddr } from '../../engine/message/name-addr.ts';
import { qualityIn } from '../../engine/message/quality.ts';
import { redirectedTo, type Target } from '../../routing/route.ts';
import type { Standing } from '../../routing/who-is.ts';
import { changeData, readData } from '../data/data.ts';
import { isNamed } from '../header-lines.ts';
import type { Leg } from '../leg.ts';
import type { HeaderLine, Payload } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Redirections and forwards of one call that are followed; a further redirection goes to the caller. */
export const maxRedirections = 5;

/** Follows a 3xx to the caller's INVITE. True: there is a target that may be called. */
export function followRedirection(turn: Turn, callee: Leg, refused: Refused): boolean {
  const { invite, standing, targets } = turn.call;
  if (invite === undefined) return false;
  const { requestUri } = invite;
  const redirection = redirectionOf(turn, callee, { ...refused, requestUri, standing });
  if (redirection === undefined) return false;
  turn.change({ targets: [...redirection.targets, ...targets] });
  changeData(turn, callee, redirection.operations);
  return true;
}

/** A final response to an INVITE of ours. */
interface Refused {
  readonly status: number;
  readonly payload: Payload;
}

interface Redirected extends Refused {
  /** Who was called. */
  readonly requestUri: string;
  /** Of who calls: where it may be sent, it could have called. Nobody becomes an open relay by a 302. */
  readonly standing: Standing;
}

export interface Redirection {
  /** At least one, in the order of their `q` (RFC 3261 §8.1.3.4). */
  readonly targets: readonly Target[];
  /** The data that is embedded in the first address that may be called: a change by who redirects. */
  readonly operations: readonly Operation[];
}

/** Where a 3xx of a trunk whose redirections are followed leads to; it counts then. Undefined: it is not followed. */
export function redirectionOf(
  turn: Turn,
  by: Leg,
  { status, payload, requestUri, standing }: Redirected,
): Redirection | undefined {
  const { redirections } = turn.call;
  if (by.trunk.redirects !== 'follow' || status < 300 || status > 399) return undefined;
  if (redirections >= maxRedirections) return undefined;
  const contacts = contactsOf(payload.headers)
    .map(contact => ({
      ...contact,
      route: redirectedTo(contact.uri, { requestUri, standing }, turn.env.routing),
    }))
    .flatMap(({ value, route }) => ('refusal' in route ? [] : [{ value, targets: route.targets }]));
  const [best] = contacts;
  if (best === undefined) return undefined;
  turn.change({ redirections: redirections + 1 });
  const targets = contacts.flatMap(contact => contact.targets);
  const triggered = triggeredByRedirection([{ name: 'Contact', value: best.value }]);
  if (triggered.syntax === 'invalid') return { targets, operations: [] };
  const embedded = { headers: triggered.inviteHeaders };
  const { operations } = readData(turn, by, embedded, { method: 'INVITE', inDialog: true });
  return { targets, operations };
}

/** Best first; those without `q` count as 1 (RFC 3261 §20.10), equal ones stay in their order. */
function contactsOf(headers: readonly HeaderLine[]): { value: string; uri: string }[] {
  return headers
    .filter(line => isNamed(line, 'contact'))
    .flatMap(({ value }) => cutList(value))
    .flatMap(value => {
      const address = parseNameAddr(value);
      return address === undefined ? [] : [{ value, uri: address.uri, q: qualityIn(address.params) }];
    })
    .sort((one, other) => other.q - one.q);
}
