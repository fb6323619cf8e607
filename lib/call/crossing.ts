import { headersByPolicy, limitHeaders, type SentHeaders } from '../attached-data/custom-headers.ts';
import { bringsData } from '../attached-data/data-from-message.ts';
import type { Drop } from '../attached-data/entry.ts';
import { breaksHeader } from '../attached-data/header-text.ts';
import type { KeyPolicy } from '../attached-data/key-policy.ts';
import { mayCarryDefaultUui, withoutDefaultUui } from '../attached-data/uui-rules.ts';
import { keyOf } from '../engine/message/header-names.ts';
import type { Trunk } from '../routing/trunk.ts';
import type { HeaderLine } from './signal.ts';

/**
 * What never crosses from leg to leg: it belongs to one dialog or one hop, and each leg gets its own, made
 * from what Baton itself supports.
 */
const legsOwn = new Set([
  ...['via', 'route', 'record-route', 'path', 'service-route', 'contact', 'call-id', 'cseq'],
  ...['from', 'to', 'max-forwards', 'timestamp'],
  ...['supported', 'require', 'proxy-require', 'allow', 'allow-events'],
  ...['session-expires', 'min-se', 'rseq', 'rack', 'replaces', 'join'],
  ...['recv-info', 'info-package', 'event', 'subscription-state', 'refer-to', 'refer-sub'],
  ...[
    'authorization',
    'proxy-authorization',
    'www-authenticate',
    'proxy-authenticate',
    'authentication-info',
  ],
  ...['proxy-authentication-info', 'security-client', 'security-server', 'security-verify'],
]);

/**
 * Headers that the method itself is made of: without them a relayed NOTIFY (RFC 6665 §8.2.1) or 3xx (RFC 3261
 * §21.3) says nothing.
 */
const notifyOwn = new Set(['event', 'subscription-state']);
const redirectOwn = new Set(['contact']);
const none: ReadonlySet<string> = new Set();

/** Between which neighbours, and in what, header lines cross. */
export interface Crossing {
  readonly from: Trunk;
  readonly to: Trunk;
  /** What carries them on: a request's method, or `200/INVITE` for a response. */
  readonly message: string;
  /** The message stands within a dialog: anything but the initial INVITE and its responses. */
  readonly inDialog: boolean;
  readonly initialInviteHadUui: boolean;
  /** Which data its sender may write, and under which names it leaves. */
  readonly keys: KeyPolicy;
}

/** The header lines that go on to the other leg: same spelling, same order, repeated lines repeated. */
export function crossingHeaders(headers: readonly HeaderLine[], crossing: Crossing): SentHeaders {
  const kept = methodsOwn(crossing.message);
  const crossed: HeaderLine[] = [];
  for (const line of headers) {
    const key = keyOf(line.name);
    if (key.startsWith('content-') || (legsOwn.has(key) && !kept.has(key))) continue;
    if (isBlocked(key, crossing) || breaksHeader(line.value)) continue;
    crossed.push(line);
  }
  const { from, to, keys } = crossing;
  const named = headersByPolicy(crossed, from.dataHeaders, keys);
  const passing =
    named.renamed.length === 0
      ? named.headers
      : named.headers.filter(({ name }) => !isBlocked(keyOf(name), crossing));
  // RFC 7434 §7: no isdn-uui, which is also the default package, on re-INVITE, UPDATE or INFO.
  const allowed = mayCarryDefaultUui(crossing.message, crossing) ? passing : withoutDefaultUui(passing);
  // What the policy has named anew counts as data for the neighbour, whatever its name.
  const dataHeaders = named.renamed.length === 0 ? from.dataHeaders : [...from.dataHeaders, ...named.renamed];
  const limited = limitHeaders(allowed, to.profile, dataHeaders);
  if (named.dropped.length === 0) return limited;
  return { headers: limited.headers, dropped: [...newDrops(named.dropped, crossing), ...limited.dropped] };
}

/** What may not be written has been told already where the message was read for its data. */
function newDrops(drops: readonly Drop[], { message, inDialog }: Crossing): readonly Drop[] {
  const [first = '', second] = message.split('/');
  const place =
    second === undefined
      ? { method: first, inDialog }
      : { method: second, status: Number.parseInt(first, 10), inDialog };
  return bringsData(place) ? drops.filter(({ code }) => code !== 'not-writable') : drops;
}

function methodsOwn(message: string): ReadonlySet<string> {
  if (message === 'NOTIFY') return notifyOwn;
  return message.startsWith('3') ? redirectOwn : none;
}

function isBlocked(key: string, crossing: Crossing): boolean {
  return crossing.from.blockHeaders.includes(key) || crossing.to.blockHeaders.includes(key);
}
