import type { Scope, UserDataPair } from '../attached-data/entry.ts';
import type { CallThreadId, ConnId } from '../call/ids.ts';

/** The attributes of events: T-Library names, enumerations by name. */

export type CallType = 'Unknown' | 'Internal' | 'Inbound' | 'Outbound' | 'Consult';

export type DnRole =
  | 'Unknown'
  | 'Origination'
  | 'Destination'
  | 'ConferenceMember'
  | 'NewParty'
  | 'AddedBy'
  | 'DeletedBy'
  | 'TransferredBy'
  | 'DeletedParty'
  | 'ConferencedBy'
  | 'Observer';

export type EventCallState =
  | 'Ok'
  | 'Transferred'
  | 'Conferenced'
  | 'GeneralError'
  | 'SystemError'
  | 'RemoteRelease'
  | 'Busy'
  | 'NoAnswer'
  | 'SitInvalidnum'
  | 'Redirected'
  | 'Forwarded'
  | 'Consult'
  | 'Bridged'
  | 'Deafened'
  | 'Held';

export const agentWorkModes = [
  'Unknown',
  'ManualIn',
  'AutoIn',
  'AfterCallWork',
  'AuxWork',
  'NoCallDisconnect',
  'WalkAway',
  'ReturnBack',
] as const;
export type AgentWorkMode = (typeof agentWorkModes)[number];

/** A pair of an event. `scope` never reaches the wire: it lets a consumer be spared what is not for it. */
export type EventPair = UserDataPair & { readonly scope?: Scope };

/** One `{name: value}` each. */
export type Extension = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What every event says. */
export interface CommonAttributes {
  /**
   * `baton/<node>`.
   * @pattern ^baton/[A-Za-z0-9_-]+$
   */
  readonly Server: string;
  /**
   * Milliseconds since the epoch.
   * @asType integer
   * @minimum 0
   */
  readonly time: number;
}

/** What every event of a call says. */
export interface CallAttributes extends CommonAttributes {
  readonly ConnID: ConnId;
  /**
   * Positive integer of the call at its node.
   * @asType integer
   * @minimum 1
   */
  readonly CallID: number;
  readonly CallThreadID: CallThreadId;
  readonly CallType: CallType;
}

/** Attributes that an event of a call may have. */
export interface OptionalCallAttributes {
  readonly ANI?: string;
  /**
   * SIP status.
   * @asType integer
   * @minimum 300
   * @maximum 699
   */
  readonly Cause?: number;
  readonly CollectedDigits?: string;
  readonly CustomerID?: string;
  readonly DNIS?: string;
  /** @asType integer */
  readonly ErrorCode?: number;
  readonly ErrorMessage?: string;
  readonly Extensions?: readonly Extension[];
  readonly InfoStatus?: string | number;
  readonly LastCollectedDigit?: string;
  readonly NetworkCallID?: string;
  readonly NetworkNodeID?: string;
  readonly OtherDN?: string;
  readonly OtherDNRole?: DnRole;
  readonly OtherQueue?: string;
  readonly OtherTrunk?: string;
  readonly PreviousConnID?: ConnId;
  readonly Reasons?: readonly UserDataPair[];
  /**
   * Only in the copy of the party whose request it answers.
   * @asType integer
   * @minimum 0
   */
  readonly ReferenceID?: number;
  readonly ThirdPartyDN?: string;
  readonly ThirdPartyDNRole?: DnRole;
  readonly ThirdPartyQueue?: string;
  readonly ThisQueue?: string;
  readonly ThisTrunk?: string;
  readonly TransferConnID?: ConnId;
  readonly TreatmentParms?: readonly UserDataPair[];
  readonly TreatmentType?: string;
  readonly UserData?: readonly EventPair[];
}
