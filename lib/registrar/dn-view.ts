import type { Dn } from '../call/ids.ts';
import type { Health, RegisteredBinding, Registration } from './registrations.ts';

/** A DN that has registered, as the API shows it. */
export interface DnView {
  readonly dn: Dn;
  readonly tenant: string;
  /** One of its contacts can be called. */
  readonly inService: boolean;
  /** The best first. */
  readonly contacts: readonly ContactView[];
}

export interface ContactView {
  readonly uri: string;
  /** Next hop; null: where `uri` leads. */
  readonly via: string | null;
  readonly q: number;
  /** `udp:192.0.2.1:5060`. */
  readonly source: string;
  readonly trunk: string | null;
  /** ISO 8601, as is the next. */
  readonly registeredAt: string;
  readonly expiresAt: string;
  /** Whether it answers OPTIONS; unknown before it was first asked. */
  readonly health: Health;
}

/** Of one tenant; of all where none is named. */
export function dnViews(registrations: Iterable<Registration>, tenant: string | undefined): DnView[] {
  const views: DnView[] = [];
  for (const registration of registrations)
    if (tenant === undefined || registration.tenant === tenant) views.push(viewOf(registration));
  return views;
}

function viewOf({ dn, tenant, inService, bindings }: Registration): DnView {
  return { dn, tenant, inService, contacts: bindings.map(contactView) };
}

function contactView(binding: RegisteredBinding): ContactView {
  const { uri, via = null, q, source, trunk, refreshedAtMs, expiresAtMs, health } = binding;
  return {
    uri,
    via,
    q,
    source,
    trunk: trunk === '' ? null : trunk,
    registeredAt: new Date(refreshedAtMs).toISOString(),
    expiresAt: new Date(expiresAtMs).toISOString(),
    health,
  };
}
