import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BatonError } from '../errors.ts';
import type { Grant } from './bearer.ts';

/** Requests a second; no limit where absent. */
export interface RequestRates {
  /** Of one token, or of one address where none is asked for. */
  readonly perSecond?: number;
  /** Of one address without a valid token. */
  readonly refusedPerSecond?: number;
}

type Count = ReturnType<FastifyInstance['createRateLimit']>;

const windowMs = 1_000;
/** Pairs of address and token that are remembered as let in. */
const maxKnown = 10_000;

/** Who asks too much. Routes count by themselves; what never gets to one is counted here. */
export class RateLimits {
  #countSender: Count | undefined;
  #countRefused: Count | undefined;
  /** Address and token that have been let in; the newest last. */
  readonly #known = new Set<string>();

  constructor(app: FastifyInstance, { perSecond, refusedPerSecond }: RequestRates) {
    // Without a limit for routes it counts nothing by itself.
    app.register(rateLimit, {
      global: perSecond !== undefined,
      ...(perSecond !== undefined && { max: perSecond }),
      timeWindow: windowMs,
      keyGenerator: ({ grant, ip }) => (grant.id === '' ? normalizeIP(ip) : grant.id),
      errorResponseBuilder: () => new BatonError('too-many-requests'),
    });
    app.after(() => {
      if (perSecond !== undefined) this.#countSender = app.createRateLimit();
      if (refusedPerSecond === undefined) return;
      const max = Math.min(refusedPerSecond, perSecond ?? Infinity);
      this.#countRefused = app.createRateLimit({ max, keyGenerator: ({ ip }) => normalizeIP(ip) });
    });
  }

  /**
   * Seconds to wait for the sender of a request that names no route; undefined: it may go on to its refusal.
   */
  async waitForUnknown(request: FastifyRequest): Promise<number | undefined> {
    return await waitOf(this.#countSender, request);
  }

  /**
   * The same where tokens are asked for. An address that has sent too many wrong ones learns nothing about the next, not even when it is
   * right: tokens cannot be guessed at speed. Who has been let in from there before is not locked out by a neighbour who guesses.
   */
  async waitForStranger(request: FastifyRequest, grant: Grant | undefined): Promise<number | undefined> {
    if (grant?.id === '') return undefined;
    if (grant === undefined) return await waitOf(this.#countRefused, request);
    const pair = `${normalizeIP(request.ip)} ${grant.id}`;
    if (!this.#known.delete(pair)) {
      const waitS = await waitOf(this.#countRefused, request, { increment: false });
      if (waitS !== undefined) return waitS;
    }
    this.#known.add(pair);
    if (this.#known.size > maxKnown) for (const oldest of this.#known) return void this.#known.delete(oldest);
    return undefined;
  }
}

async function waitOf(
  count: Count | undefined,
  request: FastifyRequest,
  options: { readonly increment?: boolean } = {},
): Promise<number | undefined> {
  const counted = await count?.(request, options);
  return counted?.isAllowed === false && counted.isExceeded ? counted.ttlInSeconds : undefined;
}
