import { createHmac } from 'node:crypto';

/**
 * Signatures in the form of Standard Webhooks 1.0: `v1,<base64 of HMAC-SHA256>` over `<id>.<timestamp>.<body>`. Any of its
 * libraries verifies them.
 */

const serializedPrefix = 'whsec_';
/** Octets of a serialized secret, as the specification asks. */
const secretBytes = { least: 24, most: 64 };
const leastTextLength = 16;

export interface Signed {
  readonly id: string;
  /** When it is sent, seconds since the epoch: an old message that somebody plays again does not pass. */
  readonly timestampS: number;
  readonly body: string;
}

/** Checks a secret: `whsec_` and base64 (which is decoded), or any other text of at least 16 characters, taken as it is. */
export function parseWebhookSecret(text: string): string | Error {
  if (!text.startsWith(serializedPrefix)) {
    return text.length >= leastTextLength ? text : new Error('a secret has at least 16 characters');
  }
  const encoded = text.slice(serializedPrefix.length);
  const { length } = Buffer.from(encoded, 'base64');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded);
  if (isBase64 && length >= secretBytes.least && length <= secretBytes.most) return text;
  return new Error('expected whsec_ and the base64 of 24 to 64 octets');
}

/** The key of a secret that `parseWebhookSecret` took. */
export function keyOf(secret: string): Buffer {
  return secret.startsWith(serializedPrefix)
    ? Buffer.from(secret.slice(serializedPrefix.length), 'base64')
    : Buffer.from(secret);
}

/** The value of the header webhook-signature. */
export function signatureOf({ id, timestampS, body }: Signed, key: Buffer): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
}
