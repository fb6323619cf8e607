import { type DestinationStream, destination, type Level, type Logger, pino } from 'pino';
import { dataKeysOnly, payloadKeysOnly } from './log/redact.ts';

export type { Logger } from 'pino';
export type LogLevel = Level | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** Write values of attached data as they are; otherwise their keys only. */
  readonly userData: boolean;
  /** Standard output when absent. */
  readonly stream?: DestinationStream;
}

/** What a line about a call says besides its message; absent fields are left out. */
export interface CallFields {
  readonly connId: string;
  readonly leg?: string;
  readonly callId?: string;
  readonly dn?: string;
}

/** Lines kept when the reader of standard output stands still; what is over that is lost, never waited for. */
const maxBacklogBytes = 16 * 1024 * 1024;

const dataFields = ['userData', 'UserData', 'customContext'];

/**
 * One JSON object a line with pino's default keys. Values below `userData`, `UserData` and `customContext` (at the top or one level
 * below), and data headers and bodies below `signal` and `effect`, are redacted.
 */
export function createLog(options: LogOptions): Logger {
  const stream = options.stream ?? standardOutput();
  if (options.userData) return pino({ level: options.level }, stream);
  const redact = { paths: dataFields.flatMap(name => [name, `*.${name}`]), censor: dataKeysOnly };
  const serializers = { signal: payloadKeysOnly, effect: payloadKeysOnly };
  return pino({ level: options.level, redact, serializers }, stream);
}

export function childFor(log: Logger, fields: CallFields): Logger {
  return log.child(fields);
}

/** Writes without waiting: a log reader that stops reading must not stop calls. Flushed at exit by pino. */
function standardOutput(): DestinationStream {
  return destination({ dest: 1, sync: false, maxLength: maxBacklogBytes });
}
