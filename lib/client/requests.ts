import { BatonClientError, failureOf } from './failure.ts';
import type { AnswerOf, BodyOf, Method, ParamsOf, Path } from './operations.ts';
import { type After, afterRealTime, waitFor } from './timing.ts';

export interface ClientOptions {
  /** `http://host:port`, with a path where a proxy has put one in front. */
  readonly url: string;
  /** One of `http.tokens`; needed where some are configured. */
  readonly token?: string | undefined;
  /** How long one answer may take. Default 10 s. */
  readonly timeoutMs?: number;
  /** A request that came too soon (429) is sent again when Retry-After asks for no longer wait than this. Default 5 s; 0: never. */
  readonly longestRetryWaitMs?: number;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Timers. Default: real time. */
  readonly after?: After;
}

export interface Asked<Params, Body> {
  readonly params: Params;
  readonly body?: Body;
  /** Nothing is done twice for the same key. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OpenRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const defaultTimeoutMs = 10_000;
const defaultRetryWaitMs = 5_000;
/** A request that is always too soon is given up. */
const maxTries = 4;

/** Sends requests to one Baton, with the token, in time. */
export class Requests {
  readonly after: After;
  readonly #options: ClientOptions;
  readonly #base: string;

  /** Throws TypeError for what is no URL, or one with more than a place: it is shown in errors, and paths are put behind it. */
  constructor(options: ClientOptions) {
    const { origin, username, password, pathname, search, hash } = new URL(options.url);
    if (username !== '' || password !== '') throw new TypeError('a token, not user and password');
    if (search !== '' || hash !== '') throw new TypeError('no query and no fragment');
    this.#options = options;
    this.#base = (origin + pathname).replace(/\/+$/, '');
    this.after = options.after ?? afterRealTime;
  }

  /** Gives the JSON of a 2xx answer; throws BatonClientError, or the reason of the signal. */
  async send<P extends Path, M extends Method>(
    method: M,
    path: P,
    asked: Asked<ParamsOf<P, M>, BodyOf<P, M>>,
  ): Promise<AnswerOf<P, M>> {
    const { params, body, idempotencyKey, signal }: Asked<unknown, unknown> = asked;
    const place = withParams(path, params as Readonly<Record<string, string>>);
    const request: RequestInit = {
      method: method.toUpperCase(),
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    return (await this.#insist(place, request, signal)) as AnswerOf<P, M>;
  }

  /** Asks for something that does not end, and gives the answer once its header is there. The time limit is for that. */
  async open(place: string, { headers = {}, signal }: OpenRequest): Promise<Response> {
    const deadline = this.#deadline(signal);
    try {
      const response = await this.#fetch(place, { headers }, deadline.signal);
      if (!response.ok) throw await failureOf(response, Date.now());
      return response;
    } finally {
      deadline.over();
    }
  }

  /** RFC 6585 §4: a 429 was not carried out, so also a POST may be sent again. */
  async #insist(place: string, request: RequestInit, signal?: AbortSignal): Promise<unknown> {
    const { longestRetryWaitMs = defaultRetryWaitMs } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#ask(place, request, signal);
      } catch (error) {
        if (!(error instanceof BatonClientError) || error.status !== 429 || tries === maxTries) throw error;
        const { retryAfterMs } = error;
        if (retryAfterMs === undefined || retryAfterMs > longestRetryWaitMs) throw error;
        await waitFor(this.after, retryAfterMs, signal);
      }
    }
  }

  async #ask(place: string, request: RequestInit, signal?: AbortSignal): Promise<unknown> {
    const deadline = this.#deadline(signal);
    try {
      const response = await this.#fetch(place, request, deadline.signal);
      if (!response.ok) throw await failureOf(response, Date.now());
      const text = await response.text();
      return parseAnswer(text, response.status, this.#base + place);
    } catch (error) {
      throw this.#reasonOf(error, place, deadline.signal);
    } finally {
      deadline.over();
    }
  }

  async #fetch(place: string, request: RequestInit, signal: AbortSignal): Promise<Response> {
    const { token, fetch: send = fetch } = this.#options;
    const headers = {
      ...(request.headers as Record<string, string>),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    try {
      return await send(this.#base + place, { ...request, headers, signal });
    } catch (error) {
      throw this.#reasonOf(error, place, signal);
    }
  }

  /** What broke a request: who gave it up says why, all else is the network. */
  #reasonOf(error: unknown, place: string, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof BatonClientError) return error;
    const message = `nothing answers at ${this.#base}${place}`;
    return new BatonClientError(message, { code: 'unreachable' }, { cause: error });
  }

  #deadline(signal?: AbortSignal): { readonly signal: AbortSignal; over(): void } {
    const late = new AbortController();
    const { timeoutMs = defaultTimeoutMs } = this.#options;
    const over = this.after(timeoutMs, () => {
      late.abort(
        new BatonClientError(`no answer from ${this.#base} in ${timeoutMs} ms`, { code: 'timed-out' }),
      );
    });
    return { signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]), over };
  }
}

function withParams(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
}

function parseAnswer(text: string, status: number, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `${url} answered ${status}, and no JSON: no Baton?`;
    throw new BatonClientError(message, { code: 'not-baton', status }, { cause: error });
  }
}
