import { hasDialog, type Leg } from '../leg.ts';
import { reasonPhrase } from '../reason-phrase.ts';
import type { Referrals, Report } from './referrals.ts';
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
  changeReferrals(turn, leg.id, { subscription: { event, expiresAtMs: turn.nowMs + forMs, status: 0 } });
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
  enqueue(turn, id, { event, expiresAtMs, status, reason });
}

/** How the transfer ended: the last word, with which the subscription ends too. */
export function reportEnd(turn: Turn, id: LegId, { status, reason }: Progress): void {
  const subscription = turn.leg(id)?.referrals.subscription;
  if (subscription === undefined) return;
  changeReferrals(turn, id, { subscription: undefined });
  enqueue(turn, id, { event: subscription.event, expiresAtMs: undefined, status, reason });
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
function notifyOf({ nowMs }: Turn, { event, status, reason, expiresAtMs }: Report): Payload {
  const leftMs = Math.max(0, (expiresAtMs ?? 0) - nowMs);
  const state =
    expiresAtMs === undefined
      ? 'terminated;reason=noresource'
      : `active;expires=${String(Math.ceil(leftMs / 1000))}`;
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
  changeReferrals(turn, id, {
    inFlight: undefined,
    subscription: subscription?.event === event ? undefined : subscription,
    waiting: waiting.filter(report => report.event !== event),
  });
}

/** The leg is about to end by us: what it should know still goes out, and nobody waits for an answer. */
export function flushReferrals(turn: Turn, leg: Leg): void {
  const { waiting } = turn.leg(leg.id)?.referrals ?? leg.referrals;
  const last = waiting.at(-1);
  if (last?.expiresAtMs === undefined && last !== undefined && hasDialog(leg)) {
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
  changeReferrals(turn, id, { subscription: undefined, waiting: [], inFlight: undefined });
}

function changeReferrals(turn: Turn, id: LegId, parts: Partial<Referrals>): void {
  const leg = turn.leg(id);
  if (leg !== undefined) turn.changeLeg(leg, { referrals: { ...leg.referrals, ...parts } });
}
