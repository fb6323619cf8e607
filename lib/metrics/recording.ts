import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RecorderName } from '../call/recording/recording.ts';
import type { ErrorCode } from '../errors.ts';
import type { DialogMetrics } from '../oifde/dialog.ts';
import type { RecordingMetrics } from '../recording/recordings.ts';

/** Seconds; the last are beyond the budget of an answer. */
const answerBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3];

/** What is recorded, and how those are answered who ask for it. */
export class RecordingMeters implements RecordingMetrics, DialogMetrics {
  readonly #recordings: Gauge<'backend'>;
  readonly #starts: Counter<'backend' | 'outcome'>;
  readonly #ends: Counter<'backend' | 'outcome'>;
  readonly #startSeconds: Histogram<'backend'>;
  readonly #answers: Counter<'inaction' | 'ret'>;
  readonly #answerSeconds: Histogram<'inaction'>;
  readonly #deleted: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#recordings = new Gauge({
      name: 'baton_recordings',
      help: 'Recordings that go on, by back end',
      labelNames: ['backend'],
      registers,
    });
    this.#starts = new Counter({
      name: 'baton_recording_starts_total',
      help: 'Recordings that were to start, by back end and outcome: started, or why not',
      labelNames: ['backend', 'outcome'],
      registers,
    });
    this.#ends = new Counter({
      name: 'baton_recording_ends_total',
      help: 'Recordings that have ended, by back end and outcome: stopped, or why they failed',
      labelNames: ['backend', 'outcome'],
      registers,
    });
    this.#startSeconds = new Histogram({
      name: 'baton_recording_start_seconds',
      help: 'From the command to a back end to its answer',
      labelNames: ['backend'],
      buckets: answerBuckets,
      registers,
    });
    this.#answers = new Counter({
      name: 'baton_dialog_answers_total',
      help: 'Answers of the dialog interface, by inaction and ret',
      labelNames: ['inaction', 'ret'],
      registers,
    });
    this.#answerSeconds = new Histogram({
      name: 'baton_dialog_answer_seconds',
      help: 'From the arrival of a request at the dialog interface to its answer',
      labelNames: ['inaction'],
      buckets: answerBuckets,
      registers,
    });
    this.#deleted = new Counter({
      name: 'baton_recording_files_deleted_total',
      help: 'Files of recordings deleted when their time was up',
      registers,
    });
  }

  recordingsAre(backend: RecorderName, count: number): void {
    this.#recordings.set({ backend }, count);
  }

  recordingStarted(backend: RecorderName, outcome: 'started' | ErrorCode, seconds: number): void {
    this.#starts.inc({ backend, outcome });
    this.#startSeconds.observe({ backend }, seconds);
  }

  recordingEnded(backend: RecorderName, outcome: 'stopped' | ErrorCode): void {
    this.#ends.inc({ backend, outcome });
  }

  dialogAnswered(inaction: string, ret: string, seconds: number): void {
    this.#answers.inc({ inaction, ret });
    this.#answerSeconds.observe({ inaction }, seconds);
  }

  filesDeleted(count: number): void {
    this.#deleted.inc(count);
  }
}
