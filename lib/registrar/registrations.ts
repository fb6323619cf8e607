import type { Dn } from '../call/ids.ts';
import type { Clock } from '../ports.ts';
import type { RegisteredContact, RegisteredDns } from '../routing/registered.ts';
import { type Binding, type DnKey, inOrder } from './binding.ts';

/** Why a DN can be called again, or cannot any more. `no-answer`: none of its contacts answers OPTIONS. */
export type ServiceReason = 'registered' | 'answers' | 'unregistered' | 'expired' | 'no-answer';

/** A DN has got its first contact that answers, or lost its last. */
export interface ServiceChange extends DnKey {
  readonly inService: boolean;
  readonly reason: ServiceReason;
  readonly atMs: number;
}

/** What is known of a contact besides what its REGISTER said. */
export type Health = 'unknown' | 'answering' | 'silent';

export interface RegisteredBinding extends Binding {
  readonly health: Health;
}

/** A DN and its contacts, the best first. */
export interface Registration extends DnKey {
  readonly inService: boolean;
  readonly bindings: readonly RegisteredBinding[];
}

export interface RegistrationsOptions {
  readonly clock: Clock;
  /** Called when the change has been made. */
  readonly onService: (change: ServiceChange) => void;
  /** What there is now of a DN; undefined: nothing any more. Called before anybody is told. */
  readonly onChanged: (key: DnKey, registration: Registration | undefined) => void;
}

interface Entry extends DnKey {
  bindings: readonly RegisteredBinding[];
  inService: boolean;
  /** Stops the wait for the first of them to expire. */
  stopExpiry: () => void;
}

const nothing = (): void => undefined;

/**
 * All DNs that have registered, and until when. A DN is
 *
 *                     first contact                          all contacts silent
 *     not registered ───────────────▶ registered, in service ─────────────────▶ registered, out of service
 *           ▲  ▲                           │            ▲    one answers or registers        │
 *           │  └──── last contact gone ────┘            └────────────────────────────────────┤
 *           └──────────────────────────────── last contact gone (told already) ──────────────┘
 */
export class Registrations implements RegisteredDns {
  readonly #options: RegistrationsOptions;
  readonly #entries = new Map<string, Entry>();
  #count = 0;

  constructor(options: RegistrationsOptions) {
    this.#options = options;
  }

  /** All contacts of all DNs. */
  get bindingCount(): number {
    return this.#count;
  }

  get dnCount(): number {
    return this.#entries.size;
  }

  /** A contact is registered for the DN, whether it answers or not. */
  isRegistered({ tenant, dn }: { readonly tenant: string; readonly dn: string }): boolean {
    return this.#entries.has(keyOf(tenant, dn));
  }

  /** The DN can be called: one of its contacts answers, as far as we know. */
  isInService({ tenant, dn }: DnKey): boolean {
    return this.#entries.get(keyOf(tenant, dn))?.inService ?? false;
  }

  of({ tenant, dn }: DnKey): Registration | undefined {
    return this.#entries.get(keyOf(tenant, dn));
  }

  all(): Iterable<Registration> {
    return this.#entries.values();
  }

  contactsOf(tenant: string, dn: string): readonly RegisteredContact[] {
    const bindings = this.#entries.get(keyOf(tenant, dn))?.bindings ?? [];
    return bindings
      .filter(({ health }) => health !== 'silent')
      .map(({ uri, via, trunk }) => ({ requestUri: uri, ...(via !== undefined && { via }), trunk }));
  }

  /** What a REGISTER has made of them. */
  register(key: DnKey, bindings: readonly Binding[]): void {
    const known = new Map(this.of(key)?.bindings.map(binding => [binding.uri, binding]));
    const after = bindings.map(binding => ({
      ...binding,
      health: healthOf(binding, known.get(binding.uri)),
    }));
    this.#put(key, after, { in: 'registered', out: 'unregistered' });
  }

  /** What came of asking a contact by OPTIONS. One that is not registered any more is passed over. */
  heard(key: DnKey, uri: string, health: Exclude<Health, 'unknown'>): void {
    const entry = this.of(key);
    const before = entry?.bindings.find(binding => binding.uri === uri);
    if (entry === undefined || before === undefined || before.health === health) return;
    const after = entry.bindings.map(binding => (binding === before ? { ...binding, health } : binding));
    this.#put(key, after, { in: 'answers', out: 'no-answer' });
  }

  /** What was there when the process ended. What has expired since is gone by now, and told so. */
  restore(registration: Registration): void {
    const { tenant, dn, bindings, inService } = registration;
    const entry: Entry = { tenant, dn, bindings, inService, stopExpiry: nothing };
    this.#entries.set(keyOf(tenant, dn), entry);
    this.#count += bindings.length;
    this.#expire(entry);
  }

  /** Nothing expires any more. */
  stop(): void {
    for (const entry of this.#entries.values()) entry.stopExpiry();
  }

  #put(
    key: DnKey,
    bindings: readonly RegisteredBinding[],
    reasons: { readonly in: ServiceReason; readonly out: ServiceReason },
  ): void {
    const { tenant, dn } = key;
    const id = keyOf(tenant, dn);
    const known = this.#entries.get(id);
    if (known === undefined && bindings.length === 0) return;
    const entry = known ?? { tenant, dn, bindings: [], inService: false, stopExpiry: nothing };
    const wasInService = entry.inService;
    this.#count += bindings.length - entry.bindings.length;
    entry.bindings = inOrder(bindings);
    entry.inService = bindings.some(({ health }) => health !== 'silent');
    if (bindings.length === 0) this.#entries.delete(id);
    else this.#entries.set(id, entry);
    this.#awaitExpiry(entry);
    this.#options.onChanged(key, bindings.length === 0 ? undefined : entry);
    if (entry.inService === wasInService) return;
    const { inService } = entry;
    const reason = inService ? reasons.in : reasons.out;
    this.#options.onService({ tenant, dn, inService, reason, atMs: this.#options.clock.nowMs() });
  }

  #awaitExpiry(entry: Entry): void {
    const { clock } = this.#options;
    entry.stopExpiry();
    entry.stopExpiry = nothing;
    if (entry.bindings.length === 0) return;
    const nextMs = Math.min(...entry.bindings.map(({ expiresAtMs }) => expiresAtMs));
    entry.stopExpiry = clock.after(Math.max(0, nextMs - clock.nowMs()), () => this.#expire(entry));
  }

  #expire(entry: Entry): void {
    const nowMs = this.#options.clock.nowMs();
    const left = entry.bindings.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    if (left.length === entry.bindings.length) this.#awaitExpiry(entry);
    else this.#put(entry, left, { in: 'answers', out: 'expired' });
  }
}

/** Who has just been heard of is there, as far as we know. */
function healthOf({ refreshedAtMs }: Binding, before: RegisteredBinding | undefined): Health {
  if (before === undefined) return 'unknown';
  return before.health === 'silent' && before.refreshedAtMs !== refreshedAtMs ? 'unknown' : before.health;
}

/** Names of tenants have no slash. */
function keyOf(tenant: string, dn: Dn | string): string {
  return `${tenant}/${dn}`;
}
