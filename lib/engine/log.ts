/** What the engine needs of a log; a pino logger fits. Fields are only built where a line is worth writing. */
export interface EngineLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => undefined;

export const SILENT_LOG: EngineLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
