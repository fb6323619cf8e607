import { type ErrorCode, errorEntry } from '../errors.ts';

export const problemMediaType = 'application/problem+json';

/** RFC 9457 §3.1, with our code as an extension member. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: ErrorCode;
}

/** `type` is `urn:baton:error:<code>`: it names the kind of problem and need not be fetched (RFC 9457 §3.1.1). */
export function problemFor(code: ErrorCode, detail?: string): ProblemDetails {
  const { meaning, httpStatus = 500 } = errorEntry(code);
  const problem = { type: `urn:baton:error:${code}`, title: meaning, status: httpStatus, code };
  return detail === undefined ? problem : { ...problem, detail };
}
