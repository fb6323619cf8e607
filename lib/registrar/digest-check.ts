import { isNamed } from '../call/header-lines.ts';
import type { HeaderLine, NewRequest } from '../call/signal.ts';
import {
  type DigestAlgorithm,
  type DigestCredentials,
  digestResponse,
  type Hash,
  parseCredentials,
} from './digest-credentials.ts';
import { badRegister, type Refusal } from './limits.ts';
import { Nonces } from './nonces.ts';
import { isSameText } from './same-text.ts';

/** Somebody who may register, and what. */
export interface DigestUser {
  readonly name: string;
  readonly tenant: string;
  /** DNs that it may register; `*` among them: any. */
  readonly dns: readonly string[];
  /** RFC 7616 §3.4.2: of name, realm and password, in lower-case hex, for each algorithm that is served. */
  readonly ha1: Readonly<Partial<Record<DigestAlgorithm, string>>>;
}

export interface DigestOptions {
  readonly realm: string;
  /** The preferred one first. */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly users: readonly DigestUser[];
  readonly nonceLifetimeMs: number;
  readonly hash: Hash;
  /** A keyed hash, in hex. */
  readonly sign: (text: string) => string;
  readonly randomHex: (digits: number) => string;
}

export type DigestVerdict =
  | { readonly is: 'accepted'; readonly user: DigestUser }
  /** To be answered 401: nothing shown yet, or shown with a nonce that is not good any more. */
  | { readonly is: 'challenged'; readonly headers: readonly HeaderLine[] }
  | { readonly is: 'refused'; readonly refusal: Refusal };

/** As many phones as one node has. */
const maxNonces = 50_000;

/** RFC 3261 §22, RFC 7616 and RFC 8760: who sends a request, shown by a password that does not travel. */
export class DigestCheck {
  readonly #options: DigestOptions;
  readonly #users: ReadonlyMap<string, DigestUser>;
  readonly #nonces: Nonces;

  constructor(options: DigestOptions) {
    const { users, nonceLifetimeMs: lifetimeMs, sign, randomHex } = options;
    this.#options = options;
    this.#users = new Map(users.map(user => [keyOf(user.tenant, user.name), user]));
    this.#nonces = new Nonces({ lifetimeMs, maxNonces, sign, randomHex });
  }

  check(request: Pick<NewRequest, 'method' | 'headers'>, tenant: string, nowMs: number): DigestVerdict {
    const values = request.headers.filter(line => isNamed(line, 'authorization')).map(({ value }) => value);
    const shown = values.flatMap(value => parseCredentials(value) ?? []);
    // RFC 3261 §22.2: credentials of other realms may stand beside ours.
    const credentials = shown.find(({ realm }) => realm === this.#options.realm);
    if (credentials === undefined) {
      const isBroken = values.length > 0 && shown.length === 0;
      return isBroken
        ? refused(badRegister('the credentials cannot be read'))
        : this.#challenge(nowMs, false);
    }
    // RFC 3261 §22.4: that `uri` is not the Request-URI is no failure, for a proxy may have changed the one.
    const user = this.#userOf(credentials, request.method, tenant);
    if (user === undefined) {
      const headers = this.#challenges(nowMs, false);
      return refused({ code: 'credentials-wrong', text: 'no such user and password', headers });
    }
    // RFC 7616 §3.3: stale tells that only the nonce is at fault, so that nobody is asked for the password again.
    const isFresh = this.#nonces.use(credentials.nonce, Number.parseInt(credentials.nc, 16), nowMs);
    return isFresh ? { is: 'accepted', user } : this.#challenge(nowMs, true);
  }

  #userOf(credentials: DigestCredentials, method: string, tenant: string): DigestUser | undefined {
    const { hash, algorithms } = this.#options;
    if (!algorithms.includes(credentials.algorithm)) return undefined;
    const user = this.#users.get(keyOf(tenant, credentials.username));
    const ha1 = user?.ha1[credentials.algorithm];
    // Also for nobody: how long an answer takes tells nothing about who there is.
    const isRight = isSameText(credentials.response, digestResponse(ha1 ?? '', credentials, method, hash));
    return isRight && ha1 !== undefined ? user : undefined;
  }

  #challenge(nowMs: number, stale: boolean): DigestVerdict {
    return { is: 'challenged', headers: this.#challenges(nowMs, stale) };
  }

  /** RFC 8760 §2.4: one header for each algorithm, the preferred one on top. */
  #challenges(nowMs: number, stale: boolean): readonly HeaderLine[] {
    const { realm, algorithms } = this.#options;
    const nonce = this.#nonces.newNonce(nowMs);
    const end = stale ? ', stale=true' : '';
    return algorithms.map(algorithm => ({
      name: 'WWW-Authenticate',
      value: `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${end}`,
    }));
  }
}

/** Whether the user may register the DN. */
export function mayRegister({ dns }: DigestUser, dn: string): boolean {
  return dns.includes('*') || dns.includes(dn);
}

const refused = (refusal: Refusal): DigestVerdict => ({ is: 'refused', refusal });

/** Names of tenants have no slash. */
const keyOf = (tenant: string, name: string): string => `${tenant}/${name}`;
