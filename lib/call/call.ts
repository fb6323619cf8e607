import type { AttachedData, Operation } from '../attached-data/entry.ts';
import type { MergeRule } from '../attached-data/merge.ts';
import type { Target } from '../routing/route.ts';
import type { ConsultRule } from '../routing/trunk.ts';
import type { Standing } from '../routing/who-is.ts';
import type { CallThreadId, ConnId, Dn } from './ids.ts';
import type { Leg } from './leg.ts';
import type { Debt } from './data/owed.ts';
import { isNamedSdp } from './media/sdp.ts';
import type { Session } from './media/session.ts';
import type { CallRecording } from './recording/recording.ts';
import type { AnyTransfer } from './transfer/transfer.ts';
import type { Body, LegId, MidCallMethod, NewRequest, Payload, RequestId } from './signal.ts';

/**
 * How far a call has come, seen from the caller.
 *
 *     screening ──decided──▶ inviting ──1xx──▶ ringing ──2xx──▶ answered ──caller's ACK──▶ established
 *         └─────────────────────┴────────────────┴───────────────┴───────────────┬────────────┘
 *                                                                                ▼
 *                                                                             released
 *
 * `screening`: somebody outside is asked what to do with it, and no target has been tried; most calls begin with `inviting`.
 * A released call may linger for the last response of a leg that is being cancelled, or for the ACK before a
 * BYE; its data may be worked on after that, as long as it is retained.
 */
export type CallState = 'screening' | 'inviting' | 'ringing' | 'answered' | 'established' | 'released';

/** A request on its way from one leg to the other. */
export interface Relayed {
  readonly from: LegId;
  /** Its id on the leg it came from. */
  readonly request: RequestId;
  readonly method: MidCallMethod;
  readonly to: LegId;
  /** Our id for it on the other leg. */
  readonly sent: RequestId;
  /** Differs from `method` where an UPDATE goes on as re-INVITE. */
  readonly sentMethod: MidCallMethod;
  /** It carries an offer; an INVITE without one is answered by an offer (RFC 3264, RFC 3261 §14.1). */
  readonly offers: boolean;
  /**
   * `relayed`: no final response yet. `withdrawn`: INVITE only, its sender has taken it back and the other leg
   * has not said its last word. `acknowledging`: INVITE only, the 2xx went back and its ACK is not in.
   */
  readonly stage: 'relayed' | 'withdrawn' | 'acknowledging';
  /** The data that it brings; on INVITE and UPDATE it counts once its 2xx is sent. */
  readonly operations: readonly Operation[];
  /** What the other leg was owed and this request tells; owed again when it is refused. */
  readonly settles: readonly Debt[];
  /** Pairs that other messages have told the other leg since: there the word of this one is an old one. */
  readonly overtaken: readonly string[];
  /** `acknowledging`: what its sender had agreed upon before. */
  readonly before?: Session;
}

/** A request that waits for the other leg to get its dialog, or its ACK. */
export interface HeldRequest {
  readonly from: LegId;
  readonly request: RequestId;
  readonly method: MidCallMethod;
  readonly payload: Payload;
  readonly operations: readonly Operation[];
  /** When it came. */
  readonly sinceMs: number;
}

/** A call that nobody on it has begun: both parties are dialled, first the caller. */
export interface Origination {
  /** SIP or tel URIs, as they were asked for. */
  readonly from: string;
  readonly to: string;
  /** Targets of the second party; those of the first are the call's until it has answered. */
  readonly secondTargets: readonly Target[];
}

export interface Consultation {
  /** The call that is held. */
  readonly of: ConnId;
  /** `dataOf` of that call. */
  readonly dataOf: ConnId;
  readonly rule: ConsultRule;
  /** The data of the held call; once this one goes on, as far as it has begun with it. */
  readonly data: AttachedData;
}

/** Both ends shall agree on one session, by offers of ours. */
export interface Agreement {
  /** Where both are out of date it is offered first. */
  readonly first: LegId;
  /** Our offers that were accepted, by leg. */
  readonly made: readonly LegId[];
}

/** Who changes attached data. */
export interface Author {
  readonly dn: Dn;
  /** Absent: a third party, who is not on the call. */
  readonly leg?: LegId;
  /** Of the request that is answered by the author's copy of the event. */
  readonly referenceId?: number;
  /** It was done in another call, with which this one shares its data, and the author is told there. */
  readonly elsewhere?: true;
}

export interface AuthoredChange {
  readonly author: Author;
  readonly before: AttachedData;
  readonly after: AttachedData;
}

/**
 * Both legs and what they carry. Immutable: `decide` answers with the next one and shares what has not
 * changed.
 */
