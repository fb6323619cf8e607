import { BATON_PACKAGE } from '../attached-data/info-package.ts';
import { encodeEvent, EVENT_CONTENT_TYPE } from '../events/encode.ts';
import { failure } from './ending.ts';
import type { Leg } from './leg.ts';
import type { Notification, NotifyQueue } from './notify-queue.ts';
import { emptyPayload } from './relay.ts';
import { releaseCall } from './release.ts';
import type { LegId, Payload, SignalOf } from './signal.ts';
import type { NotificationOutcome, Turn } from './turn.ts';

/**
 * Puts an event into the queue of a leg that takes events; the INFO leaves when all before it are answered.
 */
export function enqueue(turn: Turn, legId: LegId, notification: Notification): void {
  const leg = turn.leg(legId);
  if (leg === undefined || leg.trunk.notify === 'none') return;
  if (leg.notify.closed || !takesEvents(leg)) {
    outcome(turn, leg.id, 'skipped');
    return;
  }
  const { waiting } = leg.notify;
  const full = waiting.length >= turn.env.notify.queueLimit;
  if (full) outcome(turn, leg.id, 'dropped');
  changeQueue(turn, leg, { waiting: [...(full ? waiting.slice(1) : waiting), notification] });
  sendNext(turn, leg.id);
}

/**
 * RFC 3261 §20.5: Allow lists what the peer takes; without one nothing is known, and we try. RFC 6086 §5.2.1: a
 * package only to a peer whose Recv-Info lists it.
 */
function takesEvents({ trunk, allow, recvInfo }: Leg): boolean {
  if (allow?.info === false) return false;
  return trunk.notify !== 'info-package' || recvInfo?.ours === true;
}

function sendNext(turn: Turn, legId: LegId): void {
  const leg = turn.leg(legId);
  if (leg?.state.is !== 'confirmed' || leg.notify.inFlight !== undefined || leg.notify.probe !== undefined)
    return;
  const [next, ...waiting] = leg.notify.waiting;
  if (next === undefined) return;
  const request = turn.newRequestId('event');
  changeQueue(turn, leg, { waiting, inFlight: request, inFlightSinceMs: next.event.time });
  turn.perform({ do: 'request', leg: leg.id, request, method: 'INFO', payload: infoOf(turn, leg, next) });
  turn.perform({
    do: 'startTimer',
    timer: { kind: 'notify-timeout', leg: leg.id },
    delayMs: turn.env.notify.timeoutMs,
  });
}

/** VoIP entries never ride on SIP. RFC 3261 §18.1.1: over UDP the request stays under 1,300 octets. */
function infoOf(turn: Turn, leg: Leg, { event, changedKeys }: Notification): Payload {
  const { notifyKeys } = leg.trunk;
  const content = encodeEvent(event, {
    changedKeys,
    leaveOutScopes: ['voip'],
    ...(notifyKeys !== undefined && { keys: notifyKeys }),
    ...(!leg.stream && { maxBytes: turn.env.notify.maxBytes }),
  });
  const body = { contentType: EVENT_CONTENT_TYPE, content };
  if (leg.trunk.notify !== 'info-package') return { headers: [], body };
  return { headers: inOurPackage, body: { ...body, more: asPackage } };
}

/** RFC 6086 §4.2.1, §8.2: the package is named, and the body is the package's. */
const inOurPackage = [{ name: 'Info-Package', value: BATON_PACKAGE }];
const asPackage = [{ name: 'Content-Disposition', value: 'Info-Package' }];

/** A re-INVITE of ours that carried an event has its final response. */
export function onReinviteNotified(turn: Turn, leg: Leg, status: number): void {
  outcome(turn, leg.id, outcomeOf(status), { status });
}

/** The answer to an event INFO, the late one of a given up INFO included. */
export function onEventAnswered(turn: Turn, leg: Leg, signal: SignalOf<'responded'>): void {
  if (signal.status < 200) return;
  const { status } = signal;
  if (leg.notify.inFlight === signal.request) {
    settle(turn, leg);
    outcome(turn, leg.id, outcomeOf(status), { status, tookMs: turn.nowMs - leg.notify.inFlightSinceMs });
  }
  if (status >= 300) refused(turn, leg, status);
  sendNext(turn, leg.id);
}

function outcomeOf(status: number): NotificationOutcome {
  if (status < 300) return 'delivered';
  return status === 408 ? 'timeout' : 'refused';
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

/** Any other answer than 481 and 408 comes from a living dialog. */
export function onProbeAnswered(turn: Turn, leg: Leg, signal: SignalOf<'responded'>): void {
  if (signal.status < 200 || leg.notify.probe !== signal.request) return;
  changeQueue(turn, leg, { probe: undefined });
  if (isDialogInDoubt(signal.status)) {
    releaseCall(turn, failure(turn.call, leg, 'dialog gone'));
    return;
  }
  sendNext(turn, leg.id);
}

/**
 * The INFO is given up, so that the next can go; CSeq keeps the peer from taking them in the wrong order (RFC
 * 3261 §12.2.2).
 */
export function onNotifyTimeout(turn: Turn, legId: LegId): void {
  const leg = turn.leg(legId);
  if (leg?.notify.inFlight === undefined) return;
  outcome(turn, legId, 'timeout');
  changeQueue(turn, leg, { inFlight: undefined });
  sendNext(turn, legId);
}

function settle(turn: Turn, leg: Leg): void {
  turn.perform({ do: 'stopTimer', timer: { kind: 'notify-timeout', leg: leg.id } });
  changeQueue(turn, leg, { inFlight: undefined });
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
