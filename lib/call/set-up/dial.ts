import { isUuiOnWire } from '../../attached-data/wire.ts';
import { dnOfUri } from '../../routing/dn.ts';
import type { Target } from '../../routing/route.ts';
import { offerHeaders } from '../relay/capabilities.ts';
import { introductionTo, withCurrentData } from '../data/current-data.ts';
import { showTo } from '../media/exchange.ts';
import { calleeFrom, calleeTo, contactUser, isStreamUri, nextMaxForwards } from './from-to.ts';
import { type Leg, newLeg } from '../leg.ts';
import { crossed, setUpMessage } from '../relay/relay.ts';
import { inactiveOffer } from '../media/sdp.ts';
import type { NewRequest, Payload } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** A leg to a target, which takes the place of an earlier attempt. */
export function newDialledLeg(turn: Turn, role: Leg['role'], target: Target): Leg {
  const leg = dialledLeg(turn, role, target);
  turn.change(role === 'caller' ? { caller: leg } : { callee: leg });
  return leg;
}

/** The same, in no place yet. */
export function dialledLeg(turn: Turn, role: Leg['role'], target: Target): Leg {
  return newLeg({
    id: turn.newLegId(),
    role,
    dialled: true,
    dn: target.dn ?? dnOfUri(target.requestUri),
    address: calleeTo(target.requestUri),
    trunk: target.trunk,
    callId: '',
    stream: isStreamUri(target.via ?? target.requestUri),
  });
}

/** The caller's INVITE goes on to its target. */
export function inviteCallee(turn: Turn, callee: Leg, target: Target, invite: NewRequest): void {
  const { payload, ...reading } = withCurrentData(turn, invite, callee.trunk.rename);
  const { caller } = turn.call;
  const { message, inDialog } = setUpMessage();
  const how = { message, inDialog, ...reading };
  sendInvite(turn, callee, target, {
    from: invite.from,
    maxForwards: nextMaxForwards(invite.headers) ?? 0,
    payload: crossed(turn, payload, { from: caller, to: callee }, how, offerHeaders(callee)),
  });
}

/**
 * An INVITE to the first party of a call that nobody on it has begun. It has no offer: RFC 3725 §4.3. Some take none
 * such: theirs has one in which nothing flows. From is the party that it shall talk to. The data goes along: the first
 * knows no more of it than the second.
 */
export function inviteCaller(turn: Turn, caller: Leg, target: Target, to: string): void {
  const { id, trunk } = caller;
  const headers = introductionTo(turn, caller, { from: [], own: offerHeaders(caller) });
  // RFC 7434 §7: it may have more of that later.
  if (headers.some(({ name }) => isUuiOnWire(name, trunk.profile))) turn.change({ inviteHadUui: true });
  const offer = trunk.delayedOffer
    ? undefined
    : showTo(turn, id, { by: id, body: inactiveOffer(String(turn.nowMs)), as: 'offer' });
  sendInvite(turn, caller, target, {
    from: `<${to}>`,
    maxForwards: 70,
    payload: offer === undefined ? { headers } : { headers, body: offer },
  });
}

/** What an INVITE of ours says besides where it goes. */
interface Invitation {
  /** Whom the target shall see: a From, without the tag that is ours. */
  readonly from: string;
  readonly maxForwards: number;
  readonly payload: Payload;
}

/** It may ring for as long as a target may. */
export function sendInvite(
  turn: Turn,
  leg: Leg,
  target: Target,
  { from, maxForwards, payload }: Invitation,
): void {
  const { requestUri, via } = target;
  turn.perform({
    do: 'invite',
    leg: leg.id,
    requestUri,
    from: calleeFrom(from, leg.trunk, requestUri),
    to: calleeTo(requestUri),
    contactUser: contactUser(from),
    maxForwards,
    payload,
    ...(via !== undefined && { via }),
  });
  turn.perform({
    do: 'startTimer',
    timer: { kind: 'no-answer', leg: leg.id },
    delayMs: turn.env.answerTimeoutMs,
  });
}
