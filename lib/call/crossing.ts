import { limitHeaders, type SentHeaders } from '../attached-data/custom-headers.ts';
import { breaksHeader } from '../attached-data/header-text.ts';
import { profileOf } from '../attached-data/profile.ts';
import { mayCarryDefaultUui, withoutDefaultUui } from '../attached-data/uui-rules.ts';
import type { Trunk } from '../routing/trunk.ts';
import type { HeaderLine } from './signal.ts';

/**
 * What never crosses from leg to leg: it belongs to one dialog or one hop, and each leg gets its own, made
 * from what Baton itself supports. RFC 3261 §7.3.3: compact forms are the same headers.
 */
const legsOwn = new Set([
  ...['via', 'v', 'route', 'record-route', 'path', 'service-route', 'contact', 'm', 'call-id', 'i', 'cseq'],
  ...['from', 'f', 'to', 't', 'max-forwards', 'timestamp', 'c', 'l', 'e'],
  ...['supported', 'k', 'require', 'proxy-require', 'allow', 'allow-events', 'u'],
  ...['session-expires', 'x', 'min-se', 'rseq', 'rack', 'replaces', 'join'],
  ...['recv-info', 'info-package', 'event', 'o', 'subscription-state', 'refer-to', 'r', 'refer-sub'],
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
const notifyOwn = new Set(['event', 'o', 'subscription-state']);
const redirectOwn = new Set(['contact', 'm']);
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
}

/** The header lines that go on to the other leg: same spelling, same order, repeated lines repeated. */
export function crossingHeaders(headers: readonly HeaderLine[], crossing: Crossing): SentHeaders {
  const kept = methodsOwn(crossing.message);
  const crossed: HeaderLine[] = [];
  for (const line of headers) {
    const key = line.name.toLowerCase();
    if (key.startsWith('content-') || (legsOwn.has(key) && !kept.has(key))) continue;
    if (isBlocked(key, crossing) || breaksHeader(line.value)) continue;
    crossed.push(line);
  }
  // RFC 7434 §7: no isdn-uui, which is also the default package, on re-INVITE, UPDATE or INFO.
  const allowed = mayCarryDefaultUui(crossing.message, crossing) ? crossed : withoutDefaultUui(crossed);
  return limitHeaders(allowed, profileOf(crossing.to.profile), crossing.from.dataHeaders);
}

function methodsOwn(message: string): ReadonlySet<string> {
  if (message === 'NOTIFY') return notifyOwn;
  return message.startsWith('3') ? redirectOwn : none;
}

function isBlocked(key: string, crossing: Crossing): boolean {
  return crossing.from.blockHeaders.includes(key) || crossing.to.blockHeaders.includes(key);
}
