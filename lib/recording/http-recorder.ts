import type { Pool } from 'undici';
import { answerText, receiverAt } from '../outgoing-http/receiver.ts';
import type { Clock } from '../ports.ts';

export interface HttpRecorderOptions {
  readonly url: string;
  /** `Authorization: Bearer`; none when empty. */
  readonly token: string;
  /** Of one attempt: connection, request and answer. */
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly clock: Clock;
}

export interface Command {
  /** The same for each attempt: the recorder carries it out once. */
  readonly key: string;
  readonly body: string;
  /** Time of the clock after which nobody waits any more. */
  readonly deadlineMs?: number;
}

export type Said =
  /** 2xx. `body`: its JSON, if it is some. */
  | { readonly kind: 'done'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly status: number }
  /** Nobody knows whether it was carried out. */
  | { readonly kind: 'silent'; readonly why: 'timeout' | 'network' };

/** RFC 9110 §15: the same request may succeed later; so does every 5xx. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** Posts to the recorder, over connections that stay open. What did not succeed is tried once more. */
export class HttpRecorder {
  readonly #options: HttpRecorderOptions;
  readonly #pool: Pool;
  readonly #path: string;

  constructor(options: HttpRecorderOptions) {
    const { pool, path } = receiverAt(options);
    this.#options = options;
    this.#path = path;
    this.#pool = pool;
  }

  /** Never rejects. */
  async post(command: Command): Promise<Said> {
    const first = await this.#attempt(command);
    const isFinal = first.kind === 'done' || (first.kind === 'refused' && !mayPass(first.status));
    if (isFinal || this.#pool.destroyed || this.#leftMs(command) <= 0) return first;
    const second = await this.#attempt(command);
    // Who may have done it at the first time may still be doing it.
    return second.kind === 'refused' && first.kind === 'silent' ? first : second;
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #leftMs({ deadlineMs }: Command): number {
    const { clock, timeoutMs } = this.#options;
    return deadlineMs === undefined ? timeoutMs : Math.min(timeoutMs, deadlineMs - clock.nowMs());
  }

  async #attempt(command: Command): Promise<Said> {
    const limit = new AbortController();
    const cancel = this.#options.clock.after(Math.max(0, this.#leftMs(command)), () => limit.abort());
    try {
      const { statusCode, body } = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: this.#headersOf(command),
        body: command.body,
        signal: limit.signal,
      });
      const text = (await answerText(body)) ?? '';
      if (statusCode < 200 || statusCode > 299) return { kind: 'refused', status: statusCode };
      return { kind: 'done', body: jsonOf(text) };
    } catch {
      return { kind: 'silent', why: limit.signal.aborted ? 'timeout' : 'network' };
    } finally {
      cancel();
    }
  }

  #headersOf({ key }: Command): Record<string, string> {
    const { token } = this.#options;
    return {
      'content-type': 'application/json',
      'user-agent': 'baton',
      // A userid may hold any character; a header may not.
      'idempotency-key': encodeURIComponent(key),
      ...(token !== '' && { authorization: `Bearer ${token}` }),
    };
  }
}

function mayPass(status: number): boolean {
  return status >= 500 || passing.has(status);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
