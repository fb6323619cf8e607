import { tenantOf } from '../call/ids.ts';
import type { CallEvent } from '../events/event.ts';

/** What a filter looks at. */
export interface EventTraits {
  /** Whose copy it is: ThisDN; of the copy of an author who is not on the call, which has none, ThirdPartyDN. */
  readonly dn: string | undefined;
  readonly connId: string | undefined;
  /** Name of the event. */
  readonly id: string;
}

/** Of each kind one of the values; a kind without values lets everything pass. All kinds must agree. */
export interface EventFilter {
  readonly dn?: ReadonlySet<string>;
  readonly connId?: ReadonlySet<string>;
  readonly id?: ReadonlySet<string>;
  /** Only calls of this tenant; what belongs to no call is left out. */
  readonly tenant?: string;
}

/** What a filter has to look at, kept when the event itself has been encoded. */
export function traitsOf(event: CallEvent): EventTraits {
  return {
    dn: event.ThisDN ?? event.ThirdPartyDN,
    connId: 'ConnID' in event ? event.ConnID : undefined,
    id: event.id,
  };
}

/** Whether every kind of the filter agrees. */
export function passes(traits: EventTraits, filter: EventFilter): boolean {
  return (
    isOfTenant(traits.connId, filter.tenant) &&
    isOneOf(traits.id, filter.id) &&
    isOneOf(traits.connId, filter.connId) &&
    isOneOf(traits.dn, filter.dn)
  );
}

function isOfTenant(connId: string | undefined, tenant: string | undefined): boolean {
  return tenant === undefined || (connId !== undefined && tenantOf(connId) === tenant);
}

function isOneOf(trait: string | undefined, wanted: ReadonlySet<string> | undefined): boolean {
  return wanted === undefined || (trait !== undefined && wanted.has(trait));
}
