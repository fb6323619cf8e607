import { headersByPolicy, limitHeaders, type SentHeaders } from '../../attached-data/custom-headers.ts';
import { bringsData } from '../../attached-data/data-from-message.ts';
import type { Drop } from '../../attached-data/entry.ts';
import { breaksHeader } from '../../attached-data/header-text.ts';
import type { KeyPolicy } from '../../attached-data/key-policy.ts';
import { renamedDataHeaders } from '../../attached-data/rename.ts';
import { mayCarryDefaultUui, withoutDefaultUui } from '../../attached-data/uui-rules.ts';
import { linesFromWire, linesToWire } from '../../attached-data/wire.ts';
import { keyOf } from '../../engine/message/header-names.ts';
import type { Trunk } from '../../routing/trunk.ts';
import type { HeaderLine } from '../signal.ts';

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
/** RFC 3515 §2.1, RFC 4488 §4: also of its 2xx. That of the tags we have, the peer at the end must have too, is for that peer. */
const referOwn = new Set(['refer-to', 'refer-sub', 'require']);
/** RFC 6665 §8.2.1, and §8.2.2 of 489. */
const subscribeOwn = new Set(['event', 'allow-events']);
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
  /** Which data its sender may write, and under which names it leaves: those of the trunks come first. */
  readonly keys: KeyPolicy;
  /** The lines have been read from the wire of `from` already (`linesFromWire`). */
  readonly isRead?: boolean;
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
  const read =
    crossing.isRead === true ? asTheyAre(crossed) : linesFromWire(crossed, from.profile, from.dataHeaders);
  const named = headersByPolicy(read.headers, from.dataHeaders, keys);
  const passing =
    named.renamed.length === 0
      ? named.headers
      : named.headers.filter(({ name }) => !isBlocked(keyOf(name), crossing));
  const allowed = mayCarryUui(crossing) ? passing : withoutDefaultUui(passing);
  const dataHeaders = dataHeadersOf(crossing, named.renamed);
  const { bareText } = from.profile;
  const written = linesToWire(allowed, { profile: to.profile, dataHeaders, bareText });
  const limited = limitHeaders(written.headers, to.profile, dataHeaders);
  const before = [read.dropped, newDrops(named.dropped, crossing), written.dropped];
  if (before.every(drops => drops.length === 0)) return limited;
  return { headers: limited.headers, dropped: [...before.flat(), ...limited.dropped] };
}

function asTheyAre(headers: readonly HeaderLine[]): SentHeaders {
  return { headers, dropped: [] };
}

/**
 * RFC 7434 §7: no isdn-uui, which is also the default package, on re-INVITE, UPDATE or INFO. X-User-to-User is no header of that
 * RFC.
 */
function mayCarryUui(crossing: Crossing): boolean {
  return crossing.to.profile.uuiHeader !== 'User-to-User' || mayCarryDefaultUui(crossing.message, crossing);
}

/** What has been named anew counts as data for the neighbour, whatever its name. */
function dataHeadersOf({ from, to }: Crossing, renamed: readonly string[]): readonly string[] {
  if (renamed.length === 0 && to.rename.headers.size === 0) return from.dataHeaders;
  return [...from.dataHeaders, ...renamed, ...renamedDataHeaders(to.rename)];
}

/** What may not be written has been told already where the message was read for its data. */
function newDrops(drops: readonly Drop[], { message, inDialog }: Crossing): readonly Drop[] {
  if (drops.length === 0) return drops;
  const [first = '', second] = message.split('/');
  const place =
    second === undefined
      ? { method: first, inDialog }
      : { method: second, status: Number.parseInt(first, 10), inDialog };
  return bringsData(place) ? drops.filter(({ code }) => code !== 'not-writable') : drops;
}

function methodsOwn(message: string): ReadonlySet<string> {
  if (message === 'NOTIFY') return notifyOwn;
  if (message.startsWith('3')) return redirectOwn;
  if (message.endsWith('REFER')) return referOwn;
  return message.endsWith('SUBSCRIBE') ? subscribeOwn : none;
}

function isBlocked(key: string, crossing: Crossing): boolean {
  return crossing.from.blockHeaders.includes(key) || crossing.to.blockHeaders.includes(key);
}
