import { hasDialog, type Leg } from '../leg.ts';
import { reasonPhrase } from '../reason-phrase.ts';
import type { Referrals, Report, Subscription } from './referrals.ts';
import type { LegId, Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Of one transferor. A target that says more than this before it answers is reported with gaps. */
const maxWaiting = 16;
/** RFC 3261 §17.1.2.2, Timer F, 64*T1: no answer will come any more. */
const notifyTimeoutMs = 32_000;

/** What the transferor is told by NOTIFY. None of it ever holds up the transfer. */
export interface Progress {
  readonly status: number;
  /** As the target said it; '' for the usual words. */
  readonly reason: string;
}

/**
 * The REFER was accepted: its sender is told at once (RFC 3515 §2.4.4). `cseqNumber`: of the REFER; `forMs`: longer than
 * the transfer can take, so that nobody has to refresh the subscription.
 */
export function openReferral(
  turn: Turn,
  leg: Leg,
  { cseqNumber, forMs }: { readonly cseqNumber: number; readonly forMs: number },
): void {
  const isFirst = (turn.leg(leg.id)?.referrals.count ?? 0) <= 1;
  const event = isFirst ? 'refer' : `refer;id=${String(cseqNumber)}`;
  const atMostMs = turn.nowMs + forMs;
  changeReferrals(turn, leg.id, { subscription: { event, expiresAtMs: atMostMs, atMostMs, status: 0 } });
  report(turn, leg.id, { status: 100, reason: '' });
}

/** A provisional response of the target. The same one again is no news. */
export function report(turn: Turn, id: LegId, { status, reason }: Progress): void {
  const referrals = turn.leg(id)?.referrals;
  const subscription = referrals?.subscription;
  if (referrals === undefined || subscription === undefined || subscription.status === status) return;
  changeReferrals(turn, id, { subscription: { ...subscription, status } });
  if (referrals.waiting.length >= maxWaiting) return;
  const { event, expiresAtMs } = subscription;
  enqueue(turn, id, { event, expiresAtMs, status, reason, ends: undefined });
}

/** How the transfer ended: the last word, with which the subscription ends too. */
export function reportEnd(turn: Turn, id: LegId, { status, reason }: Progress): void {
  sayLast(turn, id, { status, reason, ends: 'noresource' });
}

function sayLast(turn: Turn, id: LegId, word: Progress & Pick<Report, 'ends'>): void {
  const subscription = turn.leg(id)?.referrals.subscription;
  if (subscription === undefined) return;
  const { event, expiresAtMs } = subscription;
  forget(turn, id, subscription);
  enqueue(turn, id, { event, expiresAtMs, ...word });
}

/** Its sender wants to be told for `expiresInMs` from now, or not any more (0). In how long it ends: no later than the transfer. */
export function refresh(turn: Turn, id: LegId, { subscription, expiresInMs }: Refresh): number {
  const { event, atMostMs, status } = subscription;
  const expiresAtMs = Math.min(turn.nowMs + expiresInMs, atMostMs);
  stopExpiry(turn, id, subscription);
  changeReferrals(turn, id, { subscription: { ...subscription, expiresAtMs } });
  if (expiresAtMs <= turn.nowMs) {
    onSubscriptionExpired(turn, id);
    return 0;
  }
  const leftMs = expiresAtMs - turn.nowMs;
  if (expiresAtMs < atMostMs)
    turn.perform({ do: 'startTimer', timer: { kind: 'subscription', leg: id }, delayMs: leftMs });
  // RFC 6665 §4.2.1.2: told at once; one that waits still will tell it.
  const waiting = turn.leg(id)?.referrals.waiting ?? [];
  const isToBeTold = (one: Report): boolean => one.event === event && one.ends === undefined;
  if (waiting.some(isToBeTold))
    changeReferrals(turn, id, {
      waiting: waiting.map(one => (isToBeTold(one) ? { ...one, expiresAtMs } : one)),
    });
  else enqueue(turn, id, { event, expiresAtMs, status, reason: '', ends: undefined });
  return leftMs;
}

export interface Refresh {
  readonly subscription: Subscription;
  readonly expiresInMs: number;
}

/** RFC 6665 §4.2.2: its time is over, or nobody wants it any more; what it is about goes on. */
export function onSubscriptionExpired(turn: Turn, id: LegId): void {
  const subscription = turn.leg(id)?.referrals.subscription;
  if (subscription === undefined || subscription.expiresAtMs > turn.nowMs) return;
  sayLast(turn, id, { status: subscription.status, reason: '', ends: 'timeout' });
}

/** It has ended. */
function forget(turn: Turn, id: LegId, subscription: Subscription): void {
  stopExpiry(turn, id, subscription);
  changeReferrals(turn, id, { subscription: undefined });
}

function stopExpiry(turn: Turn, id: LegId, { expiresAtMs, atMostMs }: Subscription): void {
  if (expiresAtMs < atMostMs) turn.perform({ do: 'stopTimer', timer: { kind: 'subscription', leg: id } });
}

/** A NOTIFY is still to be sent, or to be answered. */
export function isOwedReports({ referrals }: Leg): boolean {
  return referrals.inFlight !== undefined || referrals.waiting.length > 0;
}

function enqueue(turn: Turn, id: LegId, next: Report): void {
  const waiting = turn.leg(id)?.referrals.waiting ?? [];
  changeReferrals(turn, id, { waiting: [...waiting, next] });
  sendNext(turn, id);
}

function sendNext(turn: Turn, id: LegId): void {
  const leg = turn.leg(id);
  if (leg === undefined || !hasDialog(leg) || leg.referrals.inFlight !== undefined) return;
  const [next, ...waiting] = leg.referrals.waiting;
  if (next === undefined) return;
  const request = turn.newRequestId('notify');
  changeReferrals(turn, id, { waiting, inFlight: { request, event: next.event } });
  turn.perform({ do: 'request', leg: id, request, method: 'NOTIFY', payload: notifyOf(turn, next) });
  turn.perform({ do: 'startTimer', timer: { kind: 'referral', leg: id }, delayMs: notifyTimeoutMs });
}

/** RFC 3515 §2.4.4, §2.4.5: a part of a SIP message, at least its first line (RFC 3420). */
function notifyOf({ nowMs }: Turn, { event, status, reason, expiresAtMs, ends }: Report): Payload {
  const leftMs = Math.max(0, expiresAtMs - nowMs);
  const state =
    ends === undefined ? `active;expires=${String(Math.ceil(leftMs / 1000))}` : `terminated;reason=${ends}`;
  const statusLine = `SIP/2.0 ${String(status)} ${reasonPhrase(status, reason)}`;
  return {
    headers: [
      { name: 'Event', value: event },
      { name: 'Subscription-State', value: state },
    ],
    body: { contentType: 'message/sipfrag;version=2.0', content: `${statusLine}\r\n` },
  };
}

/**
 * The answer to a NOTIFY. RFC 6665 §4.2.2: one that is refused, or gets no answer, ends its subscription, and nothing else.
 */
export function onReported(turn: Turn, { id, referrals }: Leg, signal: SignalOf<'responded'>): void {
  if (signal.status < 200 || referrals.inFlight?.request !== signal.request) return;
  turn.perform({ do: 'stopTimer', timer: { kind: 'referral', leg: id } });
  if (signal.status >= 300) endSubscription(turn, id);
  else changeReferrals(turn, id, { inFlight: undefined });
  sendNext(turn, id);
}

/** A NOTIFY has no answer. */
export function onReportTimeout(turn: Turn, id: LegId): void {
  endSubscription(turn, id);
  sendNext(turn, id);
}

/** That of the NOTIFY which is under way. */
function endSubscription(turn: Turn, id: LegId): void {
  const referrals = turn.leg(id)?.referrals;
  const event = referrals?.inFlight?.event;
  if (referrals === undefined || event === undefined) return;
  const { subscription, waiting } = referrals;
  if (subscription?.event === event) forget(turn, id, subscription);
  changeReferrals(turn, id, {
    inFlight: undefined,
    waiting: waiting.filter(report => report.event !== event),
  });
}

/** The leg is about to end by us: what it should know still goes out, and nobody waits for an answer. */
export function flushReferrals(turn: Turn, leg: Leg): void {
  const { waiting } = turn.leg(leg.id)?.referrals ?? leg.referrals;
  const last = waiting.at(-1);
  if (last?.ends !== undefined && hasDialog(leg)) {
    const request = turn.newRequestId('notify');
    turn.perform({ do: 'request', leg: leg.id, request, method: 'NOTIFY', payload: notifyOf(turn, last) });
  }
  dropReferrals(turn, leg);
}

/** The leg has ended: nothing is sent any more, and no timer stays. */
export function dropReferrals(turn: Turn, { id }: Leg): void {
  const referrals = turn.leg(id)?.referrals;
  if (referrals === undefined) return;
  if (referrals.inFlight !== undefined)
    turn.perform({ do: 'stopTimer', timer: { kind: 'referral', leg: id } });
  if (referrals.subscription !== undefined) forget(turn, id, referrals.subscription);
  changeReferrals(turn, id, { waiting: [], inFlight: undefined });
}

function changeReferrals(turn: Turn, id: LegId, parts: Partial<Referrals>): void {
  const leg = turn.leg(id);
  if (leg !== undefined) turn.changeLeg(leg, { referrals: { ...leg.referrals, ...parts } });
}
