import { type DestinationStream, destination, type Level, type Logger, pino, stdSerializers } from 'pino';
import { type Hidden, lineWithoutData, withoutData } from './log/redact.ts';

export type { Logger } from 'pino';
export type LogLevel = Level | 'silent';

/** What is logged, and what of it is hidden. */
export interface LogOptions {
  readonly level: LogLevel;
  /** Write values of attached data as they are; otherwise their keys only. */
  readonly userData: boolean;
  /** What is hidden all the same. */
  readonly hidden?: Hidden;
  /** Standard output when absent. */
  readonly stream?: DestinationStream;
}

/** Lines kept when the reader of standard output stands still; what is over that is lost, never waited for. */
const maxBacklogBytes = 16 * 1024 * 1024;

/**
 * One JSON object a line with pino's default keys. What a call carries for its parties is hidden in it, wherever it stands
 * (`withoutData`), unless `userData` is set; a line below the level costs nothing.
 */
export function createLog(options: LogOptions): Logger {
  const stream = options.stream ?? standardOutput();
  const { level, userData, hidden } = options;
  if (userData && hidden === undefined) return pino({ level }, stream);
  const log = (line: Record<string, unknown>) => lineWithoutData(line, userData ? hidden : undefined);
  return pino({ level, formatters: { log }, serializers: { err: errorWithoutData } }, stream);
}

/** Writes without waiting: a log reader that stops reading must not stop calls. Flushed at exit by pino. */
function standardOutput(): DestinationStream {
  return destination({ dest: 1, sync: false, maxLength: maxBacklogBytes });
}

/** Its message may quote a URI. */
function errorWithoutData(error: Error): unknown {
  return withoutData(stdSerializers.err(error));
}
