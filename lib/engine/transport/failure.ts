import type { Hop, SendFailure } from './transport.ts';
import { formatHop } from './address.ts';

/** System error codes by what they mean for one message; everything else counts as unreachable. */
const FAILURES: Readonly<Record<string, SendFailure>> = {
  ECONNREFUSED: 'refused',
  EMSGSIZE: 'too-large',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ERR_STREAM_DESTROYED: 'closed',
  ERR_STREAM_WRITE_AFTER_END: 'closed',
  ERR_SOCKET_CLOSED: 'closed',
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION: 'closed',
  ERR_SOCKET_DGRAM_NOT_RUNNING: 'closed',
};

export function failureOf(error: unknown): SendFailure {
  return FAILURES[codeOf(error)] ?? 'unreachable';
}

/** The code of a system error, or the name of any other. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
  EAFNOSUPPORT: 'this machine has no such address family',
};

/**
 * A listen address that could not be bound. The message names it: `cannot listen on udp:127.0.0.1:5060: the
 * port is in use (EADDRINUSE)`.
 */
export class ListenError extends Error {
  readonly hop: Hop;
  readonly code: string;

  constructor(hop: Hop, cause: unknown) {
    const code = codeOf(cause);
    const reason = REASONS[code];
    super(`cannot listen on ${formatHop(hop)}: ${reason === undefined ? code : `${reason} (${code})`}`, {
      cause,
    });
    this.name = 'ListenError';
    this.hop = hop;
    this.code = code;
  }
}
