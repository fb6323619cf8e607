import type { Leg } from '../leg.ts';
import { hasNews, headerMethod, notifyRequest, takesNotifications } from './notify-message.ts';
import type { Notification, NotifyQueue } from './notify-queue.ts';
import type { OwnOffers } from '../media/offer.ts';
import { oweAgain, settledSince } from '../data/owed.ts';
import { retryDelayMs, wantOffer, withdrawOffer } from '../media/own-offer.ts';
import { emptyPayload } from '../relay/relay.ts';
import type { LegId, SignalOf } from '../signal.ts';
import type { NotificationOutcome, Turn } from '../turn.ts';

/** Puts an event into the queue of a leg that is told; its request leaves when all before it are answered. */
export function enqueue(turn: Turn, legId: LegId, notification: Notification): void {
  const leg = turn.leg(legId);
  if (leg === undefined || leg.trunk.notify === 'none') return;
  if (leg.notify.closed || !takesNotifications(leg) || !hasNews(turn, leg)) {
    outcome(turn, leg.id, 'skipped');
    return;
  }
  const { waiting } = leg.notify;
  if (headerMethod(leg.trunk.notify) !== undefined) {
    changeQueue(turn, leg, { waiting: [waiting[0] ?? notification] });
  } else {
    const full = waiting.length >= turn.env.notify.queueLimit;
    if (full) outcome(turn, leg.id, 'dropped');
    changeQueue(turn, leg, { waiting: [...(full ? waiting.slice(1) : waiting), notification] });
  }
  sendNext(turn, leg.id);
}

/** The next event, when there is one and the leg can take it. */
export function sendNext(turn: Turn, legId: LegId): void {
  for (let leg = turn.leg(legId); leg !== undefined && isIdle(leg); leg = turn.leg(legId)) {
    const [next, ...waiting] = leg.notify.waiting;
    if (next === undefined) return;
    changeQueue(turn, leg, { waiting });
    send(turn, leg, next);
  }
}

function isIdle({ state, notify, ownOffers }: Leg): boolean {
  return (
    state.is === 'confirmed' &&
    notify.inFlight === undefined &&
    notify.probe === undefined &&
    !notify.pausing &&
    !isNotifying(ownOffers)
  );
}

/** A re-INVITE of ours that tells the peer is under way, or waits for its turn. */
function isNotifying({ waiting, outstanding }: OwnOffers): boolean {
  if (outstanding?.wanted.purpose.kind === 'notify') return true;
  return waiting.some(({ purpose }) => purpose.kind === 'notify');
}

/** What the peer takes, and what it is owed, may have changed while the notification waited. */
function send(turn: Turn, leg: Leg, notification: Notification): void {
  if (leg.trunk.notify === 'reinvite-headers') {
    if (!wantReinvite(turn, leg, notification.event.time)) outcome(turn, leg.id, 'skipped');
    return;
  }
  const sent = takesNotifications(leg) ? notifyRequest(turn, leg, notification) : undefined;
  if (sent === undefined) {
    outcome(turn, leg.id, 'skipped');
    return;
  }
  const request = turn.newRequestId('event');
  const inFlight = { request, notification, settles: settledSince(turn, leg) };
  changeQueue(turn, leg, { inFlight });
  turn.perform({ do: 'request', leg: leg.id, request, ...sent });
  const { timeoutMs } = turn.env.notify;
  turn.perform({ do: 'startTimer', timer: { kind: 'notify-timeout', leg: leg.id }, delayMs: timeoutMs });
  // What did not fit in goes next.
  const rest = turn.leg(leg.id);
  if (headerMethod(leg.trunk.notify) !== undefined && rest !== undefined && hasNews(turn, rest))
    changeQueue(turn, rest, { waiting: [notification] });
}

/** The header lines are taken when the re-INVITE leaves, the newest then. False: nothing to tell, or no session to offer. */
function wantReinvite(turn: Turn, leg: Leg, sinceMs: number): boolean {
  if (leg.trunk.notify !== 'reinvite-headers') return false;
  const purpose = { kind: 'notify', sinceMs } as const;
  return hasNews(turn, leg) && wantOffer(turn, leg, { sdp: 'unchanged', headers: [], purpose });
}

/** A re-INVITE of ours that told the peer has its final response. */
export function onReinviteNotified(
  turn: Turn,
  leg: Leg,
  { status, sinceMs }: { readonly status: number; readonly sinceMs: number },
): void {
  outcome(turn, leg.id, outcomeOf(status), { status, tookMs: turn.nowMs - sinceMs });
  if (status >= 300) refused(turn, leg, status);
  // What did not fit in goes next.
  const rest = turn.leg(leg.id);
  const isMore = status < 300 && rest?.notify.waiting.length === 0 && wantReinvite(turn, rest, sinceMs);
  if (!isMore) sendNext(turn, leg.id);
}

