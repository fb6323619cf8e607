import type { Call } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type {
  CallRecording,
  RecorderName,
  RecordingFailure,
  RecordingMode,
} from '../call/recording/recording.ts';
import type { ErrorCode } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { RecorderBackend } from './backend.ts';
import { EndedRecordings } from './ended-recordings.ts';
import type { Flow } from './flow.ts';
import { masked } from './masked.ts';
import { type Outcome, Recording } from './recording.ts';
import { until } from './until.ts';

export interface RecordingMetrics {
  /** `outcome`: `started`, or why not. `seconds` until it was known. */
  recordingStarted(backend: RecorderName, outcome: 'started' | ErrorCode, seconds: number): void;
  /** One that had started. */
  recordingEnded(backend: RecorderName, outcome: 'stopped' | ErrorCode): void;
  /** Those that go on. */
  recordingsAre(backend: RecorderName, count: number): void;
}

export interface RecordingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RecordingsOptions {
  readonly backends: readonly RecorderBackend[];
  readonly clock: Clock;
  readonly log: RecordingLog;
  readonly metrics: RecordingMetrics;
  /** What calls are told. */
  readonly calls: {
    changed(connId: ConnId, recording: CallRecording): void;
    /** It must be recorded, and cannot. */
    release(connId: ConnId): void;
  };
  readonly stopTimeoutMs: number;
  /** Calls whose recordings are remembered after their end. */
  readonly maxEnded: number;
}

/** Somebody wants a call recorded. */
export interface RecordingWish {
  readonly recordingId: string;
  readonly mode: RecordingMode;
  readonly flow: Flow;
}

