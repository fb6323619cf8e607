import type { WantedEntry, WantedOperation } from '../attached-data/entry.ts';
import type { MergeRule } from '../attached-data/merge.ts';
import type { TransferWanted } from '../call/transfer/transfer-request.ts';
import type { ErrorCode } from '../errors.ts';
import type { CallDetail } from './call-view.ts';

/** What somebody outside asks of a call, and what becomes of it. */

export interface DataChangeRequest {
  readonly connId: string;
  readonly operation: WantedOperation;
  /** The requester; a party's own DN makes it that party's own change. */
  readonly thirdPartyDn: string;
  /** Comes back as ReferenceID in the requester's copy of the event. */
  readonly referenceId?: number;
  /** Refused with `revision-conflict` when the data has another revision. */
  readonly ifRevision?: number;
}

export type ChangeAnswer =
  | { readonly ok: true; readonly call: CallDetail }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      /** Of the data, which is as it was. Absent for an unknown call. */
      readonly revision?: number;
      /** Place of the entry at fault. Absent when it is not a single one. */
      readonly at?: number;
    };

export type TransferAim =
  /** `to`: SIP or tel URI, or a telephone number. */
  | { readonly mode: TransferWanted['mode']; readonly to: string }
  /** `merged`: what the data becomes; absent: as the route of the call says. */
  | { readonly mode: 'attended'; readonly otherConnId: string; readonly merged?: MergeRule };

export interface TransferRequest {
  readonly connId: string;
  /** DN of who gives the other party away. */
  readonly party: string;
  /** `attended`: to whom the party talks to in another call, or is calling there. */
  readonly aim: TransferAim;
  /** Whose doing the data is; the party's when absent. */
  readonly thirdPartyDn?: string;
  /** Update the data before the target is called. */
  readonly entries: readonly WantedEntry[];
  /** The requester counts as one on this machine (`relay.anyTarget`). */
  readonly local: boolean;
}

export type TransferAnswer =
  /** The target is being called. */
  | { readonly ok: true; readonly call: CallDetail }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      /** Place of the entry at fault. */
      readonly at?: number;
      /** It is about the other call. */
      readonly ofOther?: true;
    };

export interface ReleaseRequest {
  readonly connId: string;
  readonly thirdPartyDn?: string;
}

export type ReleaseAnswer =
  /** As it is now: released. */
  | { readonly ok: true; readonly call: CallDetail }
  | { readonly ok: false; readonly code: 'call-unknown' | 'call-released' | 'internal' };
