import type { Dispatcher, Pool } from 'undici';
import { parseRetryAfter } from '../client/retry-after.ts';
import type { After } from '../engine/control/after.ts';
import { answerText, maxAnswerBytes, receiverAt } from '../outgoing-http/receiver.ts';
import { CLOUD_EVENT_CONTENT_TYPE } from './cloud-event.ts';
import { keyOf, signatureOf } from './signature.ts';

/** What a receiver gets: a CloudEvent by its id. */
export interface Letter {
  readonly id: string;
  readonly body: string;
}

export interface Failed {
  readonly kind: 'failed';
  readonly why: 'timeout' | 'network';
}

/** To an event. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | undefined }
  | Failed;

/** To a question. `text`: undefined when it is longer than anybody reads. */
export type Reply =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string | undefined }
  | Failed;

export interface EndpointOptions {
  readonly url: string;
  readonly secret: string;
  /** For the whole exchange: connection, request and answer. */
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly after: After;
  readonly nowMs: () => number;
}

/** One receiver: its address, its secret, and connections that stay open. Redirects are not followed. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #key: Buffer;
  readonly #path: string;
  readonly #pool: Pool;

  constructor(options: EndpointOptions) {
    const { pool, path } = receiverAt(options);
    this.#options = options;
    this.#key = keyOf(options.secret);
    this.#path = path;
    this.#pool = pool;
  }

  /** Never rejects. What the answer says does not count, and whether it breaks off neither: the status has been given. */
  async post(letter: Letter): Promise<Answer> {
    return this.#exchange(letter, undefined, async ({ statusCode, headers, body }) => {
      await body.dump({ limit: maxAnswerBytes });
      const retryAfterMs = parseRetryAfter(firstOf(headers['retry-after']), this.#options.nowMs());
      return { kind: 'answered', status: statusCode, retryAfterMs };
    });
  }

  /**
   * Never rejects. Somebody waits for the answer: a connection that broke, most likely one that the receiver was just closing,
   * is tried once more within the same time.
   */
  async ask(letter: Letter, withdrawn: AbortSignal): Promise<Reply> {
    return this.#exchange(letter, withdrawn, async ({ statusCode, body }) => ({
      kind: 'answered',
      status: statusCode,
      text: await answerText(body),
    }));
  }

  async #exchange<Read>(
    letter: Letter,
    withdrawn: AbortSignal | undefined,
    read: (response: Dispatcher.ResponseData) => Promise<Read>,
  ): Promise<Read | Failed> {
    const limit = new AbortController();
    const end = (): void => limit.abort();
    const cancel = this.#options.after(this.#options.timeoutMs, end);
    withdrawn?.addEventListener('abort', end, { once: true });
    try {
      return await read(await this.#request(letter, limit.signal, withdrawn === undefined ? 1 : 2));
    } catch {
      return { kind: 'failed', why: limit.signal.aborted ? 'timeout' : 'network' };
    } finally {
      cancel();
      withdrawn?.removeEventListener('abort', end);
    }
  }

  async #request(letter: Letter, signal: AbortSignal, attempts: number): Promise<Dispatcher.ResponseData> {
    const request = {
      method: 'POST',
      path: this.#path,
      headers: this.#headersOf(letter),
      body: letter.body,
    } as const;
    try {
      return await this.#pool.request({ ...request, signal });
    } catch (error) {
      if (attempts > 1 && !signal.aborted && !this.#pool.destroyed)
        return this.#request(letter, signal, attempts - 1);
      throw error;
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
