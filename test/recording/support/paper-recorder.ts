import type { RecordingFailure, RecordingSegment } from '../../../lib/call/recording/recording.ts';
import type {
  RecorderBackend,
  RecorderListener,
  RecordingOrder,
  StartOutcome,
  StopOutcome,
} from '../../../lib/recording/backend.ts';
import type { Flow } from '../../../lib/recording/flow.ts';
import type { RecordingsOptions } from '../../../lib/recording/recordings.ts';

export const segments: readonly RecordingSegment[] = [{ file: '/rec/a.pcap', bytes: 24 }];
export const failure: { readonly ok: false } & RecordingFailure = {
  ok: false,
  code: 'recorder-failed',
  reason: 'disk full',
};

export const flowOfCode = (accessCode: string, parts: Partial<Flow> = {}): Flow => ({
  accessCode,
  mode: 'capture',
  backend: 'rtpengine',
  required: false,
  onNotFound: 'error',
  ...parts,
});

/** A recorder that says what it is told to say, and remembers what it was asked. */
export class PaperRecorder implements RecorderBackend {
  readonly name;
  /** `start u1`, `stop u1` … */
  readonly asked: string[] = [];
  readonly orders: RecordingOrder[] = [];
  readonly deadlinesMs: number[] = [];
  /** What it says next; undefined: nothing, until `say`. */
  start_: StartOutcome | undefined = { ok: true, segments };
  stop_: StopOutcome | undefined = { ok: true };
  isClosed = false;
  #listener: RecorderListener | undefined;
  readonly #waiting: ((outcome: never) => void)[] = [];

  constructor(name: RecorderBackend['name'] = 'rtpengine') {
    this.name = name;
  }

  async start(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    this.deadlinesMs.push(deadlineMs);
    return await this.#answer('start', order, this.start_);
  }

  async stop(order: RecordingOrder): Promise<StopOutcome> {
    return await this.#answer('stop', order, this.stop_);
  }

  changed(order: RecordingOrder): void {
    this.asked.push(`changed ${order.recordingId}`);
    this.orders.push(order);
  }

  async pause(order: RecordingOrder): Promise<StartOutcome> {
    return await this.#answer('pause', order, this.start_);
  }

  async resume(order: RecordingOrder): Promise<StartOutcome> {
    return await this.#answer('resume', order, this.start_);
  }

  listen(listener: RecorderListener): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** To the oldest question that has no answer yet. */
  say(outcome: StartOutcome | StopOutcome): void {
    this.#waiting.shift()?.(outcome as never);
  }

  fail(recordingId: string): void {
    this.#listener?.failed(recordingId, failure);
  }

  grow(recordingId: string, grown: readonly RecordingSegment[]): void {
    this.#listener?.segmentsChanged(recordingId, grown);
  }

  async #answer<T>(what: string, order: RecordingOrder, answer: T | undefined): Promise<T> {
    this.asked.push(`${what} ${order.recordingId}`);
    this.orders.push(order);
    return answer ?? (await new Promise(resolve => this.#waiting.push(resolve)));
  }
}

/** One without what not every recorder can. */
export class PlainRecorder extends PaperRecorder {
  override readonly changed = undefined as never;
  override readonly pause = undefined as never;
  override readonly resume = undefined as never;
  override readonly close = undefined as never;
}

/** Metrics that remember. */
export function counted() {
  const said: unknown[][] = [];
  const count =
    (name: string) =>
    (...values: unknown[]) =>
      void said.push([name, ...values]);
  const metrics: RecordingsOptions['metrics'] = {
    recordingStarted: (backend, outcome) => void said.push(['started', backend, outcome]),
    recordingEnded: count('ended'),
    recordingsAre: count('are'),
  };
  return { metrics, said };
}

/** All that has been promised until now comes true. */
export async function settle(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
}
