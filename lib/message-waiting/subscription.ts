import type { Messages } from '../agents/agent.ts';
import { eventText, type NamedEvent } from '../call/event-package.ts';
import type { Dn } from '../call/ids.ts';
import type { LegId, Payload, RequestId, SignallingEffect } from '../call/signal.ts';
import { allowEvents } from './subscribe-wish.ts';
import { summaryOf, summaryType } from './summary.ts';

/**
 * Somebody who wants to know whether messages wait at a DN.
 *
 *                    ┌ refresh, change
 *     SUBSCRIBE      ▼ │   its time is over, Expires: 0, we stop          answer to the last NOTIFY
 *     ──────────▶ active ───────────────────────────────────────▶ ending ─────────────────────────▶ (gone)
 *                    └── NOTIFY refused or without answer, dialog lost ───────────────────────────────▲
 *
 * One NOTIFY is under way at a time. What changes meanwhile is told by the next: it says all there is, so none is missed by not being said.
 */
export interface Subscription {
  readonly is: 'active' | 'ending';
  readonly leg: LegId;
  readonly tenant: string;
  readonly dn: Dn;
  /** URI of whose messages they are, as it was asked for. */
  readonly account: string;
  readonly event: NamedEvent;
  readonly expiresAtMs: number;
  /** Why it ends, once it does. */
  readonly reason: EndReason;
  /** The NOTIFY that has no answer yet; `last`: no other will follow it. */
  readonly asked: { readonly request: RequestId; readonly last: boolean } | undefined;
  /** A NOTIFY is to be sent as soon as it may. */
  readonly owed: boolean;
  /** Not before then. */
  readonly retryAtMs: number | undefined;
  /** NOTIFYs in a row that are to be repeated. */
  readonly failures: number;
  /** NOTIFYs so far. */
  readonly count: number;
}

/** RFC 6665 §4.1.3: `timeout` may subscribe anew when it likes; `probation` in some seconds, for we stop. */
export type EndReason = 'timeout' | 'probation';

/** What is outside: the time, and what there is to tell. */
export interface Outside {
  readonly nowMs: number;
  readonly messages: Messages | undefined;
}

/** What becomes of a subscription; undefined: it is over. */
export interface Step {
  readonly subscription: Subscription | undefined;
  readonly effects: readonly SignallingEffect[];
}

/** It goes on. */
interface Going extends Step {
  readonly subscription: Subscription;
}

/** RFC 6665 §4.2.2: what has come of a NOTIFY. */
export type NotifyOutcome = 'delivered' | 'refused' | 'unanswered' | 'later';

/** After as many in a row that are to be repeated nobody is told any more. */
const maxFailures = 3;
/** Without Retry-After; as long as a transaction takes (RFC 3261 §17.1.2.2, 64*T1). */
const retryAfterMs = 32_000;
/** Who has been told that we stop comes back after this time: by then somebody else is there. */
const probationS = 10;

export type NewSubscription = Pick<Subscription, 'leg' | 'tenant' | 'dn' | 'account' | 'event'>;

/** RFC 6665 §4.2.1.2: a SUBSCRIBE that is granted is answered, and all there is is told at once; for 0 seconds, once. */
export function subscribed(wanted: NewSubscription, expiresS: number, outside: Outside): Going {
  const { leg } = wanted;
  const fresh: Subscription = {
    ...wanted,
    is: 'active',
    expiresAtMs: outside.nowMs,
    reason: 'timeout',
    ...{ asked: undefined, owed: false, retryAtMs: undefined, failures: 0, count: 0 },
  };
  const answer: SignallingEffect = { do: 'answer', leg, status: 200, payload: granted(expiresS) };
  return after(answer, settle(lasting(fresh, expiresS, outside), outside));
}

/** RFC 6665 §4.2.1.4: it lasts so long from now, and is told anew. For 0 seconds: it ends. */
export function refreshed(
  subscription: Subscription,
  { request, expiresS }: { readonly request: RequestId; readonly expiresS: number },
  outside: Outside,
): Going {
  const { leg } = subscription;
  const answer: SignallingEffect = { do: 'respond', leg, request, status: 200, payload: granted(expiresS) };
  return after(answer, settle(lasting(subscription, expiresS, outside), outside));
}

/** There are other messages now. */
export function changed(subscription: Subscription, outside: Outside): Going {
  return settle({ ...subscription, owed: true }, outside);
}

/** We stop: it ends, and says so. */
export function stopped(subscription: Subscription, outside: Outside): Going {
  return settle(ending(subscription, 'probation'), outside);
}

