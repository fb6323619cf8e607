import type { ErrorCode } from '../../errors.ts';
import { routeFor } from '../../routing/route.ts';
import { agree } from '../media/agreement.ts';
import { orAgent } from './agent-wish.ts';
import { endCrossedAnswer } from './attempt.ts';
import { allowHeaders, offerHeaders, unsupportedTags, warning } from '../relay/capabilities.ts';
import { isUuiOnWire } from '../../attached-data/wire.ts';
import { setConsultRule } from '../data/consultation-data.ts';
import { changeData, readData, setInitialData, tellUntold } from '../data/data.ts';
import { nextMaxForwards } from './from-to.ts';
import { endsAgreed, legAgreed } from '../media/exchange.ts';
import { answered, confirmed, early, earlyAfter, ended, isRinging, type Leg } from '../leg.ts';
import { conveyedTo } from '../data/owed.ts';
import { onPartyAnswered, onPartyProgressed } from './originate.ts';
import { crossed, emptyPayload, midCallMessage, setUpMessage } from '../relay/relay.ts';
import { retryHeld } from '../relay/relay-request.ts';
import { beginOrAsk } from './screening.ts';
import { isSdp } from '../media/sdp.ts';
import type { HeaderLine, Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** The caller's INVITE: refused, or sent on to the first target. */
export function onInvited(turn: Turn, { request }: SignalOf<'invited'>): void {
  const caller = turn.learn(turn.call.caller, request);
  // RFC 3261 §16.3 item 3.
  if (nextMaxForwards(request.headers) === undefined) {
    refuse(turn, { status: 483, code: 'too-many-hops', text: 'Max-Forwards is 0' });
    return;
  }
  const unsupported = unsupportedTags(request.headers);
  if (unsupported !== '') {
    const headers = [{ name: 'Unsupported', value: unsupported }];
    refuse(turn, {
      status: 420,
      code: 'unsupported-extension',
      text: `Require: ${unsupported}`,
      headers,
    });
    return;
  }
  const { requestUri } = request;
  const route = orAgent(turn, requestUri, routeFor(requestUri, turn.call.standing, turn.env.routing));
  if ('refusal' in route) {
    refuse(turn, { ...route.refusal, headers: [warning(route.refusal.text)] });
    return;
  }
  turn.note({ note: 'started' });
  const inviteHadUui = request.headers.some(({ name }) => isUuiOnWire(name, caller.trunk.profile));
  turn.change({ targets: route.targets, inviteHadUui, merged: route.merged ?? 'main-only' });
  setConsultRule(turn, route.consult ?? 'separate');
  const initial = { method: 'INVITE', inDialog: false };
  setInitialData(turn, caller, readData(turn, caller, request, initial).operations);
  beginOrAsk(turn, request);
}

interface SetUpRefusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
  readonly headers?: readonly HeaderLine[];
}

/** A call that does not start. */
function refuse(turn: Turn, { status, code, text, headers = [] }: SetUpRefusal): void {
  const { caller } = turn.call;
  turn.perform({ do: 'reject', leg: caller.id, status, payload: { headers } });
  turn.changeLeg(caller, { state: ended });
  turn.change({ state: 'released', invite: undefined });
  turn.note({ note: 'refused', leg: caller.id, status, code, reason: text });
}

/** 101 to 199 from the callee. Each provisional response goes on, with its SDP (early media) and its data. */
export function onProgressed(turn: Turn, signal: SignalOf<'progressed'>): void {
  const known = turn.leg(signal.leg);
  if (known === undefined || !isRinging(known)) return;
  if (turn.call.origination !== undefined) {
    onPartyProgressed(turn, known, signal);
    return;
  }
  const callee = turn.learn(
    turn.changeLeg(known, { state: earlyAfter(known.state, signal.status) }),
    signal.payload,
  );
  // RFC 6228: 199 is for those who asked for it with its option tag; we did not pass one on.
  if (signal.status === 199) return;
  const caller = turn.changeLeg(turn.call.caller, { state: early });
  turn.change({ state: 'ringing' });
  takeData(turn, callee, signal);
  const payload = crossed(
    turn,
    signal.payload,
    { from: callee, to: caller },
    setUpMessage(signal.status),
    allowHeaders(caller),
  );
  turn.perform({ do: 'progress', leg: caller.id, status: signal.status, reason: signal.reason, payload });
  retryHeld(turn);
}

