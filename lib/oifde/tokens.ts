import { createHash, createPublicKey, generateKeyPair, type KeyObject, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, SignJWT } from 'jose';
import { isMembers, type Ret, rets, textOf } from './request.ts';

/** An application that gets tokens. */
export interface App {
  readonly appKey: string;
  readonly appSecret: string;
  /** The only one whose calls its tokens are for; all when absent. */
  readonly tenant?: string | undefined;
}

export interface TokensOptions {
  /** `off`: every token will do, for a laboratory. */
  readonly mode: 'off' | 'jwt';
  /** `iss` of our tokens, and of those that count; any when empty and they are not ours. */
  readonly issuer: string;
  readonly apps: readonly App[];
  /** Opaque ones that count as well. */
  readonly tokens: readonly string[];
  /** RSA. Absent: a pair for the life of this process, made when it is first needed. */
  readonly privateKey?: KeyObject;
  /** Whose tokens count, instead of ours. */
  readonly jwksUrl?: string;
  readonly nowMs: () => number;
  /** The keys at `jwksUrl` could not be had. */
  readonly onKeysMissing: (error: unknown) => void;
}

export type TokenVerdict =
  | { readonly ok: true; readonly tenant?: string }
  | { readonly ok: false; readonly ret: Ret; readonly fault: string };

/** Answer to `gettoken`. */
export interface GivenToken {
  readonly errorCode: string;
  readonly errorMsg: string;
  readonly authToken?: string;
  /** Seconds. */
  readonly expireTime?: number;
}

const lifetimeS = 3_600;
const algorithm = 'RS256';
/** The IVR waits for the answer that waits for the keys. */
const keysTimeoutMs = 800;

const missing = { ok: false, ret: rets.tokenMissing, fault: 'no token' } as const;
const notText = { ok: false, ret: rets.parameter, fault: 'auth_token is no text' } as const;

/** Gives tokens to applications, and checks those that come. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #opaque: readonly Buffer[];
  readonly #remoteKeys: ReturnType<typeof createRemoteJWKSet> | undefined;
  #ownKeys: Promise<{ readonly privateKey: KeyObject; readonly publicKey: KeyObject }> | undefined;

  constructor(options: TokensOptions) {
    const { jwksUrl, tokens } = options;
    this.#options = options;
    this.#opaque = tokens.map(digestOf);
    this.#remoteKeys =
      jwksUrl === undefined
        ? undefined
        : createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: keysTimeoutMs });
  }

  /** Never rejects. */
  async give(body: unknown): Promise<GivenToken> {
    if (!isMembers(body)) return refused(rets.parameter, 'the body is no object');
    const appKey = textOf(body, 'appKey');
    const appSecret = textOf(body, 'appSecret');
    if (appKey === undefined || appSecret === undefined)
      return refused(rets.parameter, 'appKey and appSecret are needed');
    if (this.#remoteKeys !== undefined) return refused(rets.unknown, 'tokens are given elsewhere');
    const app = this.#appOf(appKey, appSecret);
    if (app === undefined) return refused(rets.tokenWrong, 'appKey or appSecret is wrong');
    const { privateKey } = await this.#keys();
    const nowS = Math.floor(this.#options.nowMs() / 1000);
    const authToken = await new SignJWT({ ...(app.tenant !== undefined && { tenant: app.tenant }) })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(this.#options.issuer)
      .setSubject(app.appKey)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + lifetimeS)
      .sign(privateKey);
    return { errorCode: rets.ok, errorMsg: 'success', authToken, expireTime: lifetimeS };
  }

  /** Never rejects. */
  async check(token: unknown): Promise<TokenVerdict> {
    const { mode } = this.#options;
    if (token !== undefined && typeof token !== 'string') return notText;
    if (token === undefined || token === '')
      return mode === 'off' ? { ...missing, ret: rets.parameter } : missing;
    if (mode === 'off' || this.#isOpaque(token)) return { ok: true };
    try {
      const { tenant } = await this.#verify(token);
      return { ok: true, ...(typeof tenant === 'string' && { tenant }) };
    } catch (error) {
      // RFC 7519 §4.1.4; its signature is good, it has been checked before.
      if (error instanceof errors.JWTExpired)
        return { ok: false, ret: rets.tokenMissing, fault: 'the token has expired' };
      if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout)
        this.#options.onKeysMissing(error);
      const fault = error instanceof Error ? error.message : String(error);
      return { ok: false, ret: rets.tokenWrong, fault };
    }
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { issuer, nowMs } = this.#options;
    const rules = {
      algorithms: [algorithm],
      requiredClaims: ['exp'],
      currentDate: new Date(nowMs()),
      ...(issuer !== '' && { issuer }),
    };
    if (this.#remoteKeys !== undefined) return (await jwtVerify(token, this.#remoteKeys, rules)).payload;
    const { publicKey } = await this.#keys();
    return (await jwtVerify(token, publicKey, rules)).payload;
  }

  async #keys() {
    this.#ownKeys ??= pairOf(this.#options.privateKey);
    return await this.#ownKeys;
  }

  /** All are compared, in a time that tells nothing. In a laboratory anybody is one. */
  #appOf(appKey: string, appSecret: string): Omit<App, 'appSecret'> | undefined {
    const { apps, mode } = this.#options;
    const given = digestOf(`${appKey}\n${appSecret}`);
    let found: Omit<App, 'appSecret'> | undefined;
    for (const app of apps) {
      if (timingSafeEqual(digestOf(`${app.appKey}\n${app.appSecret}`), given)) found = app;
    }
    return mode === 'off' && apps.length === 0 ? { appKey } : found;
  }

  #isOpaque(token: string): boolean {
    const given = digestOf(token);
    let found = false;
    for (const known of this.#opaque) if (timingSafeEqual(known, given)) found = true;
    return found;
  }
}

function refused(errorCode: Ret, errorMsg: string): GivenToken {
  return { errorCode, errorMsg };
}

/** Of one length, as timingSafeEqual wants it. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function pairOf(given: KeyObject | undefined) {
  if (given !== undefined) return { privateKey: given, publicKey: createPublicKey(given) };
  return await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
}
