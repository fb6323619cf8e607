import { type Call, partiesOf } from '../call/call.ts';
import { tenantOf } from '../call/ids.ts';
import type { RecordingMode } from '../call/recording/recording.ts';
import type { RecordedParty, RecordingOrder } from './backend.ts';
import type { Flow } from './flow.ts';

/** What makes an order besides the call. */
export interface Wanted {
  readonly recordingId: string;
  readonly mode: RecordingMode;
  readonly flow: Flow;
  readonly startedAtMs: number;
}

/** The order with the call as it is now. */
export function orderOf(call: Call, wanted: Wanted): RecordingOrder {
  const { connId, callId: callNumber, callThreadId } = call;
  return { ...wanted, connId, callNumber, callThreadId, tenant: tenantOf(connId), parties: partiesIn(call) };
}

function partiesIn(call: Call): readonly RecordedParty[] {
  return partiesOf(call).map(({ id: leg, dn, address, role, callId, told }) => {
    return { leg, dn, address, role, callId, held: told === 'held' };
  });
}

/** Nothing that a recorder is told is another than before. */
export function hasSameParties(one: RecordingOrder, other: RecordingOrder): boolean {
  const { parties } = other;
  if (one.parties.length !== parties.length) return false;
  return one.parties.every((party, at) => {
    const { leg, dn, address, callId, held } = parties[at] ?? {};
    return (
      party.leg === leg &&
      party.dn === dn &&
      party.address === address &&
      party.callId === callId &&
      party.held === held
    );
  });
}
