import type { Logger } from '../log.ts';
import { complaintOf } from './failure.ts';
import { exitCodes } from './terminal.ts';

/** What `serve` and `engine` run until a signal comes. */
export interface Service {
  stop(): Promise<void>;
}

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The part of Node's `process` that a service lives in. */
export interface ProcessHost {
  on(
    event: StopSignal | 'uncaughtException' | 'unhandledRejection',
    listener: (what: unknown) => void,
  ): unknown;
  /** Ends the process now. */
  exit(code: number): void;
  /** It has a terminal that can hang up. */
  hasTerminal(): boolean;
}

export interface ServiceRun {
  readonly host: ProcessHost;
  readonly log: Logger;
  /** Rejected with the reason of `asked` when it gave up because of it. */
  start(asked: AbortSignal): Promise<Service>;
  /** What SIGHUP asks for once it runs; what is thrown is logged. Absent: SIGHUP stops. */
  reload?(): void;
  /** One line on standard error. */
  complain(line: string): void;
  /** Milliseconds that never go back. */
  nowMs(): number;
}

/** npm and a shell both pass a signal on that a terminal has sent to the whole group. */
const sameSignalMs = 1_000;
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Starts the service and gives the exit code once it has stopped.
 *
 *     starting ──▶ running ──signal──▶ stopping ──▶ 0
 *      │  │                               │
 *      │  └─ failed: 1, 78, 70            └─ signal after more than a second: 128 + its number, at once
 *      └─ signal: gives up what has been started, or stops once it has ──▶ 0
 *
 * SIGHUP is a signal to stop where its terminal is gone, or nothing can be read anew; else `running` goes on with what was read.
 */
export async function runService(run: ServiceRun): Promise<number> {
  const asked = new StopRequest(run);
  watchForDefects(run);
  let service: Service;
  try {
    service = await run.start(asked.signal);
    asked.isRunning = true;
  } catch (error) {
    if (asked.signal.aborted && error === asked.signal.reason) return stopped(run);
    return startFailure(error, run);
  }
  await asked.heard;
  try {
    await service.stop();
  } catch (error) {
    run.log.fatal({ err: error }, 'stopping failed');
    return exitCodes.internal;
  }
  return stopped(run);
}

function stopped(run: ServiceRun): number {
  run.log.info('stopped');
  return exitCodes.ok;
}

/** Waits for the first signal; a start that is under way hears of it by `signal`. */
class StopRequest {
  readonly heard: Promise<void>;
  isRunning = false;
  readonly #abort = new AbortController();
  readonly #hadTerminal: boolean;
  #firstMs: number | undefined;

  constructor(run: ServiceRun) {
    this.#hadTerminal = run.host.hasTerminal();
    this.heard = new Promise(resolve => {
      this.signal.addEventListener('abort', () => resolve());
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      run.host.on(signal, () => this.#onSignal(signal, run));
    run.host.on('SIGHUP', () => this.#onHangUp(run));
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  #onHangUp(run: ServiceRun): void {
    const isGone = this.#hadTerminal && !run.host.hasTerminal();
    if (run.reload === undefined || isGone || this.signal.aborted) this.#onSignal('SIGHUP', run);
    // While it starts it has read nothing that could be old.
    else if (this.isRunning) reload(run);
  }

  #onSignal(signal: StopSignal, run: ServiceRun): void {
    if (this.#firstMs === undefined) {
      this.#firstMs = run.nowMs();
      run.log.info({ signal }, 'stopping');
      this.#abort.abort();
    } else if (run.nowMs() - this.#firstMs > sameSignalMs) {
      run.log.warn({ signal }, 'ended before everything had stopped');
      run.host.exit(128 + signalNumbers[signal]);
    }
  }
}

/** What cannot be read leaves everything as it is. */
function reload(run: ServiceRun): void {
  try {
    run.reload?.();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    run.log.error({ code: 'config-invalid', reason }, 'nothing is read anew');
  }
}

/** Nothing is known about the state after a defect: say it and end; who started us starts us again. */
function watchForDefects(run: ServiceRun): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    run.host.on(event, error => {
      run.log.fatal(
        { err: error },
        event === 'uncaughtException' ? 'uncaught exception' : 'unhandled rejection',
      );
      run.host.exit(exitCodes.internal);
    });
  }
}

function startFailure(error: unknown, run: ServiceRun): number {
  const complaint = complaintOf(error);
  if (complaint === undefined) {
    run.log.fatal({ err: error }, 'start failed');
    return exitCodes.internal;
  }
  run.complain(`baton: ${complaint.text}`);
  return complaint.exitCode;
}
