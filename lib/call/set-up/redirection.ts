import { triggeredByRedirection } from '../../attached-data/refer-to.ts';
import { cutList, parseNameAddr } from '../../engine/message/name-addr.ts';
import { qualityIn } from '../../engine/message/quality.ts';
import { redirectedTo, type Target } from '../../routing/route.ts';
import { changeData, readData } from '../data/data.ts';
import { isNamed } from '../header-lines.ts';
import type { Leg } from '../leg.ts';
import type { HeaderLine, Payload } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Redirections and forwards of one call that are followed; a further redirection goes to the caller. */
export const maxRedirections = 5;

/**
 * Follows a 3xx of a trunk whose redirections are followed: its addresses are the next targets, in the order of their
 * `q` (RFC 3261 §8.1.3.4). True: there is one that may be called. Data embedded in the first
 * that may be called is a change by who redirects.
 */
export function followRedirection(turn: Turn, callee: Leg, status: number, payload: Payload): boolean {
  const { call } = turn;
  if (callee.trunk.redirects !== 'follow' || status < 300 || status > 399) return false;
  if (call.redirections >= maxRedirections) return false;
  const contacts = contactsOf(payload.headers)
    .map(contact => ({ ...contact, targets: targetOf(turn, contact.uri) }))
    .filter(({ targets }) => targets.length > 0);
  const [best] = contacts;
  if (best === undefined) return false;
  const targets = contacts.flatMap(contact => contact.targets);
  turn.change({ targets: [...targets, ...call.targets], redirections: call.redirections + 1 });
  const triggered = triggeredByRedirection([{ name: 'Contact', value: best.value }]);
  if (triggered.syntax === 'invalid') return true;
  const embedded = { headers: triggered.inviteHeaders };
  const { operations } = readData(turn, callee, embedded, { method: 'INVITE', inDialog: true });
  changeData(turn, callee, operations);
  return true;
}

/** Where a redirection may send it, the caller could have called: nobody becomes an open relay by a 302. */
function targetOf({ call, env }: Turn, uri: string): readonly Target[] {
  const requestUri = call.invite?.requestUri;
  if (requestUri === undefined) return [];
  const route = redirectedTo(uri, { requestUri, standing: call.standing }, env.routing);
  return 'refusal' in route ? [] : route.targets;
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
