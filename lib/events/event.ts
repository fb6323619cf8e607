import type { ConnId } from '../call/ids.ts';
import type {
  AgentWorkMode,
  CallAttributes,
  CommonAttributes,
  DnRole,
  EventCallState,
  EventPair,
  Extension,
  OptionalCallAttributes,
} from './attributes.ts';
import type {
  AgentStateEventName,
  CallHandlingEventName,
  RoutingEventName,
  TreatmentEventName,
} from './names.ts';

/** A party's own view of its call: whose copy this is. */
interface PartyAttributes {
  readonly ThisDN: string;
  readonly ThisDNRole: DnRole;
}

/** The 15 call handling events, with the attributes that all of them must have. */
export interface CallHandlingEvent extends CallAttributes, PartyAttributes, OptionalCallAttributes {
  readonly id: CallHandlingEventName;
  /** Who is logged in at ThisDN. */
  readonly AgentID?: string;
  readonly CallState: EventCallState;
}

/** ThisDN is the routing point; EventRouteRequest needs no role and no state. */
export interface RoutingEvent extends CallAttributes, Partial<PartyAttributes>, OptionalCallAttributes {
  readonly id: RoutingEventName;
  readonly ThisDN: string;
  readonly CallState?: EventCallState;
}

export interface TreatmentEvent extends CallAttributes, PartyAttributes, OptionalCallAttributes {
  readonly id: TreatmentEventName;
  readonly CallState: EventCallState;
}

/** The 21 agent and DN events. A call's attributes are there when one is concerned. */
export interface AgentStateEvent extends CommonAttributes, OptionalCallAttributes {
  readonly id: AgentStateEventName;
  /** Of the DN. It never reaches the wire: it says who may read the event. */
  readonly tenant: string;
  readonly ConnID?: ConnId;
  readonly ThisDN: string;
  readonly AgentID?: string;
  readonly AgentWorkMode?: AgentWorkMode;
  readonly MonitorNextCallType?: string;
}

/**
 * The attached data of a call changed. One copy per party; the copy of an author who is not on the call has no ThisDN.
 * T-Library makes CallID, CallType, ConnID, id, Server, time and UserData mandatory; CallThreadID and CallState are ours.
 */
export interface EventAttachedDataChanged extends CallAttributes, Partial<PartyAttributes> {
  readonly id: 'EventAttachedDataChanged';
  readonly CallState: EventCallState;
  /** The author, in every copy, its own included. */
  readonly ThirdPartyDN: string;
  readonly ThisTrunk?: string;
  readonly ANI?: string;
  readonly DNIS?: string;
  readonly CustomerID?: string;
  readonly NetworkCallID?: string;
  readonly NetworkNodeID?: string;
  /**
   * Only in the copy of the party whose request it answers.
   * @asType integer
   * @minimum 0
   */
  readonly ReferenceID?: number;
  /** All pairs as they are after the change. */
  readonly UserData: readonly EventPair[];
  readonly Extensions?: readonly Extension[];
}

/** What is told to consumers: the 42 events, and EventAttachedDataChanged. */
export type CallEvent =
  | CallHandlingEvent
  | RoutingEvent
  | TreatmentEvent
  | AgentStateEvent
  | EventAttachedDataChanged;

export type EventName = CallEvent['id'];
