import type { CallThreadId, ConnId } from '../call/ids.ts';
import type { CallType, DnRole, EventCallState, EventPair, Extension } from './attributes.ts';
import type { EventAttachedDataChanged } from './event.ts';

/** A party that gets a copy. */
export interface ToldParty {
  readonly dn: string;
  readonly role: DnRole;
  /** Name of its trunk. */
  readonly trunk?: string;
}

/** A change of attached data, with what its event says about the call. */
export interface ToldChange {
  readonly connId: ConnId;
  readonly callId: number;
  readonly callThreadId: CallThreadId;
  readonly callType: CallType;
  readonly callState: EventCallState;
  /** `baton/<node>`. */
  readonly server: string;
  readonly timeMs: number;
  /** The parties of the call; the copies come in this order. */
  readonly parties: readonly ToldParty[];
  /** Who changed the data; a DN that is no party's is a third party. */
  readonly author: {
    readonly dn: string;
    /** Of its request. */
    readonly referenceId?: number;
    /** It gets no copy but as a party. */
    readonly toldElsewhere?: true;
  };
  /** The data after the change; entries will do. */
  readonly userData: readonly EventPair[];
  readonly ani?: string;
  readonly dnis?: string;
  readonly extensions?: readonly Extension[];
}

/**
 * One EventAttachedDataChanged per party, in the order of the parties, with ThisDN its own and ThirdPartyDN the author's DN.
 * An author who is not on the call gets one more, the last, without ThisDN, unless it is told elsewhere.
 */
export function attachedDataChanged(change: ToldChange): EventAttachedDataChanged[] {
  const { author, parties } = change;
  const common = commonAttributes(change);
  const requester = parties.findIndex(party => party.dn === author.dn);
  const reference = author.referenceId === undefined ? {} : { ReferenceID: author.referenceId };
  const copies = parties.map(
    (party, at): EventAttachedDataChanged => ({
      ThisDN: party.dn,
      ThisDNRole: party.role,
      ...common,
      ...(party.trunk !== undefined && { ThisTrunk: party.trunk }),
      ...(at === requester && reference),
    }),
  );
  if (requester < 0 && author.toldElsewhere !== true) copies.push({ ...common, ...reference });
  return copies;
}

function commonAttributes(change: ToldChange): EventAttachedDataChanged {
  return {
    id: 'EventAttachedDataChanged',
    time: change.timeMs,
    Server: change.server,
    ConnID: change.connId,
    CallID: change.callId,
    CallThreadID: change.callThreadId,
    CallType: change.callType,
    CallState: change.callState,
    ThirdPartyDN: change.author.dn,
    UserData: change.userData,
    ...(change.ani !== undefined && { ANI: change.ani }),
    ...(change.dnis !== undefined && { DNIS: change.dnis }),
    ...(change.extensions !== undefined && { Extensions: change.extensions }),
  };
}
