import { lookup } from 'node:dns/promises';

/** All addresses of a host name, empty when there are none; never rejects. */
export type Resolver = (host: string) => Promise<readonly string[]>;

export interface ResolverOptions {
  /** Asks the machine; rejects when there is no answer. */
  readonly ask?: Resolver;
  readonly nowMs?: () => number;
}

const TTL_MS = 10_000;
const MAX_NAMES = 1_000;

interface Remembered {
  readonly answer: Promise<readonly string[]>;
  /** Infinity until the answer is there. */
  untilMs: number;
}

/**
 * The machine's own resolver with a short memory, so that a call does not cost a look-up, and a burst of calls costs one: the
 * system resolves only a few names at a time. NAPTR and SRV (RFC 3263) come later. Failures are not remembered.
 */
export function systemResolver({ ask = askSystem, nowMs = Date.now }: ResolverOptions = {}): Resolver {
  const known = new Map<string, Remembered>();
  return host => {
    const remembered = known.get(host);
    if (remembered !== undefined && remembered.untilMs > nowMs()) return remembered.answer;
    if (known.size >= MAX_NAMES) known.clear();
    const entry: Remembered = { answer: ask(host).catch(() => []), untilMs: Infinity };
    known.set(host, entry);
    void entry.answer.then(addresses => {
      entry.untilMs = addresses.length === 0 ? 0 : nowMs() + TTL_MS;
    });
    return entry.answer;
  };
}

const askSystem: Resolver = async host => (await lookup(host, { all: true })).map(({ address }) => address);