/**
 * All recordings. Of one call each back end makes one at a time: who asks for it again gets the answer of the first; it
 * stops when all who have asked for it, told apart by their ids, want no more of it, or with the call.
 */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #backends = new Map<RecorderName, RecorderBackend>();
  /** Those that go on, by call. */
  readonly #ofCalls = new Map<string, Recording[]>();
  /** By back end and id of who wants it. */
  readonly #byId = new Map<string, Recording>();
  readonly #wantedBy = new Map<Recording, Set<string>>();
  readonly #ended: EndedRecordings;
  /** Starts that were given up and have no last word yet, by back end and call. */
  readonly #unsettled = new Map<string, Promise<unknown>>();
  readonly #counts = new Map<RecorderName, number>();
  #closed = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#ended = new EndedRecordings(options.maxEnded);
    for (const backend of options.backends) {
      this.#backends.set(backend.name, backend);
      options.metrics.recordingsAre(backend.name, 0);
      backend.listen({
        segmentsChanged: (id, segments) =>
          this.#byId.get(keyOf(backend, id))?.take({ what: 'segments', segments }),
        failed: (id, failure) => this.#onFailed(this.#byId.get(keyOf(backend, id)), failure),
      });
    }
  }

  /** Settles by the deadline, a time of the clock. Already active, or just being started for somebody else, is started. */
  async start(call: Call, wish: RecordingWish, deadlineMs: number): Promise<Outcome> {
    const outcome = await this.#start(call, wish, deadlineMs);
    if (!outcome.ok && wish.flow.required) this.#options.calls.release(call.connId);
    return outcome;
  }

  /** Of one id; what nobody else wants any more is stopped. True: there was one. */
  async stop(recordingId: string): Promise<boolean> {
    const stops: Promise<unknown>[] = [];
    let any = false;
    for (const backend of this.#backends.values()) {
      const recording = this.#byId.get(keyOf(backend, recordingId));
      if (recording === undefined) continue;
      any = true;
      const wanted = this.#wantedBy.get(recording);
      wanted?.delete(recordingId);
      // The back end knows it by the id of who was first, which stays until the end.
      if (recording.order.recordingId !== recordingId) this.#byId.delete(keyOf(backend, recordingId));
      if (wanted === undefined || wanted.size === 0) stops.push(recording.stop());
    }
    await Promise.all(stops);
    return any;
  }

  /** What records. */
  get backends(): ReadonlySet<RecorderName> {
    return new Set(this.#backends.keys());
  }

  /** The one that goes on and that somebody of this id wants. */
  wantedBy(backend: RecorderName, recordingId: string): Recording | undefined {
    return this.#byId.get(keyOf({ name: backend }, recordingId));
  }

  /** Those of a call that go on, whoever wants them; of one back end where it is named. */
  ofCall(connId: string, backend?: RecorderName): readonly Recording[] {
    const all = this.#ofCalls.get(connId) ?? [];
    return backend === undefined ? all : all.filter(one => one.backend.name === backend);
  }

  /** What is known of a call's recordings, the oldest first; also for a while after its end. */
  viewsOf(connId: string): readonly CallRecording[] {
    const ended = this.#ended.of(connId);
    return [...ended, ...this.ofCall(connId).map(({ view }) => view)];
  }

  callChanged(call: Call): void {
    const recordings = this.#ofCalls.get(call.connId);
    if (recordings === undefined) return;
    for (const recording of [...recordings]) {
      recording.follow(call);
      if (call.state === 'released') void recording.stop();
    }
  }

  callGone(connId: string): void {
    for (const recording of [...this.ofCall(connId)]) void recording.stop();
  }

  /** Stops all, and starts no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#wantedBy.keys()].map(async recording => await recording.stop()));
    for (const backend of this.#backends.values()) await backend.close?.();
  }

  async #start(call: Call, wish: RecordingWish, deadlineMs: number): Promise<Outcome> {
    const { recordingId, flow } = wish;
    const backend = this.#backends.get(flow.backend);
    if (this.#closed) return failed('shutting-down', 'Baton is stopping');
    if (backend === undefined)
      return failed('recorder-missing', `${flow.backend} needs ${needs[flow.backend]}`);
    const same = this.#byId.get(keyOf(backend, recordingId));
    if (same !== undefined && same.order.connId !== call.connId)
      return failed('recording-exists', 'it goes on in another call');
    const [before] = this.ofCall(call.connId, flow.backend);
    const unsettled = this.#unsettled.get(keyOf(backend, call.connId));
    const isStopping = before?.status.is === 'stopping';
    if (before !== undefined && !isStopping) return await this.#join(before, recordingId);
    const earlier = isStopping ? before.stop() : unsettled;
    if (earlier === undefined) return await this.#begin(backend, call, wish, deadlineMs);
    // What is just ending comes to its end first, as far as there is time.
    if ((await until(this.#options.clock, deadlineMs, earlier)) === 'late')
      return failed('recorder-timeout', 'an earlier recording has not come to its end');
    return await this.#start(call, wish, deadlineMs);
  }

  async #join(recording: Recording, recordingId: string): Promise<Outcome> {
    this.#wantedBy.get(recording)?.add(recordingId);
    this.#byId.set(keyOf(recording.backend, recordingId), recording);
    return await recording.started;
  }

  async #begin(
    backend: RecorderBackend,
    call: Call,
    wish: RecordingWish,
    deadlineMs: number,
  ): Promise<Outcome> {
    const { clock, metrics, stopTimeoutMs } = this.#options;
    const startedAtMs = clock.nowMs();
    const parts = { backend, clock, stopTimeoutMs, onChanged: (one: Recording) => this.#onChanged(one) };
    const recording = new Recording(parts, call, { ...wish, startedAtMs }, deadlineMs);
    this.#ofCalls.set(call.connId, [...this.ofCall(call.connId), recording]);
    this.#wantedBy.set(recording, new Set([wish.recordingId]));
    this.#byId.set(keyOf(backend, wish.recordingId), recording);
    this.#count(backend.name, 1);
    this.#options.calls.changed(call.connId, recording.view);
    const outcome = await recording.started;
    this.#awaitLastWord(recording);
    const seconds = (clock.nowMs() - startedAtMs) / 1000;
    metrics.recordingStarted(backend.name, outcome.ok ? 'started' : outcome.code, seconds);
    return outcome;
  }

  #awaitLastWord({ settled, backend, order }: Recording): void {
    const key = keyOf(backend, order.connId);
    const all = Promise.all([settled, this.#unsettled.get(key)]);
    this.#unsettled.set(key, all);
    void all.then(() => {
      if (this.#unsettled.get(key) === all) this.#unsettled.delete(key);
    });
  }

  #onFailed(recording: Recording | undefined, { code, reason }: RecordingFailure): void {
    if (recording === undefined) return;
    const { order } = recording;
    const isTaken = recording.take({ what: 'failed', atMs: this.#options.clock.nowMs(), code, reason });
    if (isTaken && order.flow.required) this.#options.calls.release(order.connId as ConnId);
  }

  #onChanged(recording: Recording): void {
    const { order, view, backend } = recording;
    const { is } = view.status;
    if (recording.hasEnded) this.#forget(recording);
    this.#options.calls.changed(order.connId as ConnId, view);
    const fields = {
      connId: order.connId,
      recordingId: masked(order.recordingId),
      backend: backend.name,
      ...view.status,
    };
    if (is === 'failed') this.#options.log.warn(fields, 'recording failed');
    else this.#options.log.info(fields, `recording ${is}`);
  }

  #forget(recording: Recording): void {
    const { order, view, backend } = recording;
    const left = this.ofCall(order.connId).filter(one => one !== recording);
    if (left.length === 0) this.#ofCalls.delete(order.connId);
    else this.#ofCalls.set(order.connId, left);
    for (const id of [order.recordingId, ...(this.#wantedBy.get(recording) ?? [])]) {
      const key = keyOf(backend, id);
      if (this.#byId.get(key) === recording) this.#byId.delete(key);
    }
    this.#wantedBy.delete(recording);
    this.#ended.add(order.connId, view);
    this.#count(backend.name, -1);
    const { status } = view;
    this.#options.metrics.recordingEnded(backend.name, status.is === 'failed' ? status.code : 'stopped');
  }

  #count(backend: RecorderName, change: number): void {
    const count = (this.#counts.get(backend) ?? 0) + change;
    this.#counts.set(backend, count);
    this.#options.metrics.recordingsAre(backend, count);
  }
}

/** What must be configured for a back end to be there. */
const needs: Readonly<Record<RecorderName, string>> = {
  rtpengine: 'media.anchor: rtpengine and recording.rtpengine.recordingDir',
  siprec: 'media.anchor: rtpengine and recording.siprec',
  http: 'recording.http.url',
};

function failed(code: ErrorCode, reason: string): Outcome {
  return { ok: false, code, reason };
}

/** Names of back ends have no space. */
function keyOf({ name }: Pick<RecorderBackend, 'name'>, id: string): string {
  return `${name} ${id}`;
}
