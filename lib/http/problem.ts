import { type ErrorCode, errorEntry } from '../errors.ts';

export const problemMediaType = 'application/problem+json';

/** RFC 9457 §3.2: extension members. */
export interface ProblemMembers {
  /** Of the fault within the body, a JSON pointer (RFC 6901). */
  readonly path?: string;
  /** Of the data, when the request counted on another. */
  readonly revision?: number;
}

/** RFC 9457 §3.1, with our code as an extension member. */
export interface ProblemDetails extends ProblemMembers {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: ErrorCode;
}

/** `type` is `urn:baton:error:<code>`: it names the kind of problem and need not be fetched (RFC 9457 §3.1.1). */
export function problemFor(code: ErrorCode, detail?: string, members: ProblemMembers = {}): ProblemDetails {
  const { meaning, httpStatus = 500 } = errorEntry(code);
  const problem = { type: `urn:baton:error:${code}`, title: meaning, status: httpStatus, code, ...members };
  return detail === undefined ? problem : { ...problem, detail };
}
