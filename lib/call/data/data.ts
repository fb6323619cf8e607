import { type Applied, applyAll, type DataLimits } from '../../attached-data/attached-data.ts';
import { changeBetween } from '../../attached-data/change.ts';
import type { AttachedData, Drop, Operation } from '../../attached-data/entry.ts';
import {
  type DataMessage,
  dataFromMessage,
  type MessageData,
} from '../../attached-data/data-from-message.ts';
import { namesBetween, noRename } from '../../attached-data/rename.ts';
import { triggeredByRefer } from '../../attached-data/refer-to.ts';
import { linesFromWire } from '../../attached-data/wire.ts';
import { toldData } from '../../attached-data/told-data.ts';
import type { EventAttachedDataChanged } from '../../events/event.ts';
import { attachedDataChanged, type ToldParty } from '../../events/from-change.ts';
import { type Author, type AuthoredChange, type Call, partiesOf } from '../call.ts';
import { callTypeOf, roleOf, trunkOf } from '../events/call-type.ts';
import type { Leg } from '../leg.ts';
import { enqueue } from '../notify/notify.ts';
import { recordingExtensions } from '../recording/recording.ts';
import { type Conveyed, conveyedTo, owe, settle } from './owed.ts';
import type { Dn } from '../ids.ts';
import type { LegId, Payload } from '../signal.ts';
import type { DataRefusal, Turn } from '../turn.ts';

/** What a message of this leg says about the data. What is left out already while reading is counted. */
export function readData(
  turn: Turn,
  leg: Leg,
  payload: Payload,
  message: Pick<DataMessage, 'method' | 'status' | 'inDialog'>,
): MessageData {
  const { profile, dataHeaders, rename } = leg.trunk;
  const read = dataFromMessage({
    headers: linesFromWire(payload.headers, profile, dataHeaders).headers,
    ...(payload.body !== undefined && { body: payload.body }),
    ...message,
    dataHeaders,
    keys: turn.env.keys,
    headerKeys: namesBetween(turn.env.keys, rename, noRename),
    from: { leg: leg.id, atMs: turn.nowMs },
  });
  noteDropped(turn, leg.id, read.dropped);
  return read;
}

/** The same of a REFER: what is embedded in Refer-To comes before what stands beside it. */
export function readReferData(turn: Turn, leg: Leg, payload: Payload): MessageData {
  const triggered = triggeredByRefer(payload.headers, everyXHeader);
  const headers = triggered.syntax === 'invalid' ? payload.headers : triggered.inviteHeaders;
  return readData(turn, leg, { headers }, { method: 'REFER', inDialog: true });
}

/** Which of them are data is decided where they are read. */
const everyXHeader: readonly string[] = ['X-*'];

/** The INVITE's data counts at once and raises no event: the first events carry it. */
export function setInitialData(turn: Turn, caller: Leg, operations: readonly Operation[]): void {
  if (operations.length === 0) return;
  const { data, dropped } = applyAll(turn.call.data, operations, limits(turn));
  noteDropped(turn, caller.id, dropped);
  turn.change({ data });
}

/**
 * A change by the party of a leg. It counts at once. Once the call is up it is told at once; before, it
 * waits, and what one party changes in several messages is told as one change. `conveyed`: what its message tells the
 * other leg by going on to it.
 */
export function changeData(
  turn: Turn,
  author: Leg,
  operations: readonly Operation[],
  conveyed?: Conveyed,
): void {
  if (operations.length === 0) return;
  settle(turn, conveyedTo(author.id, operations));
  if (conveyed !== undefined) settle(turn, conveyed);
  const applied = applyAll(turn.call.data, operations, limits(turn));
  noteDropped(turn, author.id, applied.dropped);
  if (applied.changedAnything) {
    becomes(turn, { leg: author.id, dn: author.dn }, applied.data, { wire: author.id, conveyed });
  }
}

