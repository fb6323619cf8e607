import type { KeyPolicy } from '../../attached-data/key-policy.ts';
import { namesBetween } from '../../attached-data/rename.ts';
import { type Crossing, crossingHeaders } from './crossing.ts';
import { crossedBody } from '../media/exchange.ts';
import type { Leg } from '../leg.ts';
import { takeOwedLines } from '../data/owed-lines.ts';
import type { HeaderLine, LegId, Payload, RequestId } from '../signal.ts';
import type { Turn } from '../turn.ts';

export const emptyPayload: Payload = { headers: [] };

/**
 * What goes on to the other leg: the header lines that cross, those that it is owed, those of our own, and the body as
 * it is.
 */
export function crossed(
  turn: Turn,
  payload: Payload,
  legs: { readonly from: Leg; readonly to: Leg },
  how: Pick<Crossing, 'message' | 'inDialog' | 'isRead'> & { readonly keys?: KeyPolicy },
  own: readonly HeaderLine[] = [],
): Payload {
  const from = legs.from.trunk;
  const to = legs.to.trunk;
  const { headers, dropped } = crossingHeaders(payload.headers, {
    from,
    to,
    initialInviteHadUui: turn.call.inviteHadUui,
    keys: namesBetween(turn.env.keys, from.rename, to.rename),
    ...how,
  });
  if (dropped.length > 0) turn.note({ note: 'dropped', leg: legs.to.id, drops: dropped });
  const owed = takeOwedLines(turn, legs.to.id, { carried: headers, ...how });
  const all = own.length === 0 && owed.length === 0 ? headers : [...headers, ...owed, ...own];
  if (payload.body === undefined) return { headers: all };
  const ends = { from: legs.from.id, to: legs.to.id, message: how.message };
  return { headers: all, body: crossedBody(turn, payload.body, ends) };
}

/** The final answer to a request within a dialog, of our own making. */
export function respond(
  turn: Turn,
  leg: LegId,
  request: RequestId,
  answer: { readonly status: number; readonly reason?: string; readonly payload?: Payload },
): void {
  const { status, reason, payload = emptyPayload } = answer;
  turn.perform({ do: 'respond', leg, request, status, ...(reason !== undefined && { reason }), payload });
}

/** The initial INVITE and its responses. */
export function setUpMessage(status?: number): Pick<Crossing, 'message' | 'inDialog'> {
  return { message: status === undefined ? 'INVITE' : `${String(status)}/INVITE`, inDialog: false };
}

/** A request within the dialog, or a response to one. */
export function midCallMessage(method: string, status?: number): Pick<Crossing, 'message' | 'inDialog'> {
  return { message: status === undefined ? method : `${String(status)}/${method}`, inDialog: true };
}

/** Header lines that go on from one leg to the BYE or CANCEL of the other: Reason (RFC 3326) among them. */
export function headersForEnd(
  turn: Turn,
  method: 'BYE' | 'CANCEL',
  payload: Payload,
  from: Leg,
  to: Leg,
): readonly HeaderLine[] {
  return crossed(turn, { headers: payload.headers }, { from, to }, midCallMessage(method)).headers;
}

/**
 * RFC 3261 §22.2, §22.3: a challenge is for us, who have no credentials, and its header does not cross; the
 * other side could do nothing with the bare status.
 */
export function relayedStatus(status: number): number {
  return status === 401 || status === 407 ? 403 : status;
}

/** An unknown reason phrase is left to whoever sends the response. */
export function relayedReason(status: number, reason: string): { readonly reason?: string } {
  return relayedStatus(status) !== status || reason === '' ? {} : { reason };
}
