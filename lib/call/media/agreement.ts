import type { Agreement } from '../call.ts';
import { forgetFormerHold, knows } from './exchange.ts';
import type { Dn } from '../ids.ts';
import { endUnwanted } from '../set-up/attempt.ts';
import { isGone, type Leg } from '../leg.ts';
import { mayOffer, type OfferOutcome, wantOffer } from './own-offer.ts';
import type { Turn } from '../turn.ts';

/** Offers of ours to one leg until both agree; then it is left as it is. */
const maxOffersPerLeg = 2;

/**
 * What holds of the media of two connected legs: each was sent last what the other said last. A call that is only
 * relayed keeps this by itself. Where something has broken it (one end has gone over to somebody else, or has taken an
 * offer that the other took back), we offer to the one who is out of date what the other said last. Its answer may
 * make the other one out of date, who then gets an offer in turn (RFC 3725 §4.3 step 5 and after).
 */
export function agree(turn: Turn, first: Leg): void {
  const other = turn.peerOf(first);
  if (other === undefined) return;
  forgetFormerHold(turn, first, other);
  forgetFormerHold(turn, other, first);
  turn.change({ agreement: { first: first.id, made: [] } });
}

/** Not from the wire: what the agent at a DN says, or hears, is another than before. */
export interface AudioSwitched {
  readonly type: 'audioSwitched';
  readonly tenant: string;
  readonly dn: Dn;
}

/** Our choice: both ends are told by offers, so that nobody waits for audio that does not come. */
export function onAudioSwitched(turn: Turn, { tenant, dn }: AudioSwitched): void {
  const { caller, callee, state } = turn.call;
  if (state === 'released') return;
  for (const leg of [caller, callee]) if (leg?.dn === dn && leg.trunk.tenant === tenant) agree(turn, leg);
}

/** The next step to an agreement that is sought, if there is one to be made now. */
export function seekAgreement(turn: Turn): void {
  const { agreement } = turn.call;
  if (agreement === undefined) return;
  // Who is here now may be somebody else soon; it begins anew then, or when nobody comes.
  if (turn.call.transfer?.mode === 'replaces') return;
  const first = turn.leg(agreement.first);
  const other = first && turn.peerOf(first);
  if (first === undefined || other === undefined || isGone(first) || isGone(other)) {
    endAgreement(turn);
    return;
  }
  if (!mayOffer(turn, first) || !mayOffer(turn, other)) return;
  if (!knows(turn, first, other)) offerFarEnd(turn, first, agreement);
  else if (!knows(turn, other, first)) offerFarEnd(turn, other, agreement);
  else endAgreement(turn);
}

function offerFarEnd(turn: Turn, leg: Leg, { made }: Agreement): void {
  const tired = made.filter(id => id === leg.id).length >= maxOffersPerLeg;
  if (!tired && wantOffer(turn, leg, { sdp: 'far-end', headers: [], purpose: { kind: 'agree' } })) return;
  giveUp(turn, leg, { status: 488, reason: tired ? 'each answer was another' : 'nothing to offer' });
}

export function onAgreementOffered(turn: Turn, leg: Leg, { status }: OfferOutcome): void {
  const { agreement } = turn.call;
  if (agreement === undefined) return;
  if (status < 300) {
    turn.change({ agreement: { ...agreement, made: [...agreement.made, leg.id] } });
    return;
  }
  giveUp(turn, leg, { status, reason: 'the offer was refused' });
}

/** Who has talked to each other goes on as it was (RFC 6141); who never could is released. */
function giveUp(turn: Turn, leg: Leg, why: { readonly status: number; readonly reason: string }): void {
  turn.note({ note: 'disagreed', leg: leg.id, ...why });
  if (turn.call.origination === undefined) endAgreement(turn);
  else endUnwanted(turn, leg, why);
}

function endAgreement(turn: Turn): void {
  turn.change({ agreement: undefined, origination: undefined });
}
