import type { IncomingHttpHeaders } from 'node:http';
import { parseAddress } from '../engine/message/ip-address.ts';

/**
 * Where no token is asked for, only programs of this machine are served; but a browser on it runs anybody's pages.
 * - A page sends Origin with what it asks of another place (Fetch standard): `isFromElsewhere`.
 * - A name that an attacker has pointed to 127.0.0.1 makes the page one of this place, so that it may read answers
 *   (DNS rebinding); it shows in Host: `namesOneMachine`.
 */
export function isFromElsewhere({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && origin.slice(origin.indexOf('//') + 2) !== host;
}

/** An address, or a name without a dot (`localhost`): none that somebody else could have in the DNS. Without a Host it is no browser. */
export function namesOneMachine({ host = '' }: IncomingHttpHeaders): boolean {
  if (host === '') return true;
  const name = /^(.*?)(?::\d*)?$/.exec(host)?.[1]?.toLowerCase() ?? '';
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return !bare.includes('.') || parseAddress(bare) !== undefined;
}