export interface Call {
  readonly connId: ConnId;
  /** T-Library's CallID: a positive integer of the call at this node. */
  readonly callId: number;
  readonly callThreadId: CallThreadId;
  readonly state: CallState;
  readonly standing: Standing;
  /** The number that the caller asked for. */
  readonly dialled: Dn;
  /** The number of who called, whoever stands in its place. */
  readonly calling: Dn;
  readonly caller: Leg;
  /** The current attempt; undefined before the first. */
  readonly callee: Leg | undefined;
  /** Earlier attempts that were cancelled and still owe a final response. */
  readonly leaving: readonly LegId[];
  /** Undefined: none is under way. */
  readonly transfer: AnyTransfer | undefined;
  /** Those that the party in their place was put for, and that still owe us something. */
  readonly departing: readonly Leg[];
  /** Transfers that have begun, and newcomers who have taken a place. */
  readonly transfers: number;
  /** The INVITE as it came, until it is answered for good. */
  readonly invite: NewRequest | undefined;
  readonly inviteOffers: boolean;
  /** Until both parties have agreed on a session for the first time. */
  readonly origination: Origination | undefined;
  /** Somebody who holds another call has begun it. */
  readonly consultation: Consultation | undefined;
  /** What its data becomes when another is joined with it. */
  readonly merged: MergeRule;
  /** RFC 7434: no isdn-uui later in the dialog unless the initial INVITE carried one. */
  readonly inviteHadUui: boolean;
  /** Targets not tried yet. */
  readonly targets: readonly Target[];
  /** Redirections and forwards that were followed. */
  readonly redirections: number;
  readonly data: AttachedData;
  /** Whose data it is: calls that have the same here share theirs. Its own ConnID, or that of the first of them. */
  readonly dataOf: ConnId;
  /** Counts the changes of `data`; 0 is the initial data. */
  readonly revision: number;
  /** Changes from before the call was up, one author in a row; told as one change when it is. */
  readonly untold: readonly AuthoredChange[];
  readonly relayed: readonly Relayed[];
  readonly held: readonly HeldRequest[];
  /** Undefined: none is sought. */
  readonly agreement: Agreement | undefined;
  /** The one begun last; undefined: it never was recorded. */
  readonly recording: CallRecording | undefined;
  /** Of the ids that `decide` gives to requests and legs. */
  readonly lastId: number;
  readonly startedAtMs: number;
  /** Undefined until it is released. */
  readonly releasedAtMs: number | undefined;
}

/**
 * Who is on the call now, and who is being called to be; after the release whoever was on it last. Who departs is not, nor
 * is a transferor that has gone.
 */
export function partiesOf({ state, caller, callee, transfer }: Call): readonly Leg[] {
  const parties = [caller];
  if (callee !== undefined) parties.push(callee);
  if (state === 'released') return parties;
  if (transfer === undefined) return parties;
  return [...parties.filter(leg => leg.state.is !== 'ended'), transfer.target];
}

/** Its end is not due, but it is not settled either. */
export function isBeingTransferred({ transfer, departing }: Call): boolean {
  return transfer !== undefined || departing.length > 0;
}

/** All that it knows of, wherever they stand. */
export function legsOf({ caller, callee, transfer, departing }: Call): readonly Leg[] {
  return [caller, ...(callee ? [callee] : []), ...(transfer ? [transfer.target] : []), ...departing];
}

/** Whatever changes the data of one changes that of the other. */
export function sharesData(one: Call, other: Call): boolean {
  return one.dataOf === other.dataOf;
}

/** An offer or answer is in it: SDP, alone or as a part (RFC 3261 §13.2.1; RFC 5621 §3.1 for parts). */
export function carriesSdp(payload: Payload): boolean {
  const { body } = payload;
  if (body === undefined) return false;
  return isNamedSdp(body) || (body.contentType.toLowerCase().startsWith('multipart/') && hasSdpPart(body));
}

function hasSdpPart({ content }: Body): boolean {
  return content.toLowerCase().includes('application/sdp');
}

/**
 * It takes part in offer and answer: an INVITE with or without SDP, for without it asks for the offer (RFC 3261
 * §14.1), and an UPDATE with (RFC 3311 §5.1).
 */
export function isOffer(method: MidCallMethod, offers: boolean): boolean {
  return method === 'INVITE' || (method === 'UPDATE' && offers);
}

/**
 * Until then the data of a released call may be read and changed. 0: not at all; so for an attempt that never had a callee, which is no
 * call to work after.
 */
export function retainedUntilMs({ releasedAtMs, callee }: Call, retainMs: number): number {
  return releasedAtMs === undefined || callee === undefined || retainMs === 0 ? 0 : releasedAtMs + retainMs;
}

/** Released, and no leg owes us anything. */
export function isOver(call: Call): boolean {
  if (call.state !== 'released' || call.leaving.length > 0 || call.departing.length > 0) return false;
  return call.caller.state.is === 'ended' && (call.callee === undefined || call.callee.state.is === 'ended');
}
