import type { Relayed } from '../call.ts';
import { agree } from '../media/agreement.ts';
import { takeBack } from '../media/exchange.ts';
import { crossed, midCallMessage } from './relay.ts';
import { onAckMissing } from './relay-response.ts';
import type { LegId, RequestId, SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/**
 * A re-INVITE taken back (RFC 3261 §9.1): the other leg is told by CANCEL. One that still waits here never goes on.
 * When our 2xx crossed the CANCEL and was not sent, its ACK will not come: the other leg gets one from us.
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
  if (relayed?.stage === 'acknowledging') {
    turn.perform({ do: 'stopTimer', timer: { kind: 'ack-missing', leg: from.id } });
    onAckMissing(turn, from.id);
    // The other leg has accepted what this one has not.
    if (relayed.before !== undefined) takeBack(turn, from.id, relayed.before);
    agree(turn, to);
    return;
  }
  if (relayed?.stage !== 'relayed' || relayed.sentMethod !== 'INVITE') return;
  const withdrawn: Relayed = { ...relayed, stage: 'withdrawn' };
  turn.change({ relayed: all.map(other => (other === relayed ? withdrawn : other)) });
  const { headers } = crossed(turn, signal.payload, { from, to }, midCallMessage('CANCEL'));
  turn.perform({ do: 'withdraw', leg: to.id, request: relayed.sent, headers });
}
