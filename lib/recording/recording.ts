import type { Call } from '../call/call.ts';
import type { CallRecording, RecordingFailure, RecordingStatus } from '../call/recording/recording.ts';
import { type Happening, hasEnded, next } from '../call/recording/status.ts';
import type { Clock } from '../ports.ts';
import type { RecorderBackend, RecordingOrder, StartOutcome, StopOutcome } from './backend.ts';
import { hasSameParties, orderOf, type Wanted } from './order.ts';
import { until } from './until.ts';

export interface RecordingParts {
  readonly backend: RecorderBackend;
  readonly clock: Clock;
  /** A back end that says nothing about a stop for so long has failed. */
  readonly stopTimeoutMs: number;
  /** After each change of its status. */
  readonly onChanged: (recording: Recording) => void;
}

export type Outcome = { readonly ok: true } | ({ readonly ok: false } & RecordingFailure);

const done: Outcome = { ok: true };
const ended: Outcome = { ok: false, code: 'recording-unknown', reason: 'the recording has ended' };

/** One recording of one call by one back end: each start and stop is commanded once, however many ask for it. */
export class Recording {
  readonly #parts: RecordingParts;
  readonly #wanted: Wanted;
  #order: RecordingOrder;
  #status: RecordingStatus = { is: 'starting' };
  /** Answer to who wants it started. */
  readonly started: Promise<Outcome>;
  /** The back end has said its last word about the start, however late. */
  readonly settled: Promise<unknown>;
  #stopped: Promise<Outcome> | undefined;
  #isStopCommanded = false;
  #switching: Promise<unknown> = Promise.resolve();

  constructor(parts: RecordingParts, call: Call, wanted: Wanted, deadlineMs: number) {
    this.#parts = parts;
    this.#wanted = wanted;
    this.#order = orderOf(call, wanted);
    const attempt = settling(() => parts.backend.start(this.#order, deadlineMs));
    this.started = this.#begun(attempt, deadlineMs);
    this.settled = this.#settle(attempt);
  }

  get order(): RecordingOrder {
    return this.#order;
  }

  get backend(): RecorderBackend {
    return this.#parts.backend;
  }

  get status(): RecordingStatus {
    return this.#status;
  }

  get hasEnded(): boolean {
    return hasEnded(this.#status);
  }

  /** As the call knows it. */
  get view(): CallRecording {
    const { recordingId, mode, startedAtMs } = this.#wanted;
    return { recordingId, mode, backend: this.backend.name, startedAtMs, status: this.#status };
  }

  /** The call is another than before. */
  follow(call: Call): void {
    const order = orderOf(call, this.#wanted);
    if (hasSameParties(this.#order, order)) return;
    this.#order = order;
    if (this.#status.is === 'active' || this.#status.is === 'paused') this.backend.changed?.(order);
  }

  /** What the back end tells by itself, or what has become of a command. */
  take(happening: Happening): boolean {
    const after = next(this.#status, happening);
    if (after === undefined) return false;
    this.#status = after;
    this.#parts.onChanged(this);
    return true;
  }

  /** Also while it starts: then as soon as it has. */
  async stop(): Promise<Outcome> {
    if (this.hasEnded) return ended;
    this.#stopped ??= this.#stop(this.#status.is === 'starting');
    return this.#stopped;
  }

  async pause(deadlineMs: number): Promise<Outcome> {
    return await this.#switch('pause', deadlineMs);
  }

  async resume(deadlineMs: number): Promise<Outcome> {
    return await this.#switch('resume', deadlineMs);
  }

  async #begun(attempt: Promise<StartOutcome>, deadlineMs: number): Promise<Outcome> {
    const asked = this.#order;
    const outcome = await until(this.#parts.clock, deadlineMs, attempt);
    if (outcome === 'late')
      return this.#fail({ code: 'recorder-timeout', reason: `${this.backend.name} did not answer in time` });
    if (!outcome.ok) return this.#fail(outcome);
    if (!this.take({ what: 'started', segments: outcome.segments })) return ended;
    // What has become of the call meanwhile.
    if (this.#order !== asked) this.backend.changed?.(this.#order);
    return done;
  }

  /** What has started after its deadline is stopped again. */
  async #settle(attempt: Promise<StartOutcome>): Promise<void> {
    const [late, { ok }] = await Promise.all([attempt, this.started]);
    if (late.ok && !ok && this.#status.is === 'failed' && !this.#isStopCommanded) await this.#command();
  }

  async #stop(isStarting: boolean): Promise<Outcome> {
    this.take({ what: 'stopWanted' });
    if (isStarting) {
      await this.started;
      if (this.hasEnded) return ended;
    }
    const { clock, stopTimeoutMs } = this.#parts;
    const outcome = await until(clock, clock.nowMs() + stopTimeoutMs, this.#command());
    if (outcome === 'late')
      return this.#fail({ code: 'recorder-timeout', reason: `${this.backend.name} did not stop in time` });
    const segments = outcome.segments === undefined ? {} : { segments: outcome.segments };
    const atMs = clock.nowMs();
    if (outcome.ok) {
      this.take({ what: 'stopped', atMs, ...segments });
      return done;
    }
    const { code, reason } = outcome;
    this.take({ what: 'failed', atMs, code, reason, ...segments });
    return { ok: false, code, reason };
  }

  async #command(): Promise<StopOutcome> {
    this.#isStopCommanded = true;
    return await settling(() => this.backend.stop(this.#order));
  }

  /** One after the other: a pause that is under way is not overtaken by its resume. */
  async #switch(what: 'pause' | 'resume', deadlineMs: number): Promise<Outcome> {
    const turn = this.#switching.then(async () => await this.#switchNow(what, deadlineMs));
    this.#switching = turn;
    return await turn;
  }

  async #switchNow(what: 'pause' | 'resume', deadlineMs: number): Promise<Outcome> {
    const { backend } = this;
    const isPaused = this.#status.is === 'paused';
    if (this.#status.is !== 'active' && !isPaused)
      return { ok: false, code: 'recording-unknown', reason: `the recording is ${this.#status.is}` };
    if (isPaused === (what === 'pause')) return done;
    if (backend[what] === undefined)
      return { ok: false, code: 'recorder-cannot', reason: `${backend.name} cannot ${what}` };
    const command = settling(async () => (await backend[what]?.(this.#order, deadlineMs)) ?? unable);
    const outcome = await until(this.#parts.clock, deadlineMs, command);
    if (outcome === 'late')
      return { ok: false, code: 'recorder-timeout', reason: `${backend.name} did not ${what} in time` };
    if (!outcome.ok) return outcome;
    return this.take({ what: what === 'pause' ? 'paused' : 'resumed' }) ? done : ended;
  }

  #fail({ code, reason }: RecordingFailure): Outcome {
    this.take({ what: 'failed', atMs: this.#parts.clock.nowMs(), code, reason });
    return { ok: false, code, reason };
  }
}

const unable = { ok: false, code: 'recorder-cannot', reason: 'it cannot' } as const;

type Failed = { readonly ok: false } & RecordingFailure;

/** Back ends promise not to fail but by their outcome; a defect of one costs its recording only. */
async function settling<T>(command: () => Promise<T>): Promise<T | Failed> {
  try {
    return await command();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, code: 'recorder-failed', reason };
  }
}
