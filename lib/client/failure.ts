import type { ErrorCode } from '../errors.ts';
import { parseRetryAfter } from './retry-after.ts';

/**
 * What keeps a request from being answered by a Baton at all: nothing is reached or the connection breaks, it takes too long, or
 * somebody else answers.
 */
export type ReachCode = 'unreachable' | 'timed-out' | 'not-baton';

export interface FailureDetails {
  /** One of docs/errors.md, a newer Baton's code, or what kept the request from a Baton. */
  readonly code: ErrorCode | ReachCode | (string & {});
  /** HTTP status of the answer. */
  readonly status?: number;
  /** What is wrong with this request in particular. */
  readonly detail?: string;
  /** JSON pointer (RFC 6901) to the fault in the request's body. */
  readonly path?: string;
  /** `revision-conflict`: the revision that the data has. */
  readonly revision?: number;
  /** How long to wait before asking again. */
  readonly retryAfterMs?: number;
}

/** Every failure of a client: the problem that Baton answered with (RFC 9457), or why there is no answer. */
export class BatonClientError extends Error implements FailureDetails {
  readonly code: FailureDetails['code'];
  readonly status?: number;
  readonly detail?: string;
  readonly path?: string;
  readonly revision?: number;
  readonly retryAfterMs?: number;

  constructor(message: string, { code, ...details }: FailureDetails, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BatonClientError';
    this.code = code;
    Object.assign(this, details);
  }
}

/** Reads the problem of an answer that is no success. `nowMs`: milliseconds since the epoch. */
export async function failureOf(response: Response, nowMs: number): Promise<BatonClientError> {
  const { status, headers } = response;
  const problem = await problemIn(response);
  const retryAfterMs = parseRetryAfter(headers.get('retry-after') ?? undefined, nowMs);
  const waits = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (problem === undefined || typeof problem['code'] !== 'string')
    return new BatonClientError(`answered ${status}, and not by a Baton`, {
      code: 'not-baton',
      status,
      ...waits,
    });
  const { code, title, detail, path, revision } = problem;
  return new BatonClientError([title, detail].filter(isText).join(' '), {
    code,
    status,
    ...waits,
    ...(isText(detail) && { detail }),
    ...(isText(path) && { path }),
    ...(typeof revision === 'number' && { revision }),
  });
}

async function problemIn(response: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const found: unknown = await response.json();
    return typeof found === 'object' && found !== null ? { ...found } : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
