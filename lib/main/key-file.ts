import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/problem.ts';

/** RFC 7518 §3.3: RS256 takes keys of 2,048 bits or more. */
const leastKeyBits = 2_048;

/** The key in a file in PEM. Throws ConfigError, which says why it cannot be taken. */
export function keyIn(file: string): KeyObject {
  const problem = (message: string) => new ConfigError([{ key: 'recording.auth.privateKeyFile', message }]);
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error));
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < leastKeyBits)
    throw problem(`expected an RSA key of ${leastKeyBits} bits or more`);
  return key;
}
