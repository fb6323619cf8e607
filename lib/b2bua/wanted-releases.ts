import type { ReleaseWanted } from '../call/ending/ending.ts';

/** Why the B2BUA itself ends a call. */
export const wantedReleases = {
  defect: {
    type: 'releaseWanted',
    status: 500,
    reason: 'internal error',
    verdict: { by: 'baton', why: 'internal', atFault: 'baton' },
  },
  /** Over an API. */
  request: {
    type: 'releaseWanted',
    status: 480,
    reason: 'released by request',
    verdict: { by: 'third-party', why: 'requested', atFault: 'none' },
  },
  /** It must be recorded, and cannot. */
  unrecorded: {
    type: 'releaseWanted',
    status: 500,
    reason: 'recording failed',
    verdict: { by: 'baton', why: 'unrecorded', atFault: 'baton' },
  },
  shutdown: {
    type: 'releaseWanted',
    status: 503,
    reason: 'shutting down',
    verdict: { by: 'baton', why: 'shutdown', atFault: 'baton' },
  },
} as const satisfies Record<string, ReleaseWanted>;
