import { splitList } from '../engine/message/name-addr.ts';

/** Algorithms of RFC 7616 §6.1 that are served, the better first. */
export const digestAlgorithms = ['SHA-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** Hash of the text's UTF-8, in lower-case hex. */
export type Hash = (algorithm: DigestAlgorithm, text: string) => string;

/** What an Authorization header says (RFC 7616 §3.4). */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly cnonce: string;
  /** Its 8 hex digits, as they came. */
  readonly nc: string;
}

/** Longer ones are nobody's. */
const maxCredentialsChars = 4_096;

/** The value of an Authorization header; undefined when it is not Digest, not as RFC 7616 has it, or of what is not served. */
export function parseCredentials(value: string): DigestCredentials | undefined {
  if (value.length > maxCredentialsChars || !/^digest[ \t]/i.test(value)) return undefined;
  const params = paramsOf(value.slice('digest'.length));
  const of = (name: string): string => params?.get(name) ?? '';
  // RFC 7616 §3.3: without one it is MD5.
  const named = params?.get('algorithm') ?? 'MD5';
  const algorithm = digestAlgorithms.find(known => known === named.toUpperCase());
  const credentials = {
    username: of('username'),
    realm: of('realm'),
    nonce: of('nonce'),
    uri: of('uri'),
    response: of('response').toLowerCase(),
    cnonce: of('cnonce'),
    nc: of('nc').toLowerCase(),
  };
  // RFC 7616 §3.4: with the qop that we always ask for, cnonce and nc must be there.
  const isWhole = Object.values(credentials).every(text => text !== '') && of('qop').toLowerCase() === 'auth';
  if (algorithm === undefined || !isWhole || !/^[0-9a-f]{8}$/.test(credentials.nc)) return undefined;
  return { ...credentials, algorithm };
}

/** RFC 7616 §3.4: no name twice. */
function paramsOf(text: string): ReadonlyMap<string, string> | undefined {
  const params = new Map<string, string>();
  for (const item of splitList(text)) {
    const equals = item.indexOf('=');
    const name = item.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    if (name === '' || params.has(name)) return undefined;
    params.set(name, unquoted(item.slice(equals + 1).trim()));
  }
  return params;
}

/** RFC 3261 §25.1: in a quoted string a backslash takes the next character as it is. */
function unquoted(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

/** RFC 7616 §3.4.2: user, realm and password, hashed; what a registrar may keep instead of the password. */
export function ha1Of(
  {
    username,
    realm,
    password,
  }: { readonly username: string; readonly realm: string; readonly password: string },
  algorithm: DigestAlgorithm,
  hash: Hash,
): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/** RFC 7616 §3.4.1: what `response` must be. */
export function digestResponse(
  ha1: string,
  credentials: Omit<DigestCredentials, 'username' | 'realm' | 'response'>,
  method: string,
  hash: Hash,
): string {
  const { algorithm, nonce, nc, cnonce, uri } = credentials;
  const ha2 = hash(algorithm, `${method}:${uri}`);
  return hash(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`);
}
