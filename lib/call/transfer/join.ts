import { mergeOperations, type MergeRule } from '../../attached-data/merge.ts';
import type { ErrorCode } from '../../errors.ts';
import { type Call, type Relayed, sharesData } from '../call.ts';
import { sipReason } from '../relay/capabilities.ts';
import { changeData, tellWhoComes } from '../data/data.ts';
import { handOver } from './hand-over.ts';
import { ended, isRinging, type Leg } from '../leg.ts';
import { emptyNotifyQueue } from '../notify/notify-queue.ts';
import { noOffers } from '../media/offer.ts';
import { report, reportEnd } from './referral.ts';
import { noReferrals } from './referrals.ts';
import { emptyPayload } from '../relay/relay.ts';
import { releaseCall } from '../ending/release.ts';
import type { Effect, LegId } from '../signal.ts';
import type { Transfer } from './transfer.ts';
import { Turn } from '../turn.ts';
import { endUnderWay } from '../under-way.ts';
import type { Verdict } from '../ending/verdict.ts';

/** Another call of ours, one party of which is to be replaced. */
export interface Joinable {
  readonly call: Call;
  readonly replaced: LegId;
  /** Only while it has not been answered. */
  readonly earlyOnly: boolean;
}

/** Two calls have become one in this decision. */
export interface Joined {
  /** What becomes of the other call: its end. */
  readonly other: Turn;
  /** It, as it was. */
  readonly before: Call;
  /** As if the party that has come over had been the target of it. */
  readonly transfer: Transfer;
}

export interface WantedJoin {
  readonly transferor: Leg;
  readonly transferee: Leg;
  /** Absent: as the route of the call says. */
  readonly merged?: MergeRule;
}

/** Who is to come over, and who leaves the other call for it. */
interface Pair {
  readonly replaced: Leg;
  readonly coming: Leg;
}

export interface JoinRefusal {
  readonly status: 500;
  readonly code: ErrorCode;
  readonly text: string;
}

/** Undefined: the dialog stands no more, and whoever gets the INVITE may say so. */
export function pairOf({ call, replaced }: Joinable): Pair | undefined {
  const { state, caller, callee } = call;
  if (state === 'released' || callee === undefined) return undefined;
  if (caller.id === replaced) return { replaced: caller, coming: callee };
  return callee.id === replaced ? { replaced: callee, coming: caller } : undefined;
}

/** What a REFER names: a call to be joined with this one, a reason why not now, or nothing of ours. */
export function joinOf({ joinable, call }: Turn): Joinable | JoinRefusal | undefined {
  const pair = joinable && pairOf(joinable);
  if (joinable === undefined || pair === undefined || joinable.call.connId === call.connId) return undefined;
  return isReady(joinable.call, pair)
    ? joinable
    : { status: 500, code: 'transfer-under-way', text: 'the other call is just changing' };
}

/** Both parties are connected, or one is still being called by the transferor. */
function isReady({ state, transfer, origination }: Call, { replaced, coming }: Pair): boolean {
  if (transfer !== undefined || origination !== undefined) return false;
  if (state === 'established') return replaced.state.is === 'confirmed' && coming.state.is === 'confirmed';
  return (state === 'ringing' || state === 'inviting') && coming.dialled && isRinging(coming);
}

/**
 * The transferor's two calls become one: who talks to it there comes over and takes its place here, or will when it
 * answers. The other call ends without it.
 */
export function join(turn: Turn, { transferor, transferee, merged = turn.call.merged }: WantedJoin): void {
  const { joinable } = turn;
  const pair = joinable && pairOf(joinable);
  if (joinable === undefined || pair === undefined) return;
  const { call: before, earlyOnly } = joinable;
  // RFC 3891 §3: it has been answered.
  if (earlyOnly && before.state === 'established') {
    const dns = { transferor: transferor.dn, target: pair.coming.dn };
    const verdict: Verdict = { by: 'baton', why: 'rejected', sipStatus: 486, atFault: 'caller' };
    turn.note({ note: 'transferFailed', leg: transferor.id, mode: 'attended', ...dns, status: 486, verdict });
    reportEnd(turn, transferor.id, { status: 486, reason: '' });
    return;
  }
  if (!sharesData(turn.call, before))
    changeData(turn, transferor, mergeOperations(turn.call.data, before.data, merged));
  const other = new Turn(before, turn.nowMs, turn.env);
  const moved = takeAway(other, pair);
  for (const effect of moved.effects) turn.perform(effect);
  const transfer: Transfer = {
    mode: 'attended',
    transferor: transferor.id,
    transferee: transferee.id,
    target: { ...moved.leg, role: transferor.role, broughtBy: transferor.dn },
    targets: before.targets,
    invitation: { headers: [], verbatim: [], maxForwards: 70 },
    startedAtMs: turn.nowMs,
  };
  turn.joined = { other, before, transfer };
  turn.change({
    transfer,
    transfers: Math.max(turn.call.transfers, before.transfers) + 1,
    // Ids of what is under way with it stay unique.
    lastId: Math.max(turn.call.lastId, before.lastId),
    relayed: [...turn.call.relayed, ...moved.relayed],
    held: [...turn.call.held, ...moved.held],
  });
  const { state } = transfer.target;
  if (state.is === 'confirmed') handOver(turn, transfer, { status: 200, reason: '' });
  else if (state.is === 'early') report(turn, transferor.id, { status: state.rang ? 180 : 183, reason: '' });
  tellWhoComes(turn, transfer.target.id, { dn: transferor.dn, leg: transferor.id }, before);
}

interface Moved extends Pick<Call, 'relayed' | 'held'> {
  readonly leg: Leg;
  /** Towards it: they come before what it is sent as a party of its new call. */
  readonly effects: readonly Effect[];
}

/** The party leaves the other call with all that is under way with it, and that call ends. */
function takeAway(other: Turn, { replaced, coming }: Pair): Moved {
  endUnderWay(other, replaced.id);
  const effects = takeEffects(other, coming.id);
  const leg = other.leg(coming.id) ?? coming;
  const { held } = other.call;
  const relayed = other.call.relayed.map(one => acknowledgeLeaver(other, one, replaced.id));
  other.changeLeg(leg, {
    state: ended,
    told: 'released',
    notify: emptyNotifyQueue,
    ownOffers: noOffers,
    referrals: noReferrals,
    owed: [],
  });
  other.change({ relayed: [], held: [], targets: [] });
  releaseCall(other, {
    verdict: joinedAway,
    reason: 'joined with another call',
    leg: replaced.id,
    answer: { status: 487, payload: emptyPayload },
    headers: () => [sipReason(200, 'Transferred')],
  });
  return { leg, relayed, held, effects };
}

function takeEffects({ effects }: Turn, id: LegId): readonly Effect[] {
  const isToIt = (effect: Effect): boolean => 'leg' in effect && effect.leg === id;
  const all = effects.splice(0);
  effects.push(...all.filter(effect => !isToIt(effect)));
  return all.filter(isToIt);
}

/**
 * Who leaves has made the offer that the other has asked for: its 2xx gets its ACK before its BYE (RFC 3261 §13.2.2.4), as the answer will
 * come in another call.
 */
function acknowledgeLeaver(other: Turn, one: Relayed, leaver: LegId): Relayed {
  if (one.to !== leaver || one.stage !== 'acknowledging' || one.offers) return one;
  other.perform({ do: 'acknowledge', leg: leaver, request: one.sent, payload: emptyPayload });
  // Nothing is carried on to it any more.
  return { ...one, offers: true };
}

const joinedAway: Verdict = { by: 'baton', why: 'transferred', sipStatus: 200, atFault: 'none' };
