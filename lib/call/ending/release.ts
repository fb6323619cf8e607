import { isOver, type Relayed } from '../call.ts';
import { cancelling, ended, type Leg } from '../leg.ts';
import { emptyNotifyQueue } from '../notify/notify-queue.ts';
import { takeOwedLines } from '../data/owed-lines.ts';
import { dropOwnOffers } from '../media/own-offer.ts';
import { emptyPayload, respond } from '../relay/relay.ts';
import type { HeaderLine, Payload } from '../signal.ts';
import { endTransfers } from '../transfer/transfer-end.ts';
import type { Turn } from '../turn.ts';
import type { Verdict } from './verdict.ts';

/** Longer than the 64*T1 (32 s) in which the last response or ACK of a released call must come. */
const lingerMs = 40_000;

/** How a call ends. */
export interface Ending {
  readonly verdict: Verdict;
  /** For the log. */
  readonly reason: string;
  /** Whose doing it is. */
  readonly leg?: Leg['id'];
  /** What a caller is told that has no final response yet. */
  readonly answer: { readonly status: number; readonly reason?: string; readonly payload: Payload };
  /** Lines of the BYE or CANCEL towards a leg that is still there. */
  readonly headers: (towards: Leg, method: 'BYE' | 'CANCEL') => readonly HeaderLine[];
}

/**
 * Ends what is left of both legs, each in the way its state allows. A leg that ended by itself is marked so
 * before.
 */
export function releaseCall(turn: Turn, ending: Ending): void {
  if (turn.call.state === 'released') return;
  answerPending(turn);
  endTransfers(turn, ending.verdict, ending.headers);
  const { caller, callee, state } = turn.call;
  if (callee !== undefined) releaseLeg(turn, callee, ending);
  releaseLeg(turn, caller, ending);
  for (const leg of [turn.call.caller, turn.call.callee]) {
    if (leg === undefined) continue;
    stopNotifying(turn, leg);
    dropOwnOffers(turn, leg);
  }
  turn.change({
    state: 'released',
    releasedAtMs: turn.nowMs,
    ...{ invite: undefined, targets: [], untold: [], relayed: [], held: [] },
    agreement: undefined,
    origination: undefined,
  });
  // Neither sent on nor asked about: it never started.
  if (callee === undefined && state !== 'screening' && !caller.dialled) noteRefused(turn, ending);
  else noteReleased(turn, ending);
  if (!isOver(turn.call)) turn.perform({ do: 'startTimer', timer: { kind: 'linger' }, delayMs: lingerMs });
}

function noteRefused(turn: Turn, { reason, answer }: Ending): void {
  const { caller } = turn.call;
  turn.note({ note: 'refused', leg: caller.id, status: answer.status, code: 'internal', reason });
}

function noteReleased(turn: Turn, { verdict, reason, leg }: Ending): void {
  turn.note({
    note: 'released',
    verdict,
    reason,
    ...(leg !== undefined && { leg }),
  });
}

/**
 * RFC 3261 §15.1.2: requests that a BYE overtakes are answered 487. A 2xx to a re-INVITE that waits for the
 * other side's ACK gets its ACK from us, so that nobody repeats it.
 */
function answerPending(turn: Turn): void {
  for (const relayed of turn.call.relayed) {
    if (relayed.stage === 'relayed') respond(turn, relayed.from, relayed.request, { status: 487 });
    else if (relayed.stage === 'acknowledging') endAcknowledging(turn, relayed);
  }
  for (const held of turn.call.held) respond(turn, held.from, held.request, { status: 487 });
}

/**
 * A target is given up for the next, and its early dialog with it. What it asked is answered 487; who asked it
 * something is told 480, and may ask the next.
 */
export function answerPendingOf(turn: Turn, target: Leg['id']): void {
  const { relayed, held } = turn.call;
  for (const { from, to, request } of relayed) {
    if (from === target) respond(turn, from, request, { status: 487 });
    else if (to === target) respond(turn, from, request, { status: 480 });
  }
  for (const { from, request } of held) if (from === target) respond(turn, from, request, { status: 487 });
  turn.change({
    relayed: relayed.filter(({ from, to }) => from !== target && to !== target),
    held: held.filter(({ from }) => from !== target),
  });
}

function endAcknowledging(turn: Turn, { from, to, sent, offers }: Relayed): void {
  turn.perform({ do: 'stopTimer', timer: { kind: 'ack-missing', leg: from } });
  // Whoever has answered may have left meanwhile.
  if (!offers && turn.leg(to) !== undefined)
    turn.perform({ do: 'acknowledge', leg: to, request: sent, payload: emptyPayload });
}

function releaseLeg(turn: Turn, leg: Leg, ending: Ending): void {
  switch (leg.state.is) {
    case 'invited':
    case 'early':
      if (leg.dialled) cancelLeg(turn, leg, ending);
      else rejectLeg(turn, leg, ending);
      return;
    case 'answered':
      if (leg.dialled) {
        endUnacknowledged(turn, leg.id, ending.headers(leg, 'BYE'));
        turn.changeLeg(leg, { state: ended });
        return;
      }
      // RFC 3261 §15: the callee's side must not send BYE before the ACK is in.
      turn.changeLeg(leg, { state: { is: 'answered', bye: ending.headers(leg, 'BYE') } });
      return;
    case 'confirmed':
      turn.perform({ do: 'hangUp', leg: leg.id, headers: withOwed(turn, leg, ending.headers(leg, 'BYE')) });
      turn.changeLeg(leg, { state: ended });
      return;
    case 'cancelling':
    case 'ended':
      return;
  }
}

/** A BYE is the last message that may tell the leg what it is owed, whoever ends the call. */
function withOwed(turn: Turn, { id }: Leg, carried: readonly HeaderLine[]): readonly HeaderLine[] {
  return [...carried, ...takeOwedLines(turn, id, { message: 'BYE', inDialog: true, carried })];
}

function cancelLeg(turn: Turn, leg: Leg, ending: Ending): void {
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: leg.id } });
  turn.perform({ do: 'cancel', leg: leg.id, headers: ending.headers(leg, 'CANCEL') });
  turn.changeLeg(leg, { state: cancelling });
}

function rejectLeg(turn: Turn, leg: Leg, ending: Ending): void {
  turn.perform({ do: 'reject', leg: leg.id, ...ending.answer });
  turn.changeLeg(leg, { state: ended });
}

/** RFC 3261 §9.1, §13.2.2.4: a 2xx that nobody wants is acknowledged and its dialog ended. */
export function endUnacknowledged(turn: Turn, leg: Leg['id'], headers: readonly HeaderLine[]): void {
  turn.perform({ do: 'acknowledge', leg, payload: emptyPayload });
  turn.perform({ do: 'hangUp', leg, headers });
}

/** Nothing more is told to it over SIP, and no timer stays. */
export function stopNotifying(turn: Turn, leg: Leg): void {
  const { inFlight, pausing } = leg.notify;
  if (inFlight !== undefined)
    turn.perform({ do: 'stopTimer', timer: { kind: 'notify-timeout', leg: leg.id } });
  if (pausing) turn.perform({ do: 'stopTimer', timer: { kind: 'notify-retry', leg: leg.id } });
  turn.changeLeg(leg, { notify: emptyNotifyQueue });
}
