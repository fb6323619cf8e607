import type { CallRecording } from '../call/recording/recording.ts';

/** Recordings that have come to their end, for who asks for them later: of so many calls, the newest. */
export class EndedRecordings {
  readonly #maxCalls: number;
  readonly #byCall = new Map<string, readonly CallRecording[]>();

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  of(connId: string): readonly CallRecording[] {
    return this.#byCall.get(connId) ?? [];
  }

  add(connId: string, recording: CallRecording): void {
    const all = [...this.of(connId), recording].slice(-maxOfOneCall);
    this.#byCall.delete(connId);
    this.#byCall.set(connId, all);
    if (this.#byCall.size <= this.#maxCalls) return;
    for (const oldest of this.#byCall.keys()) return void this.#byCall.delete(oldest);
  }
}

/** Who starts and stops for ever fills no memory. */
const maxOfOneCall = 100;
