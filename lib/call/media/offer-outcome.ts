import { agree, onAgreementOffered } from './agreement.ts';
import type { Leg } from '../leg.ts';
import { onPartnerAsked } from '../transfer/newcomer.ts';
import { isDialogInDoubt, onReinviteNotified, probe } from '../notify/notify.ts';
import { type OfferOutcome, onOwnOfferResponded } from './own-offer.ts';
import { retryHeld } from '../relay/relay-request.ts';
import { knows } from './exchange.ts';
import type { SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** A response to a re-INVITE of ours: what it means, and to whom. */
export function onOfferResponded(turn: Turn, leg: Leg, signal: SignalOf<'responded'>): void {
  if (signal.status < 200) return;
  const outcome = onOwnOfferResponded(turn, leg, signal);
  if (outcome !== undefined) {
    if (isDialogInDoubt(outcome.status)) probe(turn, leg);
    tellPurpose(turn, leg, outcome);
    if (outcome.status < 300) passOn(turn, leg);
  }
  // What waited for this; after a 491 the peer's own offer too.
  retryHeld(turn);
}

function tellPurpose(turn: Turn, leg: Leg, outcome: OfferOutcome): void {
  const { purpose } = outcome;
  switch (purpose.kind) {
    case 'agree':
      onAgreementOffered(turn, leg, outcome);
      return;
    case 'replace':
      onPartnerAsked(turn, leg, { status: outcome.status, newcomer: purpose.newcomer });
      return;
    case 'notify':
      onReinviteNotified(turn, leg, { status: outcome.status, sinceMs: purpose.sinceMs });
      return;
    default:
      purpose satisfies never;
  }
}

/** An answer that differs from what the peer said before is for the far end to know. */
function passOn(turn: Turn, { id }: Leg): void {
  const leg = turn.leg(id);
  const farEnd = leg && turn.peerOf(leg);
  if (leg === undefined || farEnd === undefined || turn.call.agreement !== undefined) return;
  // It answers somebody who is not there yet.
  if (turn.call.transfer?.mode === 'replaces') return;
  if (!knows(turn, farEnd, leg)) agree(turn, farEnd);
}
