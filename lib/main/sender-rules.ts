import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { randomHex } from '../engine/random.ts';
import { DigestCheck, type DigestUser } from '../registrar/digest-check.ts';
import { type DigestAlgorithm, ha1Of, type Hash } from '../registrar/digest-credentials.ts';
import type { SenderRules } from '../registrar/sender.ts';
import type { OwnPlaces } from './own-places.ts';

/** Phones show who they are in one way, whatever they want. */
export function senderRulesOf(config: Config, { isOwnHost }: Pick<OwnPlaces, 'isOwnHost'>): SenderRules {
  const digest = digestCheckOf(config);
  return { isOwnHost, ...(digest !== undefined && { digest }) };
}

const nodeNames: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

const hash: Hash = (algorithm, text) => createHash(nodeNames[algorithm]).update(text).digest('hex');

/** Undefined where nobody has a password. */
function digestCheckOf({ registrar, tenant: defaultTenant }: Config): DigestCheck | undefined {
  const { digest } = registrar;
  if (digest.users.length === 0) return undefined;
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
