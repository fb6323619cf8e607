import type { ErrorCode } from '../../errors.ts';
import type { CallRecording, RecorderName, RecordingMode } from './recording.ts';

/** What somebody outside wants done with the recording of a call. */

export const recordingActions = ['start', 'stop', 'pause', 'resume'] as const;

export interface RecordingCommand {
  readonly connId: string;
  readonly action: (typeof recordingActions)[number];
  /** start: as the flow of this code says. */
  readonly accessCode?: string;
  /** start, without an access code. */
  readonly mode?: RecordingMode;
  /** start, without an access code; else: only what this one records. */
  readonly backend?: RecorderName;
}

export type RecordingAnswer =
  /** All recordings of the call, the oldest first. */
  | { readonly ok: true; readonly recordings: readonly CallRecording[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail?: string };
