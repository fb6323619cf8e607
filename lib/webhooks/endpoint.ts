import { Pool } from 'undici';
import type { After } from '../engine/control/after.ts';
import { parseRetryAfter } from './attempt.ts';
import { CLOUD_EVENT_CONTENT_TYPE } from './cloud-event.ts';
import { keyOf, signatureOf } from './signature.ts';

/** What a receiver gets: a CloudEvent by its id. */
export interface Letter {
  readonly id: string;
  readonly body: string;
}

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'failed'; readonly why: 'timeout' | 'network' };

export interface EndpointOptions {
  readonly url: string;
  readonly secret: string;
  /** For the whole exchange: connection, request and answer. */
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly after: After;
  readonly nowMs: () => number;
}

/** Octets of an answer that are read so that the connection can be used again; a longer answer costs it. */
const drainedBytes = 16_384;

/** One receiver: its address, its secret, and connections that stay open. Redirects are not followed. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #key: Buffer;
  readonly #path: string;
  readonly #pool: Pool;

  constructor(options: EndpointOptions) {
    const { origin, pathname, search } = new URL(options.url);
    this.#options = options;
    this.#key = keyOf(options.secret);
    this.#path = pathname + search;
    this.#pool = new Pool(origin, {
      connections: options.maxConnections,
      connect: { timeout: options.timeoutMs },
      // The time limit is one for the whole exchange, and ours.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Never rejects. */
  async post(letter: Letter): Promise<Answer> {
    const { after, timeoutMs, nowMs } = this.#options;
    const limit = new AbortController();
    const cancel = after(timeoutMs, () => limit.abort());
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: this.#headersOf(letter),
        body: letter.body,
        signal: limit.signal,
      });
      // What it says does not count, and whether it breaks off neither: the status has been given.
      await body.dump({ limit: drainedBytes }).catch(() => undefined);
      const retryAfter = parseRetryAfter(firstOf(headers['retry-after']), nowMs());
      return { kind: 'answered', status: statusCode, retryAfterMs: retryAfter };
    } catch {
      return { kind: 'failed', why: limit.signal.aborted ? 'timeout' : 'network' };
    } finally {
      cancel();
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #headersOf({ id, body }: Letter): Record<string, string> {
    const timestampS = Math.floor(this.#options.nowMs() / 1000);
    return {
      'content-type': CLOUD_EVENT_CONTENT_TYPE,
      'user-agent': 'baton',
      'webhook-id': id,
      'webhook-timestamp': `${timestampS}`,
      'webhook-signature': signatureOf({ id, timestampS, body }, this.#key),
    };
  }
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