/** The time of `wakeAtMs` has come. */
export function woken(subscription: Subscription, outside: Outside): Going {
  const isOver = subscription.is === 'active' && subscription.expiresAtMs <= outside.nowMs;
  return settle(isOver ? ending(subscription, 'timeout') : subscription, outside);
}

/** The answer to a NOTIFY; 408 for none. `retryAfterS`: as it says. */
export function notified(
  subscription: Subscription,
  answer: { readonly request: RequestId; readonly status: number; readonly retryAfterS: number | undefined },
  outside: Outside,
): Step & { readonly outcome: NotifyOutcome | undefined } {
  const { asked, failures, is } = subscription;
  if (asked?.request !== answer.request) return { subscription, effects: [], outcome: undefined };
  const outcome = outcomeOf(answer.status, answer.retryAfterS);
  const open = { ...subscription, asked: undefined };
  if (asked.last || (outcome !== 'delivered' && outcome !== 'later')) return { ...gone(open), outcome };
  if (outcome === 'delivered') return { ...settle({ ...open, failures: 0 }, outside), outcome };
  if (failures + 1 >= maxFailures) return { ...gone(open), outcome };
  const delayMs = answer.retryAfterS === undefined ? retryAfterMs : answer.retryAfterS * 1000;
  // What ends is told now or never.
  const retryAtMs = is === 'ending' ? undefined : outside.nowMs + delayMs;
  return { ...settle({ ...open, owed: true, failures: failures + 1, retryAtMs }, outside), outcome };
}

/** When something has to be done though nothing happens; undefined: the answer to a NOTIFY comes before. */
export function wakeAtMs({ is, asked, owed, retryAtMs, expiresAtMs }: Subscription): number | undefined {
  if (is === 'ending') return undefined;
  return asked === undefined && owed && retryAtMs !== undefined
    ? Math.min(retryAtMs, expiresAtMs)
    : expiresAtMs;
}

function lasting(subscription: Subscription, expiresS: number, { nowMs }: Outside): Subscription {
  if (expiresS === 0) return ending(subscription, 'timeout');
  return { ...subscription, expiresAtMs: nowMs + expiresS * 1000, owed: true, retryAtMs: undefined };
}

function ending(subscription: Subscription, reason: EndReason): Subscription {
  if (subscription.is === 'ending') return subscription;
  return { ...subscription, is: 'ending', reason, owed: true, retryAtMs: undefined };
}

/** Sends what is owed, as soon as it may. */
function settle(subscription: Subscription, outside: Outside): Going {
  const { owed, asked, retryAtMs = 0, leg, count } = subscription;
  if (!owed || asked !== undefined || retryAtMs > outside.nowMs) return { subscription, effects: [] };
  const request = `${leg}-notify-${count + 1}` as RequestId;
  const last = subscription.is === 'ending';
  const next = {
    ...subscription,
    asked: { request, last },
    owed: false,
    retryAtMs: undefined,
    count: count + 1,
  };
  const payload = notifyOf(subscription, outside);
  return { subscription: next, effects: [{ do: 'request', leg, request, method: 'NOTIFY', payload }] };
}

function gone({ leg }: Subscription): Step {
  return { subscription: undefined, effects: [{ do: 'hangUp', leg, headers: [] }] };
}

/** RFC 3842 §3.7: always all there is. */
function notifyOf(subscription: Subscription, { nowMs, messages }: Outside): Payload {
  return {
    headers: [
      { name: 'Event', value: eventText(subscription.event) },
      { name: 'Subscription-State', value: stateOf(subscription, nowMs) },
    ],
    body: { contentType: summaryType, content: summaryOf(messages, subscription.account) },
  };
}

function stateOf({ is, reason, expiresAtMs }: Subscription, nowMs: number): string {
  if (is === 'active') return `active;expires=${Math.ceil((expiresAtMs - nowMs) / 1000)}`;
  return reason === 'probation'
    ? `terminated;reason=probation;retry-after=${probationS}`
    : 'terminated;reason=timeout';
}

/** RFC 6665 §4.2.1.1: no longer than was asked for. */
function granted(expiresS: number): Payload {
  return { headers: [{ name: 'Expires', value: String(expiresS) }, allowEvents] };
}

/**
 * RFC 6665 §4.2.2: one that fails ends the subscription, but where it may be repeated: Retry-After says so, and 503, which also stands for
 * a way to the SIP engine that is down.
 */
function outcomeOf(status: number, retryAfterS: number | undefined): NotifyOutcome {
  if (status < 300) return 'delivered';
  if (status === 408) return 'unanswered';
  if (status === 481) return 'refused';
  return status === 503 || retryAfterS !== undefined ? 'later' : 'refused';
}

function after(first: SignallingEffect, { subscription, effects }: Going): Going {
  return { subscription, effects: [first, ...effects] };
}