/**
 * 2xx to our INVITE. With the offer in the INVITE we acknowledge at once; else the answer comes with the
 * caller's ACK.
 */
export function onAnswered(turn: Turn, signal: SignalOf<'answered'>): void {
  const known = turn.leg(signal.leg);
  if (known === undefined || !isRinging(known)) {
    endCrossedAnswer(turn, signal.leg);
    return;
  }
  if (turn.call.origination !== undefined) {
    onPartyAnswered(turn, known, signal);
    return;
  }
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: known.id } });
  const callee = turn.learn(turn.changeLeg(known, { state: answered }), signal.payload);
  takeData(turn, callee, signal);
  const caller = turn.changeLeg(turn.call.caller, { state: answered });
  const payload = crossed(
    turn,
    signal.payload,
    { from: callee, to: caller },
    setUpMessage(signal.status),
    offerHeaders(caller),
  );
  turn.perform({ do: 'answer', leg: caller.id, status: signal.status, payload });
  if (turn.call.inviteOffers) {
    // RFC 3261 §13.2.1: where the 2xx has no SDP, that of the last 18x is the answer.
    if (isSdp(signal.payload.body) || callee.session.received === undefined)
      endsAgreed(turn, { offerer: caller.id, answerer: callee.id });
    acknowledgeCallee(turn, callee, emptyPayload);
  }
  turn.change({ state: 'answered', invite: undefined, targets: [] });
  turn.note({ note: 'answered', leg: caller.id, setupMs: turn.nowMs - turn.call.startedAtMs });
}

function takeData(turn: Turn, callee: Leg, { status, payload }: SignalOf<'progressed' | 'answered'>): void {
  const { operations } = readData(turn, callee, payload, { method: 'INVITE', status, inDialog: false });
  changeData(turn, callee, operations, conveyedTo(turn.call.caller.id, operations));
}

/**
 * ACK to our 2xx to the initial INVITE: the call is up. With a late offer it carries the answer for the
 * callee.
 */
export function onAcknowledged(turn: Turn, { leg, payload }: SignalOf<'acknowledged'>): void {
  const { caller, callee } = turn.call;
  if (caller.id !== leg || caller.state.is !== 'answered') return;
  if (caller.state.bye !== undefined) {
    turn.perform({ do: 'hangUp', leg: caller.id, headers: caller.state.bye });
    turn.changeLeg(caller, { state: ended });
    return;
  }
  const up = turn.changeLeg(turn.learn(caller, payload), { state: confirmed });
  if (callee?.state.is === 'answered') {
    acknowledgeCallee(turn, callee, crossed(turn, payload, { from: up, to: callee }, midCallMessage('ACK')));
    if (isSdp(payload.body)) endsAgreed(turn, { offerer: callee.id, answerer: up.id });
  } else if (callee?.dialled === false) agreeAfterPickup(turn, up, payload);
  turn.change({ state: 'established' });
  tellUntold(turn);
  retryHeld(turn);
}

/** Another than who was called has answered: what he has offered is answered now, and what was said meanwhile he has not heard. */
function agreeAfterPickup(turn: Turn, caller: Leg, { body }: Payload): void {
  const sent = caller.session.shown;
  if (!turn.call.inviteOffers && sent !== undefined && isSdp(body))
    legAgreed(turn, caller, { sent, received: body, as: 'answer' });
  agree(turn, caller);
}

function acknowledgeCallee(turn: Turn, callee: Leg, payload: Payload): void {
  turn.perform({ do: 'acknowledge', leg: callee.id, payload });
  turn.changeLeg(callee, { state: confirmed });
}