/** The answer to a notification, the late one of a given up request included. */
export function onEventAnswered(turn: Turn, leg: Leg, signal: SignalOf<'responded'>): void {
  if (signal.status < 200) return;
  const { status } = signal;
  const { inFlight, retries } = leg.notify;
  if (inFlight?.request === signal.request) {
    turn.perform({ do: 'stopTimer', timer: { kind: 'notify-timeout', leg: leg.id } });
    changeQueue(turn, leg, { inFlight: undefined, retries: 0 });
    if (status >= 300) oweAgain(turn, leg.id, inFlight.settles);
    if (isWorthRetry(signal, retries)) {
      retryLater(turn, leg, { notification: inFlight.notification, retries: retries + 1 }, signal);
      return;
    }
    const tookMs = turn.nowMs - inFlight.notification.event.time;
    outcome(turn, leg.id, outcomeOf(status), { status, tookMs });
  }
  if (status >= 300) refused(turn, leg, status);
  sendNext(turn, leg.id);
}

/** Of one notification. */
const maxRetries = 2;

/** RFC 3311 §5.1, §5.2: 491 and 500 say that the peer is busy with another offer or UPDATE. */
function isWorthRetry({ method, status }: SignalOf<'responded'>, retries: number): boolean {
  return method === 'UPDATE' && (status === 491 || status === 500) && retries < maxRetries;
}

function retryLater(
  turn: Turn,
  leg: Leg,
  { notification, retries }: { readonly notification: Notification; readonly retries: number },
  { payload }: SignalOf<'responded'>,
): void {
  changeQueue(turn, leg, { waiting: [notification], pausing: true, retries });
  const delayMs = retryDelayMs(turn, leg, payload);
  turn.perform({ do: 'startTimer', timer: { kind: 'notify-retry', leg: leg.id }, delayMs });
}

export function onNotifyRetry(turn: Turn, legId: LegId): void {
  const leg = turn.leg(legId);
  if (leg?.notify.pausing !== true) return;
  changeQueue(turn, leg, { pausing: false });
  sendNext(turn, legId);
}

function outcomeOf(status: number): NotificationOutcome {
  if (status < 300) return 'delivered';
  return status === 408 || status === 487 ? 'timeout' : 'refused';
}

function refused(turn: Turn, leg: Leg, status: number): void {
  if (refusesForGood.has(status)) closeQueue(turn, leg);
  if (isDialogInDoubt(status)) probe(turn, leg);
}

/** What they mean will not change during the call: method, content type or package unknown to the peer. */
const refusesForGood = new Set([405, 415, 469, 489, 501]);

function closeQueue(turn: Turn, leg: Leg): void {
  for (const _ of leg.notify.waiting) outcome(turn, leg.id, 'skipped');
  changeQueue(turn, leg, { closed: true, waiting: [] });
}

/**
 * RFC 3261 §12.2.1.2: 481 and 408 mean that the dialog is gone; some peers say 481 to an INFO that they do
 * not know.
 */
export function isDialogInDoubt(status: number): boolean {
  return status === 481 || status === 408;
}

/** Asks the peer whether the dialog is still there. Events wait for the answer, nothing else does. */
export function probe(turn: Turn, { id }: Leg): void {
  const leg = turn.leg(id);
  if (leg?.state.is !== 'confirmed' || leg.notify.probe !== undefined) return;
  const request = turn.newRequestId('probe');
  changeQueue(turn, leg, { probe: request });
  turn.perform({ do: 'request', leg: id, request, method: 'OPTIONS', payload: emptyPayload });
}

/** True: the dialog is gone. Any other answer than 481 and 408 comes from a living one. */
export function onProbeAnswered(turn: Turn, leg: Leg, signal: SignalOf<'responded'>): boolean {
  if (signal.status < 200 || leg.notify.probe !== signal.request) return false;
  changeQueue(turn, leg, { probe: undefined });
  if (isDialogInDoubt(signal.status)) return true;
  sendNext(turn, leg.id);
  return false;
}

/**
 * The request is given up, so that the next can go; a re-INVITE is taken back. CSeq keeps the peer from taking them in the wrong order (RFC 3261
 * §12.2.2).
 */
export function onNotifyTimeout(turn: Turn, legId: LegId): void {
  const leg = turn.leg(legId);
  if (leg?.ownOffers.outstanding?.wanted.purpose.kind === 'notify') withdrawOffer(turn, leg);
  if (leg?.notify.inFlight === undefined) return;
  outcome(turn, legId, 'timeout');
  oweAgain(turn, legId, leg.notify.inFlight.settles);
  changeQueue(turn, leg, { inFlight: undefined, retries: 0 });
  sendNext(turn, legId);
}

function changeQueue(turn: Turn, { id }: Leg, parts: Partial<NotifyQueue>): void {
  const leg = turn.leg(id);
  if (leg !== undefined) turn.changeLeg(leg, { notify: { ...leg.notify, ...parts } });
}

function outcome(
  turn: Turn,
  leg: LegId,
  how: NotificationOutcome,
  more: { readonly status?: number; readonly tookMs?: number } = {},
): void {
  turn.note({ note: 'notification', leg, outcome: how, ...more });
}
