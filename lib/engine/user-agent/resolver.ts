import { lookup } from 'node:dns/promises';

/** All addresses of a host name, empty when there are none; never rejects. */
export type Resolver = (host: string) => Promise<readonly string[]>;

const TTL_MS = 10_000;
const MAX_NAMES = 1_000;

/**
 * The machine's own resolver with a short memory, so that a call does not cost a look-up. NAPTR and SRV (RFC 3263) come
 * later. Failures are not remembered.
 */
export function systemResolver(nowMs: () => number = Date.now): Resolver {
  const known = new Map<string, { addresses: readonly string[]; untilMs: number }>();
  return async host => {
    const remembered = known.get(host);
    if (remembered !== undefined && remembered.untilMs > nowMs()) return remembered.addresses;
    try {
      const addresses = (await lookup(host, { all: true })).map(found => found.address);
      if (known.size >= MAX_NAMES) known.clear();
      known.set(host, { addresses, untilMs: nowMs() + TTL_MS });
      return addresses;
    } catch {
      return [];
    }
  };
}
