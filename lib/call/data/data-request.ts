import { UUI_KEY } from '../../attached-data/custom-name.ts';
import type { Operation, Origin, WantedEntry, WantedOperation } from '../../attached-data/entry.ts';
import { type Author, type Call, partiesOf, retainedUntilMs } from '../call.ts';
import { beginConsultation } from './consultation-data.ts';
import { requestChange, requestInitialData } from './data.ts';
import type { Dn } from '../ids.ts';
import { isGone } from '../leg.ts';
import type { DataRefusal, Turn } from '../turn.ts';

/** Not from the wire: somebody asks over an API for a change of the call's data. */
export interface DataRequested {
  readonly type: 'dataRequested';
  readonly operation: WantedOperation;
  /** The requester. A DN that is a party's own makes it that party's own change. */
  readonly thirdPartyDn: Dn;
  /** Comes back as ReferenceID, only in the requester's copy of the event. */
  readonly referenceId?: number;
  /** Refused when the data has another revision. */
  readonly ifRevision?: number;
}

/**
 * Carried out whole or refused whole; what became of it is the decision's `refusal`. A request that changes
 * nothing is carried out, raises no event and keeps the revision.
 */
export function onDataRequested(turn: Turn, wanted: DataRequested): void {
  const { call } = turn;
  const { operation, thirdPartyDn, referenceId, ifRevision } = wanted;
  if (call.state === 'released' && retainedUntilMs(call, turn.env.retainAfterReleaseMs ?? 0) <= turn.nowMs) {
    turn.refusal = { code: 'call-unknown' };
    return;
  }
  if (ifRevision !== undefined && ifRevision !== call.revision) {
    turn.refusal = { code: 'revision-conflict' };
    return;
  }
  const author = {
    ...authorOf(call, thirdPartyDn),
    ...(referenceId !== undefined && { referenceId }),
  };
  turn.refusal = strangeIn(operation) ?? requestChange(turn, author, signed(operation, author, turn.nowMs));
}

/** What a call has from its beginning, by whom it is asked for. */
export function setRequestedData(turn: Turn, operation: WantedOperation, dn: Dn): DataRefusal | undefined {
  const author = authorOf(turn.call, dn);
  return (
    strangeIn(operation) ??
    requestInitialData(turn, author, signed(operation, author, turn.nowMs)) ??
    beginConsultation(turn, { author, mode: 'refuse' })
  );
}

/** An update along with something else that is asked for. */
export function changeRequestedData(turn: Turn, operation: WantedOperation, dn: Dn): DataRefusal | undefined {
  const author = authorOf(turn.call, dn);
  return strangeIn(operation) ?? requestChange(turn, author, signed(operation, author, turn.nowMs));
}

function strangeIn(operation: WantedOperation): DataRefusal | undefined {
  const at = 'entries' in operation ? operation.entries.findIndex(isStrangeUui) : -1;
  return at < 0 ? undefined : { code: 'bad-key', at };
}

/** After the release whoever was on the call is its party: that is after-call work. */
function authorOf(call: Call, dn: Dn): Author {
  for (const leg of partiesOf(call))
    if (leg.dn === dn && (call.state === 'released' || !isGone(leg))) return { dn, leg: leg.id };
  return { dn };
}

function signed(operation: WantedOperation, { dn, leg }: Author, atMs: number): Operation {
  if (!('entries' in operation)) return operation;
  const from: Origin = leg === undefined ? { party: dn, atMs } : { leg, atMs };
  return { ...operation, entries: operation.entries.map(entry => ({ ...entry, from })) };
}

/** Scope `uui` is one header, and its entry has one name. */
function isStrangeUui({ key, scope }: WantedEntry): boolean {
  return scope === 'uui' && key.toUpperCase() !== UUI_KEY;
}