/** The same by a request from outside, which is carried out whole or refused whole. */
export function requestChange(turn: Turn, author: Author, operation: Operation): DataRefusal | undefined {
  const applied = applyRequested(turn, author, operation);
  if ('code' in applied) return applied;
  if (applied.changedAnything) becomes(turn, author, applied.data);
  return undefined;
}

/** What a request from outside puts into a call at its beginning: it raises no event, the first events carry it. */
export function requestInitialData(
  turn: Turn,
  author: Author,
  operation: Operation,
): DataRefusal | undefined {
  const applied = applyRequested(turn, author, operation);
  if ('code' in applied) return applied;
  turn.change({ data: applied.data });
  return undefined;
}

function applyRequested(turn: Turn, author: Author, operation: Operation): Applied | DataRefusal {
  const forbidden = forbiddenBy(turn, author, operation);
  if (forbidden !== undefined) return forbidden;
  const applied = applyAll(turn.call.data, [operation], limits(turn, 'refuse'));
  const [fault] = applied.dropped;
  if (fault === undefined) return applied;
  const { refusedAt } = applied;
  return { code: fault.code, ...(refusedAt !== undefined && { at: refusedAt }) };
}

/** A key that the author may not write is one that it may not delete either. */
function forbiddenBy(turn: Turn, { leg }: Author, operation: Operation): DataRefusal | undefined {
  const { keys } = turn.env;
  if (keys.isEmpty) return undefined;
  const writer = leg === undefined ? 'third-party' : 'party';
  if (operation.operation === 'delete-all') {
    const mayAll = turn.call.data.every(({ key }) => keys.mayWrite(key, writer));
    return mayAll ? undefined : { code: 'key-forbidden', at: 0 };
  }
  const named = 'entries' in operation ? operation.entries.map(({ key }) => key) : operation.keys;
  const at = named.findIndex(key => !keys.mayWrite(key, writer));
  return at < 0 ? undefined : { code: 'key-forbidden', at };
}

/** Not from the wire: another call, which shares its data with this one, has changed it. */
export interface SharedDataChanged {
  readonly type: 'sharedDataChanged';
  /** DN of the author. */
  readonly by: Dn;
  readonly data: AttachedData;
}

/** A call that has ended keeps its data as it was: what is done to it then is done to it alone. */
export function onSharedDataChanged(turn: Turn, { by, data }: SharedDataChanged): void {
  if (turn.call.state === 'released') return;
  if (changeBetween(turn.call.data, data).changedAnything) becomes(turn, { dn: by, elsewhere: true }, data);
}

/** The calls that share the data are to have it too. */
export function shareChange(turn: Turn, change: AuthoredChange): void {
  if (change.author.elsewhere !== true) turn.changes = [...turn.changes, change];
}

function becomes(turn: Turn, author: Author, after: AttachedData, by: Parameters<typeof owe>[2] = {}): void {
  const change: AuthoredChange = { author, before: turn.call.data, after };
  shareChange(turn, change);
  turn.change({ data: after, revision: turn.call.revision + 1 });
  owe(turn, change, by);
  const { state } = turn.call;
  if (state === 'established' || state === 'released') tell(turn, change);
  // No more than a leg's queue takes: the later ones carry the whole data anyway.
  else turn.change({ untold: merged(turn.call.untold, change).slice(-turn.env.notify.queueLimit) });
}

/** The call is up: what was changed on the way is told now. */
export function tellUntold(turn: Turn): void {
  const { untold } = turn.call;
  if (untold.length === 0) return;
  turn.change({ untold: [] });
  for (const change of untold) tell(turn, change);
}

function merged(untold: readonly AuthoredChange[], change: AuthoredChange): readonly AuthoredChange[] {
  const last = untold.at(-1);
  if (last === undefined || !isSameAuthor(last.author, change.author)) return [...untold, change];
  return [...untold.slice(0, -1), { ...last, after: change.after }];
}

