import type { RecordingFailure, RecordingSegment, RecordingStatus } from './recording.ts';

/** What becomes of a recording. `segments`: all there are, or those that there were stay. */
export type Happening =
  | { readonly what: 'started'; readonly segments: readonly RecordingSegment[] }
  /** They have grown, or there is another one. */
  | { readonly what: 'segments'; readonly segments: readonly RecordingSegment[] }
  | { readonly what: 'paused' | 'resumed' | 'stopWanted' }
  | { readonly what: 'stopped'; readonly segments?: readonly RecordingSegment[]; readonly atMs: number }
  | ({
      readonly what: 'failed';
      readonly segments?: readonly RecordingSegment[];
      readonly atMs: number;
    } & RecordingFailure);

/** Undefined where nothing comes of it: what has ended stays as it is, and nothing comes before the start. */
export function next(status: RecordingStatus, happening: Happening): RecordingStatus | undefined {
  if (status.is === 'stopped' || status.is === 'failed') return undefined;
  const segments = 'segments' in status ? status.segments : [];
  switch (happening.what) {
    case 'started':
      return status.is === 'starting' ? { is: 'active', segments: happening.segments } : undefined;
    case 'segments':
      return status.is === 'starting' ? undefined : { ...status, segments: happening.segments };
    case 'paused':
      return status.is === 'active' ? { is: 'paused', segments } : undefined;
    case 'resumed':
      return status.is === 'paused' ? { is: 'active', segments } : undefined;
    case 'stopWanted':
      return status.is === 'stopping' ? undefined : { is: 'stopping', segments };
    case 'stopped': {
      const { atMs: endedAtMs } = happening;
      return { is: 'stopped', segments: happening.segments ?? segments, endedAtMs };
    }
    case 'failed': {
      const { code, reason, atMs: endedAtMs } = happening;
      return { is: 'failed', segments: happening.segments ?? segments, endedAtMs, code, reason };
    }
    default:
      return happening satisfies never;
  }
}

/** It has come to its end. */
export function hasEnded({ is }: RecordingStatus): boolean {
  return is === 'stopped' || is === 'failed';
}
