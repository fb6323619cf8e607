import { tenantOf } from '../call/ids.ts';
import type { CallEvent } from '../events/event.ts';

/** What a filter looks at. */
export interface EventTraits {
  /** Whose copy it is: ThisDN; of the copy of an author who is not on the call, which has none, ThirdPartyDN. */
  readonly dn: string | undefined;
  readonly connId: string | undefined;
  /** Of the call, or of the DN. */
  readonly tenant: string;
  /** Events with the same one keep their order: those of a call, and those of an agent or DN. */
  readonly row: string;
  /** Name of the event. */
  readonly id: string;
}

/** Of each kind one of the values; a kind without values lets everything pass. All kinds must agree. */
export interface EventFilter {
  readonly dn?: ReadonlySet<string>;
  readonly connId?: ReadonlySet<string>;
  readonly id?: ReadonlySet<string>;
  /** Only calls and DNs of this tenant. */
  readonly tenant?: string;
}

/** What a filter has to look at, kept when the event itself has been encoded. */
export function traitsOf(event: CallEvent): EventTraits {
  const { id, ConnID: connId } = event;
  if ('tenant' in event) {
    const { tenant, ThisDN: dn } = event;
    return { dn, connId, tenant, row: `${tenant} ${dn}`, id };
  }
  const ofCall = event.ConnID;
  return { dn: event.ThisDN ?? event.ThirdPartyDN, connId, tenant: tenantOf(ofCall), row: ofCall, id };
}

/** Whether every kind of the filter agrees. */
export function passes(traits: EventTraits, filter: EventFilter): boolean {
  return (
    (filter.tenant === undefined || traits.tenant === filter.tenant) &&
    isOneOf(traits.id, filter.id) &&
    isOneOf(traits.connId, filter.connId) &&
    isOneOf(traits.dn, filter.dn)
  );
}

function isOneOf(trait: string | undefined, wanted: ReadonlySet<string> | undefined): boolean {
  return wanted === undefined || (trait !== undefined && wanted.has(trait));
}
