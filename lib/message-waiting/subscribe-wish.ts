import { eventOf, type NamedEvent } from '../call/event-package.ts';
import { firstValue, isNamed } from '../call/header-lines.ts';
import type { HeaderLine } from '../call/signal.ts';
import { readDigits } from '../engine/message/header-value.ts';
import { splitList } from '../engine/message/name-addr.ts';
import { qualityIn } from '../engine/message/quality.ts';
import type { Refusal } from '../registrar/limits.ts';
import { summaryType } from './summary.ts';

/** RFC 3842 §3.1. */
export const packageName = 'message-summary';
/** RFC 6665 §8.2.2: the packages there are outside of calls. */
export const allowEvents: HeaderLine = { name: 'Allow-Events', value: packageName };

/** How long somebody may subscribe; config section `messageWaiting`. */
export interface SubscriptionTimes {
  /** For less is refused. */
  readonly minExpiresS: number;
  /** Longer is taken for this long. */
  readonly maxExpiresS: number;
}

/** What a SUBSCRIBE wants. */
export interface SubscribeWish {
  readonly event: NamedEvent;
  /** 0: what there is now, and nothing after it. */
  readonly expiresS: number;
}

/** RFC 3842 §3.4: who does not say gets an hour. */
const usualExpiresS = 3600;
/** RFC 6665 §4.2.1.1: what lasts an hour is never too brief. */
const anHourS = 3600;
/** Ids are echoed in each NOTIFY. */
const maxIdChars = 128;

/** RFC 6665 §4.2.1.1: what the request alone can tell, in the order given there. */
export function readSubscribe(
  headers: readonly HeaderLine[],
  { minExpiresS, maxExpiresS }: SubscriptionTimes,
): SubscribeWish | Refusal {
  const event = eventOf(firstValue(headers, 'event') ?? '');
  if (event.package !== packageName)
    return { code: 'event-unknown', text: 'only message-summary', headers: [allowEvents] };
  if ((event.id ?? '').length > maxIdChars) return badSubscribe('the id of Event is too long');
  const expires = firstValue(headers, 'expires');
  const wantedS = expires === undefined ? usualExpiresS : readDigits(expires);
  if (wantedS === undefined) return badSubscribe('Expires cannot be read');
  if (wantedS > 0 && wantedS < Math.min(minExpiresS, anHourS)) {
    const least = [{ name: 'Min-Expires', value: String(minExpiresS) }];
    return { code: 'interval-too-brief', text: `at least ${minExpiresS} seconds`, headers: least };
  }
  if (!takesSummaries(headers))
    return {
      code: 'summary-unacceptable',
      text: `only ${summaryType}`,
      headers: [{ name: 'Accept', value: summaryType }],
    };
  return { event, expiresS: Math.min(wantedS, maxExpiresS) };
}

/** RFC 6665 §8.2.1: as many parts of Event as there are must be the same. */
export function isSameEvent(one: NamedEvent, other: NamedEvent): boolean {
  return one.package === other.package && one.id === other.id;
}

const ranges: readonly string[] = [summaryType, 'application/*', '*/*'];

/** RFC 3842 §3.5, RFC 6665 §3.1.3: without Accept it is the package's own type; RFC 3261 §20.1: `q=0` is a no. */
function takesSummaries(headers: readonly HeaderLine[]): boolean {
  const lines = headers.filter(line => isNamed(line, 'accept'));
  if (lines.length === 0) return true;
  return lines
    .flatMap(({ value }) => splitList(value))
    .some(range => {
      const end = range.indexOf(';');
      const type = (end < 0 ? range : range.slice(0, end)).trim().toLowerCase();
      return ranges.includes(type) && (end < 0 || qualityIn(range.slice(end)) > 0);
    });
}

function badSubscribe(text: string): Refusal {
  return { code: 'bad-subscribe', text };
}
