import { customHeadersFromEntries, headersByPolicy } from '../../attached-data/custom-headers.ts';
import { isCustomHeader, isUserToUser, UUI_KEY } from '../../attached-data/custom-name.ts';
import type { Entry } from '../../attached-data/entry.ts';
import { type KeyPolicy, openKeyPolicy } from '../../attached-data/key-policy.ts';
import { profileOf } from '../../attached-data/profile.ts';
import { namesBetween, noRename, type Rename } from '../../attached-data/rename.ts';
import { valueText } from '../../attached-data/views.ts';
import { linesFromWire } from '../../attached-data/wire.ts';
import type { Trunk } from '../../routing/trunk.ts';
import { neighbourWithoutTrunk } from '../../routing/who-is.ts';
import type { Call } from '../call.ts';
import type { Leg } from '../leg.ts';
import { crossed, setUpMessage } from '../relay/relay.ts';
import type { HeaderLine, Payload } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** An INVITE for a target. */
export interface CurrentInvite {
  readonly payload: Payload;
  /** What its data headers are still to be judged by. */
  readonly keys: KeyPolicy;
  /** Its lines have been read from the caller's wire. */
  readonly isRead: boolean;
}

/**
 * The caller's INVITE as it goes to a target. What has changed since it came goes along, by the headers it would have come in, and
 * so does what the target's own names or the key policy give a header. Without either the caller's own lines stay as they are.
 */
export function withCurrentData(turn: Turn, invite: Payload, target: Rename): CurrentInvite {
  const { call } = turn;
  const { dataHeaders, profile, rename } = call.caller.trunk;
  const keys = namesBetween(turn.env.keys, rename, target);
  // Of a call that nobody on it has begun no lines came in, and none of what it has from another call.
  const made = call.origination !== undefined || (call.consultation?.data.length ?? 0) > 0;
  if (call.revision === 0 && !made && !leavesByPolicy(call, keys))
    return { payload: invite, keys, isRead: false };
  const read = linesFromWire(invite.headers, profile, dataHeaders).headers;
  const uui = call.data.filter(
    ({ scope, from }) => scope === 'uui' && (made || from.atMs > call.startedAtMs),
  );
  // User-to-User that nobody has changed stays as it came: what could not be attached is relayed all the same.
  const others = read.filter(
    ({ name }) => !isCustomHeader(name, dataHeaders) && (uui.length === 0 || !isUserToUser(name)),
  );
  const kept = headersByPolicy(others, dataHeaders, keys).headers;
  const headers = customLines(turn, dataHeaders, keys);
  const lines = [...kept, ...withoutSecondUui(headers, kept), ...uuiLines(uui, keys)];
  return { payload: { ...invite, headers: lines }, keys: openKeyPolicy, isRead: true };
}

/** All of the current data that goes into headers, as all of Baton reads it. */
function dataLines(turn: Turn, from: readonly Trunk[], to: Trunk): readonly HeaderLine[] {
  const keys = namesBetween(turn.env.keys, noRename, to.rename);
  const dataHeaders = from.flatMap(trunk => trunk.dataHeaders);
  const uui = turn.call.data.filter(({ scope }) => scope === 'uui');
  return [...customLines(turn, dataHeaders, keys), ...uuiLines(uui, keys)];
}

/** A message to somebody who has heard nothing of the call yet. */
export interface Introduction {
  /** Of the 2xx to the INVITE of who is told; absent: it is an INVITE. */
  readonly status?: number;
  /** Trunks in whose headers the data came; none where it was asked for by request. */
  readonly from: readonly Trunk[];
  /** What crosses along, from the first of these. */
  readonly headers?: readonly HeaderLine[];
  /** Of the message itself. */
  readonly own: readonly HeaderLine[];
}

/** Its header lines: all of the current data is among them. */
export function introductionTo(
  turn: Turn,
  to: Leg,
  { status, from, headers = [], own }: Introduction,
): readonly HeaderLine[] {
  const lines = dataLines(turn, from, to.trunk);
  const [first = neighbourWithoutTrunk('')] = from;
  // Whatever their names are, they are data.
  const names = lines.map(({ name }) => name);
  const dataHeaders = [...from.flatMap(trunk => trunk.dataHeaders), ...names];
  const sender = { ...to, trunk: { ...first, dataHeaders } };
  const how = { keys: openKeyPolicy, isRead: true, ...setUpMessage(status) };
  return crossed(turn, { headers: [...headers, ...lines] }, { from: sender, to }, how, own).headers;
}

function customLines(turn: Turn, dataHeaders: readonly string[], keys: KeyPolicy): readonly HeaderLine[] {
  const { data, caller } = turn.call;
  const how = { profile: profileOf('plain'), dataHeaders, keys };
  const { headers, dropped } = customHeadersFromEntries(data, how);
  if (dropped.length > 0) turn.note({ note: 'dropped', leg: caller.id, drops: dropped });
  return headers;
}

function uuiLines(uui: readonly Entry[], keys: KeyPolicy): readonly HeaderLine[] {
  const name = keys.headerNameOf(UUI_KEY);
  return uui.map(entry => ({
    name: name ?? entry.headerName ?? 'User-to-User',
    value: valueText(entry),
  }));
}

/** Does a pair that has no header of its own get one by the policy? */
function leavesByPolicy({ data }: Call, keys: KeyPolicy): boolean {
  if (keys.isEmpty) return false;
  return data.some(({ scope, key }) => scope === 'call' && keys.headerNameOf(key) !== undefined);
}

/** RFC 7434 §8: two values of User-to-User, and the other side discards both. */
function withoutSecondUui(mapped: readonly HeaderLine[], kept: readonly HeaderLine[]): readonly HeaderLine[] {
  if (!kept.some(({ name }) => isUserToUser(name))) return mapped;
  return mapped.filter(({ name }) => !isUserToUser(name));
}
