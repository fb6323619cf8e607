import type { CallType, DnRole } from '../../events/attributes.ts';
import type { Call } from '../call.ts';
import type { Leg } from '../leg.ts';

/** What every event says about the call and the party it is told to. */

/** Inbound: from the outside world to us; Outbound: the other way round. */
export function callTypeOf({ caller, callee, consultation }: Call): CallType {
  if (callee === undefined) return 'Unknown';
  if (consultation !== undefined) return 'Consult';
  if (caller.trunk.network === callee.trunk.network) return 'Internal';
  return caller.trunk.network ? 'Inbound' : 'Outbound';
}

/** Our choice: the target of a transfer is called, whose place it may take. */
export function roleOf(leg: Leg): DnRole {
  if (leg.broughtBy !== undefined) return 'Destination';
  return leg.role === 'caller' ? 'Origination' : 'Destination';
}

/** Name of its trunk; undefined where it comes from none. */
export function trunkOf({ trunk }: Leg): string | undefined {
  return trunk.name === '' ? undefined : trunk.name;
}
