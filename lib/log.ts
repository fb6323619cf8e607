import { type DestinationStream, type Level, type Logger, pino, stdSerializers } from 'pino';
import { gatheredOutput } from './log/gathered-output.ts';
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

/**
 * One JSON object a line with pino's default keys. What a call carries for its parties is hidden in it, wherever it stands
 * (`withoutData`), unless `userData` is set; a line below the level costs nothing.
 */
export function createLog(options: LogOptions): Logger {
  const stream = options.stream ?? gatheredOutput();
  const { level, userData, hidden } = options;
  if (userData && hidden === undefined) return pino({ level }, stream);
  const log = (line: Record<string, unknown>) => lineWithoutData(line, userData ? hidden : undefined);
  return pino({ level, formatters: { log }, serializers: { err: errorWithoutData } }, stream);
}

/** Its message may quote a URI. */
function errorWithoutData(error: Error): unknown {
  return withoutData(stdSerializers.err(error));
}
