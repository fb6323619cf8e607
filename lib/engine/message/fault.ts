/**
 * Why a request cannot be accepted. RFC 3261 §21.4.1: the reason phrase "SHOULD identify the syntax problem in more
 * detail"; it is plain ASCII of ours and quotes nothing that came from the wire.
 */
export interface Fault {
  /** 400 Bad Request, 413 Request Entity Too Large, 414 Request-URI Too Long, 416 Unsupported URI Scheme, 505, 513. */
  readonly status: 400 | 413 | 414 | 416 | 505 | 513;
  readonly reason: string;
}

export const fault = (status: Fault['status'], reason: string): Fault => ({ status, reason });
