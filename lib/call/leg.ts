import { BATON_PACKAGE, packagesTaken } from '../attached-data/info-package.ts';
import { isLoopback } from '../engine/message/ip-address.ts';
import { splitList, uriOf } from '../engine/message/name-addr.ts';
import { parseUri } from '../engine/message/uri.ts';
import type { Trunk } from '../routing/trunk.ts';
import type { Standing } from '../routing/who-is.ts';
import { type DialogTags, noTags, tagsFrom } from './transfer/dialog-tags.ts';
import { isNamed } from './header-lines.ts';
import type { Dn } from './ids.ts';
import { emptyNotifyQueue, type NotifyQueue } from './notify/notify-queue.ts';
import type { Debt } from './data/owed.ts';
import { noOffers, type OwnOffers } from './media/offer.ts';
import { noReferrals, type Referrals } from './transfer/referrals.ts';
import { noSession, type Session } from './media/session.ts';
import type { HeaderLine, LegId, Payload } from './signal.ts';

/**
 * One dialog seen from us.
 *
 *                        1xx                2xx                ACK
 *        invited ──────────────▶ early ───────────▶ answered ────────▶ confirmed
 *           │ └──────────────────2xx──────────────────▲ │                  │
 *           │                     │                     │ BYE, lost        │ BYE, lost
 *           │ CANCEL (callee)     │ CANCEL (callee)     ▼                  ▼
 *           ├─────────▶ cancelling ──────final─────▶ ended ◀───────────────┘
 *           └───────────────── final ────────────────▲
 *
 * `invited`: the INVITE is there without a response. `answered`: the 2xx is there and its ACK is not; on the
 * caller leg we wait for it, on the callee leg we owe it (a late offer: the answer comes with the caller's
 * ACK).
 */
export type LegState =
  | { readonly is: 'invited' }
  /** `rang`: a 180 was among its provisional responses. */
  | { readonly is: 'early'; readonly rang: boolean }
  /**
   * `bye`: the call is over; BYE with these headers goes out when the ACK is in (RFC 3261 §15 forbids it
   * before).
   */
  | { readonly is: 'answered'; readonly bye?: readonly HeaderLine[] }
  | { readonly is: 'confirmed' }
  /** CANCEL was sent; the final response is still to come, and may be a 2xx. */
  | { readonly is: 'cancelling' }
  | { readonly is: 'ended' };

export const invited: LegState = { is: 'invited' };
export const early: LegState = { is: 'early', rang: false };
const alerted: LegState = { is: 'early', rang: true };
export const answered: LegState = { is: 'answered' };
export const confirmed: LegState = { is: 'confirmed' };
export const cancelling: LegState = { is: 'cancelling' };
export const ended: LegState = { is: 'ended' };

/** After a provisional response. RFC 3261 §21.1.2: 180 says that the user is being alerted. */
export function earlyAfter(state: LegState, status: number): LegState {
  return status === 180 || (state.is === 'early' && state.rang) ? alerted : early;
}

/**
 * What a party was told of its call last.
 *
 *     nothing ──▶ dialing (who calls) ─────────▶ established ──▶ released
 *         └─────▶ ringing (who is called) ────────▲   │   ▲
 *                                                     ▼   │
 *                                                     held (who holds)
 *
 * and from any of them to released.
 */
export type Told = 'nothing' | 'dialing' | 'ringing' | 'established' | 'held' | 'released';

/** What the peer said it takes (RFC 3261 §20.5), reduced to what we ask. */
export interface PeerAllow {
  /** As it came, to see at a glance that it has not changed. */
  readonly line: string;
  readonly info: boolean;
  readonly update: boolean;
}

/** The Info Packages that the peer takes (RFC 6086 §5.2), reduced to what we ask. */
export interface PeerRecvInfo {
  readonly line: string;
  /** Ours is among them. */
  readonly ours: boolean;
}

export interface Leg {
  readonly id: LegId;
  readonly role: 'caller' | 'callee';
  /** We have called the peer, and its Call-ID is ours (RFC 3261 §14.1); else it has called us. */
  readonly dialled: boolean;
  readonly dn: Dn;
  /** Who it is to the others: a From or To as a whole value; a tag in it is not ours to pass on. */
  readonly address: string;
  /** Who has put it into its place, by a transfer. */
  readonly broughtBy: Dn | undefined;
  readonly trunk: Trunk;
  readonly state: LegState;
  /** SIP Call-ID; empty until the first response tells that of a callee leg. */
  readonly callId: string;
  readonly tags: DialogTags;
  /** Undefined: the peer never sent an Allow. */
  readonly allow: PeerAllow | undefined;
  /** Undefined: the peer never sent a Recv-Info. */
  readonly recvInfo: PeerRecvInfo | undefined;
  /** The peer is reached over a stream, where a message may be large. */
  readonly stream: boolean;
  readonly notify: NotifyQueue;
  readonly told: Told;
  /** Changes of the data that no message has told the peer in a header. */
  readonly owed: readonly Debt[];
  /** What its peer and we have agreed upon. */
  readonly session: Session;
  /** Our own re-INVITEs. */
  readonly ownOffers: OwnOffers;
  /** What its peer is told of the transfers that it has asked for. */
  readonly referrals: Referrals;
}

