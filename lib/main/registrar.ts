import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { randomHex } from '../engine/random.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock, Shelf, Signalling } from '../ports.ts';
import { Prober } from '../registrar/prober.ts';
import { DigestCheck, type DigestUser } from '../registrar/digest-check.ts';
import { type DigestAlgorithm, ha1Of, type Hash } from '../registrar/digest-credentials.ts';
import { Registrar } from '../registrar/registrar.ts';
import { Registrations, type ServiceChange } from '../registrar/registrations.ts';
import { registrationFrom, storedRegistration } from '../registrar/stored.ts';
import type { Started } from './started.ts';

export interface RegistrarSurroundings {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly started: Started;
  readonly clock: Clock;
  readonly isOwnHost: (host: string) => boolean;
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
  const { enabled, digest, probe: probing, ...options } = config.registrar;
  if (!enabled) return undefined;
  const { log, metrics, started, clock, isOwnHost, signalling, shelf, onService } = around;
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
  const check = digest.users.length === 0 ? undefined : newDigestCheck(config);
  const registrar = new Registrar({
    options,
    registrations,
    isOwnHost,
    ...(check !== undefined && { digest: check }),
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

const nodeNames: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

const hash: Hash = (algorithm, text) => createHash(nodeNames[algorithm]).update(text).digest('hex');

function newDigestCheck({ registrar: { digest }, tenant: defaultTenant }: Config): DigestCheck {
  const { realm, algorithms, nonceLifetimeMs } = digest;
  const users = digest.users.map(({ name, password, ha1, dns, tenant }): DigestUser => {
    const hashed = (algorithm: DigestAlgorithm): string =>
      ha1?.[algorithm]?.toLowerCase() ??
      ha1Of({ username: name, realm, password: password ?? '' }, algorithm, hash);
    const hashes = Object.fromEntries(algorithms.map(algorithm => [algorithm, hashed(algorithm)]));
    return { name, tenant: tenant ?? defaultTenant, dns: dns ?? [name], ha1: hashes };
  });
  // Another at each start: nonces of before are stale then, which costs each phone one more request.
  const key = randomBytes(32);
  return new DigestCheck({
    realm,
    algorithms,
    users,
    nonceLifetimeMs,
    hash,
    sign: text => createHmac('sha256', key).update(text).digest('hex'),
    randomHex: digits => randomHex(digits / 2),
  });
}
