import type { CallSignal } from '../call/decide.ts';
import type { ConnId } from '../call/ids.ts';
import type { CallRecording } from '../call/recording/recording.ts';
import { wantedReleases } from './wanted-releases.ts';

/** What a recorder tells of calls; each in its turn, and of one that is gone nothing comes of it. */
export class RecordedCalls {
  readonly #later: (connId: ConnId, signal: CallSignal) => void;

  constructor(later: (connId: ConnId, signal: CallSignal) => void) {
    this.#later = later;
  }

  changed(connId: ConnId, recording: CallRecording): void {
    this.#later(connId, { type: 'recordingChanged', recording });
  }

  /** It must be recorded, and cannot. */
  release(connId: ConnId): void {
    this.#later(connId, wantedReleases.unrecorded);
  }
}
