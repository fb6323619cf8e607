import type { RecordingSegment } from '../call/recording/recording.ts';
import type { Clock } from '../ports.ts';
import type {
  RecorderBackend,
  RecorderListener,
  RecordingOrder,
  StartOutcome,
  StopOutcome,
} from './backend.ts';
import { HttpRecorder, type HttpRecorderOptions, type Said } from './http-recorder.ts';

/** What is posted; docs/schema/recorder-request.json. */
export interface RecorderRequest {
  /** `recordingId`: the `userid` of who asked for it. */
  readonly taskID: string;
  readonly action: RecorderAction;
  readonly mode: RecordingOrder['mode'];
  readonly accessCode: string;
  readonly connId: string;
  /** T-Library's CallID. */
  readonly callId: number;
  readonly callThreadId: string;
  readonly tenant: string;
  /** ISO 8601 with milliseconds, UTC: when the recording was asked for. */
  readonly startedAt: string;
  /** When this is sent. */
  readonly time: string;
  /** The caller first. */
  readonly parties: readonly {
    readonly dn: string;
    readonly role: 'caller' | 'callee';
    readonly address: string;
    /** Of the leg; empty until it is known. */
    readonly sipCallId: string;
    /** Holds the other one. */
    readonly holds: boolean;
  }[];
}

export type RecorderAction = 'start' | 'stop' | 'change' | 'pause' | 'resume';

export type HttpBackendOptions = Omit<HttpRecorderOptions, 'clock'> & { readonly clock: Clock };

/** An external recorder, commanded by POSTs of our generic form. A 2xx is its word that it does what it is asked. */
export class HttpBackend implements RecorderBackend {
  readonly name = 'http';
  readonly #recorder: HttpRecorder;
  readonly #clock: Clock;
  #count = 0;

  constructor(options: HttpBackendOptions) {
    this.#recorder = new HttpRecorder(options);
    this.#clock = options.clock;
  }

  /** It never speaks by itself. */
  listen(_listener: RecorderListener): void {}

  async start(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    const said = await this.#post(order, 'start', deadlineMs);
    if (said.kind === 'done') return { ok: true, segments: segmentsIn(said.body, this.#clock.nowMs()) };
    // It may have started all the same, and only its answer is missing.
    if (said.kind === 'silent') void this.#post(order, 'stop');
    return failureOf(said);
  }

  async stop(order: RecordingOrder): Promise<StopOutcome> {
    const said = await this.#post(order, 'stop');
    if (said.kind !== 'done') return failureOf(said);
    const segments = segmentsIn(said.body, undefined);
    return { ok: true, ...(segments.length > 0 && { segments }) };
  }

  /** What comes of it is only counted: the recording goes on. */
  changed(order: RecordingOrder): void {
    void this.#post(order, 'change');
  }

  async pause(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    return await this.#switch(order, 'pause', deadlineMs);
  }

  async resume(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    return await this.#switch(order, 'resume', deadlineMs);
  }

  async close(): Promise<void> {
    await this.#recorder.close();
  }

  async #switch(order: RecordingOrder, action: RecorderAction, deadlineMs: number): Promise<StartOutcome> {
    const said = await this.#post(order, action, deadlineMs);
    return said.kind === 'done' ? { ok: true, segments: [] } : failureOf(said);
  }

  async #post(order: RecordingOrder, action: RecorderAction, deadlineMs?: number): Promise<Said> {
    this.#count += 1;
    const { recordingId, connId, startedAtMs } = order;
    // Start and stop come once for one recording; the others again and again.
    const place = action === 'start' || action === 'stop' ? action : `${action}-${this.#count}`;
    const key = `${connId}.${startedAtMs}.${recordingId}.${place}`;
    const body = JSON.stringify(requestOf(order, action, this.#clock.nowMs()));
    return await this.#recorder.post({ key, body, ...(deadlineMs !== undefined && { deadlineMs }) });
  }
}

function requestOf(order: RecordingOrder, action: RecorderAction, nowMs: number): RecorderRequest {
  const { recordingId, mode, flow, connId, callNumber, callThreadId, tenant, startedAtMs } = order;
  return {
    taskID: recordingId,
    action,
    mode,
    accessCode: flow.accessCode,
    connId,
    callId: callNumber,
    callThreadId,
    tenant,
    startedAt: new Date(startedAtMs).toISOString(),
    time: new Date(nowMs).toISOString(),
    parties: order.parties.map(({ dn, role, address, callId: sipCallId, held: holds }) => {
      return { dn, role, address, sipCallId, holds };
    }),
  };
}

/** What it may say: `{file, bytes}`, or nothing. */
function segmentsIn(body: unknown, startedAtMs: number | undefined): readonly RecordingSegment[] {
  const said = typeof body === 'object' && body !== null ? body : {};
  const { file, bytes } = said as { readonly file?: unknown; readonly bytes?: unknown };
  if (typeof file !== 'string' || file.length > maxFileChars) return [];
  return [
    {
      file,
      ...(Number.isSafeInteger(bytes) && Number(bytes) >= 0 && { bytes: Number(bytes) }),
      ...(startedAtMs !== undefined && { startedAtMs }),
    },
  ];
}

const maxFileChars = 1_024;

function failureOf(said: Exclude<Said, { kind: 'done' }>) {
  const code = said.kind === 'silent' && said.why === 'timeout' ? 'recorder-timeout' : 'recorder-failed';
  const reason = said.kind === 'refused' ? `the recorder said ${said.status}` : `the recorder: ${said.why}`;
  return { ok: false, code, reason } as const;
}
