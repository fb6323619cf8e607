import { BatonClientError, type ReachCode } from '../client/client.ts';
import { ConfigError } from '../config.ts';
import { BatonError, errorCodes, errorEntry } from '../errors.ts';
import { exitCodes } from './terminal.ts';

/** What the operator is told, and what the process ends with. */
export interface Complaint {
  readonly text: string;
  readonly exitCode: number;
}

/** A command line that cannot be followed; the text says what was expected. */
export class UsageError extends Error {}

/** Errors of listening that only the operator can mend. */
const listenErrors = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'];

const reachExitCodes = {
  unreachable: exitCodes.unavailable,
  'timed-out': exitCodes.unavailable,
  'not-baton': exitCodes.protocol,
} as const satisfies Record<ReachCode, number>;

/** What a failure that the operator can mend is told as; undefined for defects. */
export function complaintOf(error: unknown): Complaint | undefined {
  if (error instanceof UsageError) return { text: error.message, exitCode: exitCodes.usage };
  if (error instanceof ConfigError) return { text: error.message, exitCode: exitCodes.config };
  if (error instanceof BatonClientError) return { text: error.message, exitCode: exitCodeOf(error.code) };
  if (error instanceof BatonError && error.code !== 'internal') {
    return { text: error.message, exitCode: exitCodeOf(error.code) };
  }
  if (error instanceof Error && 'code' in error) {
    const { message: text } = error;
    if ('syscall' in error && error.syscall === 'open') return { text, exitCode: exitCodes.noInput };
    if (listenErrors.includes(String(error.code))) return { text, exitCode: exitCodes.failed };
  }
  return undefined;
}

/** Of a code of the table, or of what kept a request from a Baton. */
function exitCodeOf(code: string): number {
  const known = errorCodes.find(each => each === code);
  if (known !== undefined) return errorEntry(known).exitCode ?? exitCodes.failed;
  return code in reachExitCodes ? reachExitCodes[code as ReachCode] : exitCodes.failed;
}