/** A request with a reference is answered by an event of its own. */
function isSameAuthor(one: Author, other: Author): boolean {
  if (one.referenceId !== undefined || other.referenceId !== undefined) return false;
  return one.leg === other.leg && one.dn === other.dn && one.elsewhere === other.elsewhere;
}

/** One event per party, each put into its leg's queue and given to the other consumers. */
function tell(turn: Turn, { author, before, after }: AuthoredChange): void {
  const { changedAnything, changedKeys } = changeBetween(before, after);
  const { call } = turn;
  if (!changedAnything || call.callee === undefined) return;
  const { leg: authorLeg, dn } = author;
  turn.note({ note: 'changed', dn, keys: changedKeys, ...(authorLeg !== undefined && { leg: authorLeg }) });
  // VoIP pairs never go on a SIP leg: not by value, by name, or by an event that says nothing else.
  const onSip = changeBetween(withoutVoip(before), withoutVoip(after));
  const legs = partiesOf(call);
  const events = eventsOf(turn, legs, author, after);
  for (const [at, event] of events.entries()) {
    turn.events.push(event);
    const leg = legs[at];
    // After the release there is no dialog to tell it in.
    if (leg !== undefined && onSip.changedAnything && call.state !== 'released')
      enqueue(turn, leg.id, { event, changedKeys: onSip.changedKeys });
  }
}

/** One for each of these legs, in their order; one for the author besides who is none of them. */
function eventsOf(
  { call, env, nowMs }: Turn,
  legs: readonly Leg[],
  { dn, referenceId, elsewhere }: Author,
  data: AttachedData,
): readonly EventAttachedDataChanged[] {
  const extensions = recordingExtensions(call);
  return attachedDataChanged({
    connId: call.connId,
    callId: call.callId,
    callThreadId: call.callThreadId,
    callType: callTypeOf(call),
    callState: 'Ok',
    server: `baton/${env.node}`,
    timeMs: nowMs,
    parties: legs.map(partyOf),
    // Of an attempt that failed, the author is on the call no more and counts as a third party.
    author: {
      dn,
      ...(referenceId !== undefined && { referenceId }),
      ...(elsewhere === true && { toldElsewhere: true }),
    },
    userData: toldData(data, env.keys),
    ...(extensions.length > 0 && { extensions }),
  });
}

/**
 * A leg has come over from a call whose data was another. Its wire is told what differs; consumers of events know by its
 * EventPartyChanged.
 */
export function tellWhoComes(
  turn: Turn,
  id: LegId,
  author: Author,
  { data, untold }: Pick<Call, 'data' | 'untold'>,
): void {
  const { call } = turn;
  const leg = turn.leg(id);
  if (leg === undefined) return;
  owe(turn, { before: data, after: call.data }, { only: id });
  // What had changed before that call was up it has not been told.
  const known = untold[0]?.before ?? data;
  const { changedAnything, changedKeys } = changeBetween(withoutVoip(known), withoutVoip(call.data));
  const [event] = eventsOf(turn, [leg], author, call.data);
  if (event !== undefined && changedAnything) enqueue(turn, id, { event, changedKeys });
}

const withoutVoip = (data: AttachedData): AttachedData => data.filter(({ scope }) => scope !== 'voip');

function partyOf(leg: Leg): ToldParty {
  const trunk = trunkOf(leg);
  return { dn: leg.dn, role: roleOf(leg), ...(trunk !== undefined && { trunk }) };
}

export function noteDropped(turn: Turn, leg: LegId, drops: readonly Drop[]): void {
  if (drops.length > 0) turn.note({ note: 'dropped', leg, drops });
}

/** A name of the policy or of a trunk of the call may lead a key to a header. */
export function limits({ env, call }: Turn, mode: DataLimits['mode'] = 'drop'): DataLimits {
  const callers = namesBetween(env.keys, noRename, call.caller.trunk.rename);
  const keys = namesBetween(callers, noRename, call.callee?.trunk.rename ?? noRename);
  return { packedBytes: env.packedLimitBytes, mode, keys };
}
