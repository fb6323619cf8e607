import type { Call } from '../call.ts';
import { sipReason } from '../relay/capabilities.ts';
import type { Leg } from '../leg.ts';
import { emptyPayload } from '../relay/relay.ts';
import type { Ending } from './release.ts';

/**
 * The 2xx went to the caller. RFC 3261 §15: a BYE in the dialog of a 2xx shows that it arrived, also when the
 * ACK was lost.
 */
export const wasAnswered = ({ state }: Call): boolean => state === 'answered' || state === 'established';

/** A leg is found gone, or lost: the other is told by BYE with a Reason. */
export function failure(call: Call, leg: Leg, reason: string): Ending {
  return {
    verdict: { by: 'network', why: 'lost', sipStatus: wasAnswered(call) ? 200 : 503, atFault: leg.role },
    reason,
    leg: leg.id,
    answer: { status: 503, payload: emptyPayload },
    headers: () => [sipReason(503, reason)],
  };
}