export type NewLeg = Pick<Leg, 'id' | 'role' | 'dialled' | 'dn' | 'address' | 'trunk' | 'callId' | 'stream'>;

export function newLeg(leg: NewLeg): Leg {
  const { id, role, dialled, dn, address, trunk, callId, stream } = leg;
  // Each member by its name: V8 takes some microseconds to add a dozen members to what begins as a copy.
  return {
    id,
    role,
    dialled,
    dn,
    address,
    trunk,
    callId,
    stream,
    broughtBy: undefined,
    state: invited,
    tags: noTags,
    allow: undefined,
    recvInfo: undefined,
    notify: emptyNotifyQueue,
    told: 'nothing',
    owed: [],
    session: noSession,
    ownOffers: noOffers,
    referrals: noReferrals,
  };
}

/** What its peer is to us, for what it asks for itself. We know no more of who we have called than where that is. */
export function standingOf({ dialled, trunk, address }: Leg, caller: Standing): Standing {
  if (!dialled) return { ...caller, trunk };
  const host = parseUri(uriOf(address))?.host ?? '';
  const loopback = isLoopback(host);
  return { kind: trunk.name !== '' ? 'trunk' : loopback ? 'loopback' : 'trusted', trunk, loopback };
}

/** A request can be sent within the leg: there is a dialog, early or confirmed (RFC 3261 §12). */
export function hasDialog(leg: Leg): boolean {
  return leg.state.is === 'early' || leg.state.is === 'confirmed';
}

/** The INVITE has no final response yet. */
export function isRinging(leg: Leg): boolean {
  return leg.state.is === 'invited' || leg.state.is === 'early';
}

/** Nothing will be asked of the leg any more, though a final response may be outstanding. */
export function isGone(leg: Leg): boolean {
  return leg.state.is === 'ended' || leg.state.is === 'cancelling';
}

/**
 * Notes what any message of the peer tells about it: Allow, Recv-Info, the tags, and the Call-ID of a callee leg. The same
 * leg when nothing is new. RFC 6086 §5.2.1: a message without Recv-Info leaves what was said before.
 */
export function learnt(leg: Leg, payload: Payload): Leg {
  let allowLine: string | undefined;
  let recvInfoLine: string | undefined;
  let callId = leg.callId;
  let from = '';
  let to = '';
  for (const line of payload.headers) {
    if (isNamed(line, 'allow')) allowLine = joined(allowLine, line);
    else if (isNamed(line, 'recv-info')) recvInfoLine = joined(recvInfoLine, line);
    else if (callId === '' && isNamed(line, 'call-id')) callId = line.value;
    else if (isNamed(line, 'from')) from = line.value;
    else if (isNamed(line, 'to')) to = line.value;
  }
  const newAllow = allowLine !== undefined && allowLine !== leg.allow?.line;
  const newRecvInfo = recvInfoLine !== undefined && recvInfoLine !== leg.recvInfo?.line;
  const tags = isNamedForGood(leg) ? leg.tags : tagsFrom(leg.tags, from, to, leg.dialled);
  if (!newAllow && !newRecvInfo && callId === leg.callId && tags === leg.tags) return leg;
  return {
    ...leg,
    callId,
    tags,
    allow: newAllow ? parseAllow(allowLine) : leg.allow,
    recvInfo: newRecvInfo ? parseRecvInfo(recvInfoLine) : leg.recvInfo,
  };
}

/** RFC 3261 §12.1, §13.2.2.4: what we have dialled may get another tag until its 2xx is here. */
function isNamedForGood({ tags, dialled, state }: Leg): boolean {
  return tags.local !== '' && tags.remote !== '' && (!dialled || state.is === 'confirmed');
}

/** Lines of one header are one list (RFC 3261 §7.3.1). */
function joined(before: string | undefined, { value }: HeaderLine): string {
  return before === undefined ? value : `${before},${value}`;
}

function parseRecvInfo(line: string | undefined): PeerRecvInfo | undefined {
  if (line === undefined) return undefined;
  return { line, ours: packagesTaken(line).includes(BATON_PACKAGE) };
}

function parseAllow(line: string | undefined): PeerAllow | undefined {
  if (line === undefined) return undefined;
  const methods = splitList(line.toUpperCase());
  return { line, info: methods.includes('INFO'), update: methods.includes('UPDATE') };
}
