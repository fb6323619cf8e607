import type { RecordingFailure } from '../call/recording/recording.ts';
import type { AnchoredPair } from '../media-anchor/anchor.ts';
import type { NgFailure, NgOutcome } from '../rtpengine/command.ts';
import { forkFromAnswer } from '../siprec/fork-from-answer.ts';
import type { Fork } from '../siprec/recording-sdp.ts';

/** Whoever answers nothing of ours has not copied anything either. */
export type Forked<Result> =
  | { readonly ok: true; readonly result: Result }
  | ({ readonly ok: false } & RecordingFailure);

const nothing = { ok: true, result: undefined } as const;

/** `allow transcoding` on both: without it a server that leaves out a codec fails the answer. */
const transcoding = 'allow transcoding';

/**
 * Copies of what two legs say, from their rtpengines to a recording server. A pair that is left is unsubscribed only when the next
 * one flows.
 */
export class SiprecFork {
  /** How rtpengine calls the server. */
  readonly #tag: string;
  /** Those that may be copied, the last one now. */
  #pairs: readonly AnchoredPair[] = [];

  constructor(tag: string) {
    this.#tag = tag;
  }

  has(pair: AnchoredPair): boolean {
    return this.#pairs.includes(pair);
  }

  /** Its rtpengine has forgotten it, or is about to. */
  forget(pair: AnchoredPair): void {
    this.#pairs = this.#pairs.filter(one => one !== pair);
  }

  async request(pair: AnchoredPair): Promise<Forked<Fork>> {
    const { engine, ngCallId, legs } = pair;
    this.#pairs = [...this.#pairs.filter(one => one !== pair), pair];
    const outcome = await engine.ask({
      ...{ command: 'subscribe request', 'call-id': ngCallId, 'to-tag': this.#tag },
      flags: ['all', 'siprec', transcoding],
      // Otherwise it would offer what the parties speak: with SRTP (RFC 4568) their own keys.
      ...{ 'transport-protocol': 'RTP/AVP', ICE: 'remove', DTLS: 'off' },
    });
    if (!outcome.ok) return failed(outcome);
    const fork = forkFromAnswer(outcome.answer);
    const tags = new Set(fork?.tagOfLabel.values());
    if (fork === undefined || !legs.every(leg => tags.has(leg)))
      return {
        ok: false,
        code: 'recorder-failed',
        reason: 'rtpengine does not have the media of both parties',
      };
    return { ok: true, result: fork };
  }

  /** Where they go. A pair that is gone needs no place, and the next one will ask again. */
  async connect(sdp: string): Promise<Forked<undefined>> {
    const pair = this.#pairs.at(-1);
    if (pair === undefined) return nothing;
    const outcome = await pair.engine.ask({
      ...{ command: 'subscribe answer', 'call-id': pair.ngCallId, 'to-tag': this.#tag, sdp },
      flags: [transcoding],
    });
    if (!this.has(pair)) return nothing;
    if (!outcome.ok) return failed(outcome);
    void this.#leave(this.#pairs.filter(one => one !== pair));
    return nothing;
  }

  /** Nothing is copied any more. */
  async leave(): Promise<void> {
    await this.#leave(this.#pairs);
  }

  /** Whether rtpengine copies still. */
  async check(): Promise<Forked<undefined>> {
    const pair = this.#pairs.at(-1);
    if (pair === undefined) return nothing;
    const outcome = await pair.engine.ask({ command: 'query', 'call-id': pair.ngCallId });
    if (!this.has(pair)) return nothing;
    if (!outcome.ok) return failed(outcome);
    const { tags } = outcome.answer;
    if (typeof tags === 'object' && tags !== null && this.#tag in tags) return nothing;
    return { ok: false, code: 'recorder-failed', reason: 'rtpengine does not copy any more' };
  }

  async #leave(pairs: readonly AnchoredPair[]): Promise<void> {
    this.#pairs = this.#pairs.filter(one => !pairs.includes(one));
    await Promise.all(
      pairs.map(async ({ engine, ngCallId }) =>
        engine.ask({ command: 'unsubscribe', 'call-id': ngCallId, 'to-tag': this.#tag }),
      ),
    );
  }
}

const codes: Readonly<Record<NgFailure, RecordingFailure['code']>> = {
  refused: 'recorder-failed',
  timeout: 'recorder-timeout',
  unreachable: 'recorder-failed',
  malformed: 'recorder-failed',
};

function failed({
  why,
  reason,
}: Extract<NgOutcome, { ok: false }>): { readonly ok: false } & RecordingFailure {
  return { ok: false, code: codes[why], reason: `rtpengine: ${reason}` };
}
