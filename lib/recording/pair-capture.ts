import type { RecordingFailure, RecordingSegment } from '../call/recording/recording.ts';
import type { AnchoredPair } from '../media-anchor/anchor.ts';
import type { Clock } from '../ports.ts';
import type { NgAnswer, NgOutcome } from '../rtpengine/command.ts';
import type { PcapFolder } from './pcap-folder.ts';

export interface CaptureLog {
  warn(fields: object, message: string): void;
}

export interface CaptureSurroundings {
  readonly folder: PcapFolder;
  readonly clock: Clock;
  readonly log: CaptureLog;
  /** With less room nothing is begun. */
  readonly minFreeBytes: number;
  /** How long a file may stand still while RTP comes. */
  readonly growthMs: number;
}

/** When the folder is looked into again for a file that is not there yet. */
const lookAgainMs = 20;
/** RTP packets after which a file that is written through a buffer of 4,096 octets has grown. */
const packetsUntilGrowth = 100;

/**
 * The packets of one pair of legs in one file, for as many recordings as want them.
 *
 *     begin ──ng ok, and the file is there──▶ goes on ──finish──▶ its size is final
 *       └──▶ failed                              └─the file stands still, the rtpengine is gone──▶ failed
 */
export class PairCapture {
  readonly pair: AnchoredPair;
  /** Ids of the recordings. */
  readonly users = new Set<string>();
  readonly #around: CaptureSurroundings;
  /** Files of the same call that are not this one's. */
  readonly #others: ReadonlySet<string>;
  #file: string | undefined;
  #bytes = 0;
  #startedAtMs = 0;
  #endedAtMs: number | undefined;
  #began: Promise<RecordingFailure | undefined> | undefined;
  #finished: Promise<void> | undefined;
  /** Packets when the file was seen to stand still first, and since when more than enough have come. */
  #still: { readonly packets: number; sinceMs: number | undefined } | undefined;

  constructor(pair: AnchoredPair, around: CaptureSurroundings, others: ReadonlySet<string>) {
    this.pair = pair;
    this.#around = around;
    this.#others = others;
  }

  get file(): string | undefined {
    return this.#file;
  }

  get isOpen(): boolean {
    return this.#finished === undefined;
  }

  segment(): RecordingSegment {
    return {
      ...(this.#file !== undefined && { file: this.#around.folder.pathOf(this.#file) }),
      bytes: this.#bytes,
      startedAtMs: this.#startedAtMs,
      ...(this.#endedAtMs !== undefined && { endedAtMs: this.#endedAtMs }),
    };
  }

  /** Settles when it goes on, or with why it does not. For all who ask it begins once. */
  begin(deadlineMs: number): Promise<RecordingFailure | undefined> {
    this.#began ??= this.#begin(deadlineMs);
    return this.#began;
  }

  async #begin(deadlineMs: number): Promise<RecordingFailure | undefined> {
    const { folder, clock, minFreeBytes } = this.#around;
    const { engine, ngCallId } = this.pair;
    const freeBytes = await folder.freeBytes();
    if (freeBytes !== undefined && freeBytes < minFreeBytes)
      return failure(`only ${freeBytes} octets are free in recording.rtpengine.recordingDir`);
    const leftMs = Math.max(1, deadlineMs - clock.nowMs());
    const outcome = await engine.ask({ command: 'start recording', 'call-id': ngCallId }, leftMs);
    if (!outcome.ok) return failureOf(outcome);
    this.#startedAtMs = clock.nowMs();
    // The rtpengine says ok also where nothing is written: no such folder, another method.
    const file = await this.#newFile(deadlineMs);
    if (file instanceof Error) return failure(`there is no file of the call: ${file.message}`);
    this.#file = file;
    const error = await folder.protect(file);
    if (error !== undefined)
      this.#around.log.warn({ file, err: error }, 'the mode of a capture cannot be changed');
    return undefined;
  }

  /** It is there when the rtpengine answers, unless the folder is on another machine. */
  async #newFile(deadlineMs: number): Promise<string | Error> {
    const { folder, clock } = this.#around;
    for (;;) {
      const files = await folder.filesOf(this.pair.ngCallId);
      if (files instanceof Error) return files;
      const file = await folder.newestOf(files.filter(name => !this.#others.has(name)));
      if (file !== undefined) return file;
      if (clock.nowMs() + lookAgainMs >= deadlineMs) return new Error('the rtpengine has made none in time');
      await new Promise<void>(resolve => clock.after(lookAgainMs, resolve));
    }
  }

  /** Undefined: all is well. */
  async check(): Promise<RecordingFailure | undefined> {
    const file = this.#file;
    if (file === undefined || !this.isOpen) return undefined;
    const bytes = await this.#around.folder.sizeOf(file);
    if (bytes === undefined) return failure('its file is gone');
    if (bytes > this.#bytes) {
      this.#bytes = bytes;
      this.#still = undefined;
      return undefined;
    }
    const outcome = await this.pair.engine.ask({ command: 'query', 'call-id': this.pair.ngCallId });
    if (this.#finished !== undefined) return undefined;
    return outcome.ok ? this.#judgeStandstill(packetsIn(outcome.answer)) : failureOf(outcome);
  }

  #judgeStandstill(packets: number): RecordingFailure | undefined {
    const { clock, growthMs } = this.#around;
    this.#still ??= { packets, sinceMs: undefined };
    if (packets - this.#still.packets < packetsUntilGrowth) return undefined;
    this.#still.sinceMs ??= clock.nowMs();
    return clock.nowMs() - this.#still.sinceMs < growthMs
      ? undefined
      : failure('its file does not grow though RTP comes');
  }

  /** Nothing is written any more, and its size is final. Settles for all who ask at the same time; never rejects. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<void> {
    const { folder, clock } = this.#around;
    // What begins is ended when it has begun.
    await this.#began;
    const { engine, ngCallId } = this.pair;
    await engine.ask({ command: 'stop recording', 'call-id': ngCallId });
    this.#endedAtMs = clock.nowMs();
    if (this.#file === undefined) return;
    this.#bytes = (await folder.sizeOf(this.#file)) ?? this.#bytes;
    await folder.protectNotes(this.#file);
  }
}

const failure = (reason: string): RecordingFailure => ({ code: 'recorder-failed', reason });

function failureOf(outcome: Extract<NgOutcome, { ok: false }>): RecordingFailure {
  const code = outcome.why === 'timeout' ? 'recorder-timeout' : 'recorder-failed';
  return { code, reason: `rtpengine: ${outcome.reason}` };
}

/** `{totals: {RTP: {packets: 260}}}`. */
function packetsIn({ totals }: NgAnswer): number {
  const rtp = valueIn(totals, 'RTP');
  const packets = valueIn(rtp, 'packets');
  return typeof packets === 'number' ? packets : 0;
}

function valueIn(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[key] : undefined;
}
