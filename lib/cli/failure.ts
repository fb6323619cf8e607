import { ConfigError } from '../config.ts';
import { BatonError, errorEntry } from '../errors.ts';
import { exitCodes } from './terminal.ts';

export interface Complaint {
  readonly text: string;
  readonly exitCode: number;
}

/** Errors of listening that only the operator can mend. */
const listenErrors = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'];

/** What a failure that the operator can mend is told as; undefined for defects. */
export function complaintOf(error: unknown): Complaint | undefined {
  if (error instanceof ConfigError) return { text: error.message, exitCode: exitCodes.config };
  if (error instanceof BatonError && error.code !== 'internal') {
    return { text: error.message, exitCode: errorEntry(error.code).exitCode ?? exitCodes.failed };
  }
  if (error instanceof Error && 'code' in error && listenErrors.includes(String(error.code))) {
    return { text: error.message, exitCode: exitCodes.failed };
  }
  return undefined;
}
