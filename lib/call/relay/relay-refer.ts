import { embedHeaders } from '../../attached-data/embedded-headers.ts';
import { readReferData } from '../data/data.ts';
import { isNamed } from '../header-lines.ts';
import { pairOf } from '../transfer/join.ts';
import type { Leg } from '../leg.ts';
import { relayOrHold } from './relay-request.ts';
import { replacesForPeer, serializeReplaces } from '../transfer/replaces.ts';
import type { Payload, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** A REFER for the other side (trunk `transfer: relay`). Its data counts when it is accepted. */
export function relayRefer(turn: Turn, leg: Leg, signal: SignalOf<'requested'>): void {
  const { request, method } = signal;
  const { operations } = readReferData(turn, leg, signal.payload);
  const peer = turn.peerOf(leg);
  const payload = translated(turn, signal.payload, peer === undefined ? [leg] : [leg, peer]);
  relayOrHold(turn, { from: leg.id, request, method, payload, operations, sinceMs: turn.nowMs });
}

/**
 * The other side cannot know the dialogs of the sender: a Replaces that names one of ours names that of the party to be called,
 * as that party knows it. Not where one of the two neighbours must find the same strings.
 */
function translated({ joinable }: Turn, payload: Payload, legs: readonly Leg[]): Payload {
  const pair = joinable && pairOf(joinable);
  const isFixed = legs.some(({ trunk }) => trunk.profile.base === 'teams-dr');
  if (joinable === undefined || pair === undefined || isFixed || pair.coming.tags.remote === '')
    return payload;
  const value = serializeReplaces(replacesForPeer(pair.coming, joinable.earlyOnly));
  const embedded = embedHeaders('', [{ name: 'Replaces', value }]).slice(1);
  const headers = payload.headers.map(line =>
    isNamed(line, 'refer-to') ? { ...line, value: withReplaces(line.value, embedded) } : line,
  );
  return { ...payload, headers };
}

/** RFC 3261 §25.1: headers of a URI stand behind ? and &, and end with the URI. */
function withReplaces(referTo: string, embedded: string): string {
  return referTo.replace(/([?&])Replaces=[^&>]*/i, (_all, sign: string) => sign + embedded);
}
