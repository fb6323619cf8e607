import type { ErrorCode } from '../../errors.ts';
import type { Extension } from '../../events/attributes.ts';
import type { Turn } from '../turn.ts';

/** What is known of the recording of a call. */

/** `record`: what is said; `capture`: the packets as they are. */
export const recordingModes = ['record', 'capture'] as const;
export type RecordingMode = (typeof recordingModes)[number];

/** What records. */
export const recorderNames = ['rtpengine', 'siprec', 'http'] as const;
export type RecorderName = (typeof recorderNames)[number];

/** A part of a recording, as far as its recorder tells. */
export interface RecordingSegment {
  /** Absolute path on the recorder's machine, or a name that the recorder has given. */
  readonly file?: string;
  /** Octets; final when the recording has stopped. */
  readonly bytes?: number;
  /** Since the epoch. */
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

/** Why a recording failed. */
export interface RecordingFailure {
  readonly code: ErrorCode;
  /** For people. */
  readonly reason: string;
}

/**
 * Where a recording stands; `next` in status.ts owns the ways between.
 *
 *     starting ──▶ active ◀──▶ paused
 *        │           │           │
 *        │           └─────┬─────┘
 *        │                 ▼
 *        ├──────────▶ stopping ──▶ stopped
 *        ▼                 ▼
 *      failed ◀── from any of them
 */
export type RecordingStatus =
  | { readonly is: 'starting' }
  | { readonly is: 'active' | 'paused' | 'stopping'; readonly segments: readonly RecordingSegment[] }
  | { readonly is: 'stopped'; readonly segments: readonly RecordingSegment[]; readonly endedAtMs: number }
  | ({
      readonly is: 'failed';
      readonly segments: readonly RecordingSegment[];
      readonly endedAtMs: number;
    } & RecordingFailure);

export type RecordingState = RecordingStatus['is'];

export interface CallRecording {
  /** `userid` of who asked for it, or of our making. */
  readonly recordingId: string;
  readonly mode: RecordingMode;
  readonly backend: RecorderName;
  /** When it was asked for, since the epoch. */
  readonly startedAtMs: number;
  readonly status: RecordingStatus;
}

/** Not from the wire: something has become of the recording of the call. */
export interface RecordingChanged {
  readonly type: 'recordingChanged';
  readonly recording: CallRecording;
}

/** Nobody is told at once: what comes next says it. */
export function onRecordingChanged(turn: Turn, { recording }: RecordingChanged): void {
  turn.change({ recording });
}

/** What events say of it besides; our choice, for T-Library has no attribute for it. */
export function recordingExtensions({
  recording,
}: {
  readonly recording: CallRecording | undefined;
}): readonly Extension[] {
  return recording === undefined ? nothing : [{ Recording: recording.status.is }];
}

const nothing: readonly Extension[] = [];
