import { createHash, timingSafeEqual } from 'node:crypto';

/** What a token may be allowed to do. */
export const scopes = ['calls:read', 'calls:write', 'events:read', 'agents:read', 'agents:write'] as const;
export type HttpScope = (typeof scopes)[number];

/** A token of the configuration; one given as bare text has all rights. */
export interface HttpToken {
  readonly token: string;
  readonly scopes: readonly HttpScope[];
  /** The only tenant whose calls it sees; all when absent. */
  readonly tenant?: string | undefined;
}

/** What the sender of a request may do. */
export interface Grant {
  /** Tells senders apart without telling their tokens; empty when no token is asked for. */
  readonly id: string;
  readonly scopes: readonly HttpScope[];
  readonly tenant: string | undefined;
}

/** May do nothing that a token is asked for. */
export const nobody: Grant = { id: '', scopes: [], tenant: undefined };

const everybody: Grant = { id: '', scopes, tenant: undefined };

/** Checks `Authorization: Bearer <token>` (RFC 6750 §2.1) in a time that tells nothing about the tokens. */
export class BearerCheck {
  readonly #known: readonly { readonly digest: Buffer; readonly grant: Grant }[];

  constructor(tokens: readonly (string | HttpToken)[]) {
    this.#known = tokens.map(each => {
      const given = typeof each === 'string' ? { token: each, scopes } : each;
      const digest = digestOf(given.token);
      return { digest, grant: { id: digest.toString('hex'), scopes: given.scopes, tenant: given.tenant } };
    });
  }

  /** Undefined: not to be let in. Without tokens everybody may do everything. */
  grantOf(authorization: string | undefined): Grant | undefined {
    if (this.#known.length === 0) return everybody;
    const token = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const given = digestOf(token);
    let found: Grant | undefined;
    // Every token is compared, also after one has matched.
    for (const { digest, grant } of this.#known) if (timingSafeEqual(digest, given)) found = grant;
    return found;
  }
}

/** Of one length, as timingSafeEqual wants it. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
