import type { UserDataPair } from '../attached-data/entry.ts';
import { type CustomContext, customContextOf, userDataOf } from '../attached-data/views.ts';
import { type Call, type CallState, partiesOf } from '../call/call.ts';
import type { LegState, Leg } from '../call/leg.ts';
import type {
  CallRecording,
  RecorderName,
  RecordingMode,
  RecordingSegment,
  RecordingState,
} from '../call/recording/recording.ts';
import type { ErrorCode } from '../errors.ts';

/** One leg as `GET /v1/calls` shows it. */
export interface LegView {
  readonly dn: string;
  readonly role: 'caller' | 'callee';
  readonly state: LegState['is'];
  /** Trunk name; null when the leg belongs to none. */
  readonly trunk: string | null;
}

/** One live call as `GET /v1/calls` shows it. */
export interface CallView {
  readonly connId: string;
  readonly callThreadId: string;
  readonly state: CallState;
  readonly legs: readonly LegView[];
  /** ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string;
}

/** One live call with what it carries, as `GET /v1/calls/{connId}` shows it. */
export interface CallDetail extends CallView {
  readonly userData: readonly UserDataPair[];
  readonly customContext: CustomContext;
  /** Counts the changes of the data. */
  readonly revision: number;
  /** The one begun last. */
  readonly recording: RecordingView | null;
}

/** A recording as the API shows it. Times are ISO 8601 with milliseconds, UTC. */
export interface RecordingView {
  readonly recordingId: string;
  readonly mode: RecordingMode;
  readonly backend: RecorderName;
  readonly state: RecordingState;
  /** When it was asked for. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly segments: readonly {
    readonly file?: string;
    readonly bytes?: number;
    readonly startedAt?: string;
    readonly endedAt?: string;
  }[];
  /** Why it failed. */
  readonly code?: ErrorCode;
  readonly reason?: string;
}

export function detailOf(call: Call): CallDetail {
  const { data, revision, recording } = call;
  return {
    ...viewOf(call),
    userData: userDataOf(data),
    customContext: customContextOf(data),
    revision,
    recording: recording === undefined ? null : recordingViewOf(recording),
  };
}

export function recordingViewOf(recording: CallRecording): RecordingView {
  const { recordingId, mode, backend, startedAtMs, status } = recording;
  return {
    ...{ recordingId, mode, backend },
    state: status.is,
    startedAt: isoTime(startedAtMs),
    ...('endedAtMs' in status && { endedAt: isoTime(status.endedAtMs) }),
    segments: 'segments' in status ? status.segments.map(segmentView) : [],
    ...(status.is === 'failed' && { code: status.code, reason: status.reason }),
  };
}

function segmentView({ file, bytes, startedAtMs, endedAtMs }: RecordingSegment) {
  return {
    ...(file !== undefined && { file }),
    ...(bytes !== undefined && { bytes }),
    ...(startedAtMs !== undefined && { startedAt: isoTime(startedAtMs) }),
    ...(endedAtMs !== undefined && { endedAt: isoTime(endedAtMs) }),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Of those that are not released. */
export function liveViewsOf(calls: Iterable<Call>): CallView[] {
  const views: CallView[] = [];
  for (const call of calls) if (call.state !== 'released') views.push(viewOf(call));
  return views;
}

export function viewOf(call: Call): CallView {
  const { connId, callThreadId, state, startedAtMs } = call;
  const legs = partiesOf(call).map(legView);
  return { connId, callThreadId, state, legs, startedAt: isoTime(startedAtMs) };
}

function legView({ dn, role, state, trunk }: Leg): LegView {
  return { dn, role, state: state.is, trunk: trunk.name === '' ? null : trunk.name };
}
