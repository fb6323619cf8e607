import type { Call } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type { RecordingAnswer, RecordingCommand } from '../call/recording/command.ts';
import type { CallRecording, RecorderName } from '../call/recording/recording.ts';
import type { CallStore, Clock } from '../ports.ts';
import { type Flow, flowOf } from './flow.ts';
import type { Outcome } from './recording.ts';
import type { Recordings } from './recordings.ts';

export interface RecordingDeskOptions {
  readonly store: Pick<CallStore, 'get'>;
  readonly recordings: Recordings;
  /** As they are configured now. */
  readonly flows: () => readonly Flow[];
  readonly clock: Clock;
  /** Of the whole answer. */
  readonly budgetMs: number;
  /** Other than any before. */
  readonly newId: () => string;
}

/** Recordings, for who has no IVR that asks for them. */
export class RecordingDesk {
  readonly #options: RecordingDeskOptions;

  constructor(options: RecordingDeskOptions) {
    this.#options = options;
  }

  /** Also of a call that is over, as long as they are remembered; undefined: nothing is known of such a call. */
  list(connId: string): readonly CallRecording[] | undefined {
    const recordings = this.#options.recordings.viewsOf(connId);
    return recordings.length > 0 || this.#callOf(connId) !== undefined ? recordings : undefined;
  }

  /** Never rejects. A stop, a pause and a resume are for all who want the recording. */
  async command(command: RecordingCommand): Promise<RecordingAnswer> {
    const { connId, action, backend } = command;
    const call = this.#callOf(connId);
    const { recordings, clock, budgetMs } = this.#options;
    if (call === undefined && recordings.viewsOf(connId).length === 0)
      return { ok: false, code: 'call-unknown' };
    if (call === undefined || call.state === 'released') return { ok: false, code: 'call-released' };
    const deadlineMs = clock.nowMs() + budgetMs;
    if (action === 'start') return await this.#start(call, command, deadlineMs);
    const ongoing = recordings.ofCall(connId, backend);
    if (ongoing.length === 0) return { ok: false, code: 'recording-unknown' };
    const outcomes = await Promise.all(
      ongoing.map(async each => {
        if (action === 'stop') return await each.stop();
        return await (action === 'pause' ? each.pause(deadlineMs) : each.resume(deadlineMs));
      }),
    );
    return this.#answer(connId, outcomes);
  }

  async #start(call: Call, command: RecordingCommand, deadlineMs: number): Promise<RecordingAnswer> {
    const { recordings, newId } = this.#options;
    const flow = this.#flowFor(command);
    if (flow === undefined) return { ok: false, code: 'flow-unknown' };
    const { mode } = flow;
    if (mode === 'none') return this.#answer(call.connId, []);
    return this.#answer(call.connId, [
      await recordings.start(call, { recordingId: newId(), mode, flow }, deadlineMs),
    ]);
  }

  #flowFor({ accessCode, mode = 'record', backend = usual }: RecordingCommand): Flow | undefined {
    if (accessCode !== undefined) return flowOf(this.#options.flows(), accessCode);
    return { accessCode: '', mode, backend, required: false, onNotFound: 'error' };
  }

  #answer(connId: string, outcomes: readonly Outcome[]): RecordingAnswer {
    const failed = outcomes.find(({ ok }) => !ok);
    if (failed === undefined || failed.ok)
      return { ok: true, recordings: this.#options.recordings.viewsOf(connId) };
    return { ok: false, code: failed.code, detail: failed.reason };
  }

  #callOf(connId: string): Call | undefined {
    return this.#options.store.get(connId as ConnId);
  }
}

const usual: RecorderName = 'rtpengine';
