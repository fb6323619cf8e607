import type { WantedEntry } from '../../attached-data/entry.ts';
import type { MergeRule } from '../../attached-data/merge.ts';
import type { ConsultRule } from '../../routing/trunk.ts';
import { agree } from '../media/agreement.ts';
import { endUnwanted, tryNextTarget } from './attempt.ts';
import { setConsultRule } from '../data/consultation-data.ts';
import { setRequestedData } from '../data/data-request.ts';
import { changeData, readData, tellUntold } from '../data/data.ts';
import { inviteCaller, newDialledLeg } from './dial.ts';
import { hearFrom, legAgreed, showTo } from '../media/exchange.ts';
import type { Dn } from '../ids.ts';
import { confirmed, earlyAfter, ended, type Leg } from '../leg.ts';
import { emptyPayload } from '../relay/relay.ts';
import { retryHeld } from '../relay/relay-request.ts';
import { blackHole, isSdp } from '../media/sdp.ts';
import { offerOf } from '../media/session.ts';
import type { Body, NewRequest, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/**
 * A call that nobody on it has begun, RFC 3725 §4.3 (flow III) with the first party's offer carried on:
 *
 *     first             Baton            second
 *       │◀─────INVITE──────│                │      without an offer: it rings, and nobody waits for SDP
 *       │───200 offer 1───▶│                │
 *       │◀─ACK inactive────│                │      its answer may take minutes, an ACK may not
 *       │                  │─INVITE offer 1▶│      what the first can do, not what we guess
 *       │                  │◀─200 answer 2──│
 *       │                  │──────ACK──────▶│
 *       │◀─INVITE answer 2─│                │      from here on `agree`
 *       │───200 answer 1──▶│                │      and back to the second if it is not offer 1
 *
 * Flow I would hold the first one's ACK until the second answers: its 200 would be repeated and given up after 32 s.
 * Flow IV invites with an empty offer, which many take badly, and needs a round more.
 */
export interface OriginateWanted {
  readonly type: 'originateWanted';
  /** Whose doing the data is. */
  readonly thirdPartyDn: Dn;
  /** Attached from the start; none is too. */
  readonly entries: readonly WantedEntry[];
  /** What it has of the data of a call that the first party holds. */
  readonly consult: ConsultRule;
  /** What its data becomes when another call is joined with it. */
  readonly merged: MergeRule;
}

/** Whole or not at all; why not is the decision's `refusal`, and then nobody has been called. */
export function onOriginateWanted(turn: Turn, wanted: OriginateWanted): void {
  const { thirdPartyDn, entries, consult, merged } = wanted;
  const { origination, targets } = turn.call;
  const [target, ...others] = targets;
  if (origination === undefined || target === undefined) return;
  const caller = newDialledLeg(turn, 'caller', target);
  turn.change({ targets: others, merged });
  setConsultRule(turn, consult);
  turn.refusal = setRequestedData(turn, { operation: 'attach', entries }, thirdPartyDn);
  if (turn.refusal !== undefined) {
    turn.changeLeg(caller, { state: ended });
    turn.change({ state: 'released' });
    return;
  }
  turn.note({ note: 'started' });
  inviteCaller(turn, caller, target, origination.to);
}

/** 101 to 199. Early media is for nobody: the first party hears its own phone, or is not there yet. */
export function onPartyProgressed(turn: Turn, known: Leg, { status, payload }: SignalOf<'progressed'>): void {
  const leg = turn.learn(turn.changeLeg(known, { state: earlyAfter(known.state, status) }), payload);
  if (status === 199) return;
  takeData(turn, leg, { status, payload });
  if (isSdp(payload.body)) hearFrom(turn, leg.id, payload.body);
  if (leg.role === 'callee') turn.change({ state: 'ringing' });
  retryHeld(turn);
}

export function onPartyAnswered(turn: Turn, known: Leg, { status, payload }: SignalOf<'answered'>): void {
  turn.perform({ do: 'stopTimer', timer: { kind: 'no-answer', leg: known.id } });
  const leg = turn.learn(turn.changeLeg(known, { state: confirmed }), payload);
  takeData(turn, leg, { status, payload });
  if (isSdp(payload.body)) hearFrom(turn, leg.id, payload.body);
  const received = turn.leg(leg.id)?.session.heard;
  if (received === undefined) {
    // RFC 3261 §13.2.1: a 2xx has the answer, or the offer.
    turn.perform({ do: 'acknowledge', leg: leg.id, payload: emptyPayload });
    endUnwanted(turn, leg, { status: 488, reason: 'answered without SDP' });
    return;
  }
  if (leg.role === 'caller') onFirstAnswered(turn, leg, received);
  else onSecondAnswered(turn, leg, received);
}

/** What a party answers goes on to nobody: the other is told when the call is up. */
function takeData(
  turn: Turn,
  leg: Leg,
  { status, payload }: Pick<SignalOf<'answered'>, 'status' | 'payload'>,
): void {
  changeData(
    turn,
    leg,
    readData(turn, leg, payload, { method: 'INVITE', status, inDialog: false }).operations,
  );
}

function onFirstAnswered(turn: Turn, caller: Leg, received: Body): void {
  const { id } = caller;
  const offered = caller.session.shown;
  const answer =
    offered === undefined
      ? showTo(turn, id, { by: id, body: blackHole(received, String(turn.nowMs)), as: 'answer' })
      : undefined;
  const ack = answer === undefined ? emptyPayload : { headers: [], body: answer };
  turn.perform({ do: 'acknowledge', leg: id, payload: ack });
  const sent = offered ?? answer;
  if (sent !== undefined)
    legAgreed(turn, caller, { sent, received, as: offered === undefined ? 'offer' : 'answer' });
  inviteSecond(turn);
}

/** The second party is called as if the first had called it. */
function inviteSecond(turn: Turn): void {
  const { caller, origination } = turn.call;
  const body = offerOf(caller.session);
  if (origination === undefined || body === undefined) return;
  const invite: NewRequest = {
    method: 'INVITE',
    requestUri: origination.to,
    from: `<${origination.from}>`,
    to: `<${origination.to}>`,
    source: { protocol: 'udp', address: '', port: 0 },
    receivedOn: '',
    callId: caller.callId,
    headers: [],
    body,
  };
  turn.change({ invite, targets: origination.secondTargets });
  tryNextTarget(turn);
}

function onSecondAnswered(turn: Turn, callee: Leg, received: Body): void {
  turn.perform({ do: 'acknowledge', leg: callee.id, payload: emptyPayload });
  const sent = callee.session.shown;
  if (sent !== undefined) legAgreed(turn, callee, { sent, received, as: 'answer' });
  turn.change({ state: 'established', invite: undefined, targets: [] });
  turn.note({
    note: 'answered',
    leg: turn.call.caller.id,
    setupMs: turn.nowMs - turn.call.startedAtMs,
  });
  tellUntold(turn);
  agree(turn, turn.call.caller);
  retryHeld(turn);
}
