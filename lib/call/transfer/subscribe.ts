import { eventOf } from '../event-package.ts';
import { firstValue } from '../header-lines.ts';
import type { Leg } from '../leg.ts';
import { refresh } from './referral.ts';
import { respond } from '../relay/relay.ts';
import type { HeaderLine, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** RFC 6665 §7.2, §8.2.2: the packages there are. */
const allowEvents: HeaderLine = { name: 'Allow-Events', value: 'refer' };

/**
 * SUBSCRIBE within the call. RFC 3515 §2.4.4: the subscription that a REFER has made is refreshed or ended so; there are no others. Allow does
 * not list SUBSCRIBE, for nobody can begin one.
 */
export function onSubscribed(turn: Turn, leg: Leg, { request, payload }: SignalOf<'requested'>): void {
  const answer = (status: number, ...headers: HeaderLine[]) => {
    respond(turn, leg.id, request, { status, payload: { headers } });
  };
  const wanted = eventOf(firstValue(payload.headers, 'event') ?? '');
  if (wanted.package !== 'refer') {
    answer(489, allowEvents);
    return;
  }
  const { subscription } = leg.referrals;
  if (subscription === undefined || eventOf(subscription.event).id !== wanted.id) {
    // RFC 6665 §4.2.1.1: none such, or none any more.
    answer(481);
    return;
  }
  const expires = firstValue(payload.headers, 'expires');
  if (expires !== undefined && !/^\d+$/.test(expires)) {
    answer(400);
    return;
  }
  // RFC 6665 §4.2.1.1: an answer may name less than was asked for, and never more.
  const longestMs = subscription.atMostMs - turn.nowMs;
  const expiresInMs = expires === undefined ? longestMs : Math.min(Number(expires) * 1000, longestMs);
  answer(200, { name: 'Expires', value: String(Math.floor(Math.max(0, expiresInMs) / 1000)) });
  refresh(turn, leg.id, { subscription, expiresInMs });
}
