import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock, Shelf, Signalling } from '../ports.ts';
import { Prober } from '../registrar/prober.ts';
import type { SenderRules } from '../registrar/sender.ts';
import { Registrar } from '../registrar/registrar.ts';
import { Registrations, type ServiceChange } from '../registrar/registrations.ts';
import { registrationFrom, storedRegistration } from '../registrar/stored.ts';
import type { Started } from './started.ts';

export interface RegistrarSurroundings extends SenderRules {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly started: Started;
  readonly clock: Clock;
  readonly signalling: Pick<Signalling, 'probe'>;
  /** What survives a restart. */
  readonly shelf: Shelf;
  /** A DN can be called now, or cannot any more. */
  readonly onService: (change: ServiceChange) => void;
}

/** Who has registered, and what takes REGISTER. */
export interface RunningRegistrar {
  readonly registrar: Registrar;
  readonly registrations: Registrations;
  /** Takes over who had registered when the last process ended, and tells who is gone meanwhile. To be called once, at first. */
  restore(): void;
}

/** Undefined where REGISTER is not served. */
export function startRegistrar(config: Config, around: RegistrarSurroundings): RunningRegistrar | undefined {
  const { enabled, probe: probing, ...options } = config.registrar;
  if (!enabled) return undefined;
  const { log, metrics, started, clock, isOwnHost, digest, signalling, shelf, onService } = around;
  const prober = new Prober({
    ...probing,
    clock,
    random: Math.random,
    ask: (target, answered) => signalling.probe(target, answered),
    heard: (key, uri, health) => registrations.heard(key, uri, health),
    counted: outcome => metrics.registrar.contactProbed(outcome),
  });
  const watch: Prober['watch'] = (key, registration) => {
    if (probing.intervalMs > 0) prober.watch(key, registration);
  };
  const registrations = new Registrations({
    clock,
    onChanged: (key, registration) => {
      shelf.put(`${key.tenant}/${key.dn}`, registration && storedRegistration(registration));
      watch(key, registration);
    },
    onService: change => {
      const { tenant, dn, reason } = change;
      log.info({ tenant, dn, reason }, change.inService ? 'dn in service' : 'dn out of service');
      onService(change);
    },
  });
  const registrar = new Registrar({
    options,
    registrations,
    isOwnHost,
    ...(digest !== undefined && { digest }),
    clock,
    counted: outcome => metrics.registrar.registerAnswered(outcome),
    log,
  });
  metrics.registrar.readRegistrations(() => registrations);
  started.add(async () => {
    registrations.stop();
    prober.stop();
    await Promise.resolve();
  });
  const restore = (): void => {
    for (const [name, thing] of shelf.entries()) {
      const registration = registrationFrom(name, thing);
      if (registration === undefined) log.warn({ code: 'state-broken', name }, 'no registration');
      else registrations.restore(registration);
    }
    for (const registration of registrations.all()) watch(registration, registration);
  };
  return { registrar, registrations, restore };
}
