import type { Relayed } from './call.ts';
import { crossed, midCallMessage } from './relay.ts';
import { retryHeld } from './relay-request.ts';
import type { LegId, RequestId, SignalOf } from './signal.ts';
import type { Turn } from './turn.ts';

/**
 * A re-INVITE taken back (RFC 3261 §9.1): the other leg is told by CANCEL. One that still waits here never goes on.
 */
export function onWithdrawn(turn: Turn, signal: SignalOf<'withdrawn'>): void {
  const isIts = (other: { readonly from: LegId; readonly request: RequestId }): boolean =>
    other.from === signal.leg && other.request === signal.request;
  const { held, relayed: all } = turn.call;
  if (held.some(isIts)) turn.change({ held: held.filter(other => !isIts(other)) });
  const relayed = all.find(isIts);
  const from = turn.leg(signal.leg);
  const to = from && turn.peerOf(from);
  if (from === undefined || to === undefined) return;
  if (relayed?.stage !== 'relayed' || relayed.sentMethod !== 'INVITE') return;
  const withdrawn: Relayed = { ...relayed, stage: 'withdrawn' };
  turn.change({ relayed: all.map(other => (other === relayed ? withdrawn : other)) });
  const { headers } = crossed(turn, signal.payload, { from, to }, midCallMessage('CANCEL'));
  turn.perform({ do: 'withdraw', leg: to.id, request: relayed.sent, headers });
}

/**
 * The last word on a re-INVITE that was taken back: its sender has had its 487, but others may have waited for it.
 */
export function endWithdrawn(turn: Turn, relayed: Relayed): void {
  turn.change({ relayed: turn.call.relayed.filter(other => other !== relayed) });
  retryHeld(turn);
}
