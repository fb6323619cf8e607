import type {
  RecorderName,
  RecordingFailure,
  RecordingMode,
  RecordingSegment,
} from '../call/recording/recording.ts';
import type { LegId } from '../call/signal.ts';
import type { Flow } from './flow.ts';

/** Who is on a recorded call. */
export interface RecordedParty {
  readonly leg: LegId;
  readonly dn: string;
  /** From or To as a whole value, without a tag that others could use. */
  readonly address: string;
  readonly role: 'caller' | 'callee';
  /** SIP Call-ID; empty until it is known. */
  readonly callId: string;
  /** Holds the other one. */
  readonly held: boolean;
}

/** What is to be recorded. The parties are those of the moment: the caller first. */
export interface RecordingOrder {
  /** `userid` of who asked for it, or of our making. No other recording of the back end that goes on has it. */
  readonly recordingId: string;
  readonly connId: string;
  /** T-Library's CallID. */
  readonly callNumber: number;
  readonly callThreadId: string;
  readonly tenant: string;
  readonly mode: RecordingMode;
  readonly flow: Flow;
  readonly parties: readonly RecordedParty[];
  /** When it was asked for, since the epoch. */
  readonly startedAtMs: number;
}

export type StartOutcome =
  /** It is being recorded, with proof. */
  | { readonly ok: true; readonly segments: readonly RecordingSegment[] }
  | ({ readonly ok: false } & RecordingFailure);

export type StopOutcome =
  /** Nothing is recorded any more; the segments are final. Absent: those known before. */
  | { readonly ok: true; readonly segments?: readonly RecordingSegment[] }
  | ({ readonly ok: false; readonly segments?: readonly RecordingSegment[] } & RecordingFailure);

/** What a back end tells by itself of a recording that it has started. */
export interface RecorderListener {
  /** They have grown, or there is another one. */
  segmentsChanged(recordingId: string, segments: readonly RecordingSegment[]): void;
  /** It goes on no more, and needs no stop. */
  failed(recordingId: string, failure: RecordingFailure): void;
}

/**
 * One way to record calls. All methods settle and none rejects or throws; `start` and `stop` are called once for one recording, the
 * stop also for one whose start came to nothing after its deadline.
 */
export interface RecorderBackend {
  readonly name: RecorderName;
  /** `deadlineMs`: time of the clock until which the answer counts. What is started later is stopped again by the back end, or by `stop`. */
  start(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome>;
  /** Also after the call is over. The order is the last that the back end was told. */
  stop(order: RecordingOrder): Promise<StopOutcome>;
  /** Hold, retrieve, transfer, another party; of recordings that go on. */
  changed?(order: RecordingOrder): void;
  /** Absent: it cannot. */
  pause?(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome>;
  resume?(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome>;
  /** Called once, before anything else. */
  listen(listener: RecorderListener): void;
  /** Ends what is under way; every recording has been stopped, or given up. */
  close?(): Promise<void>;
}
