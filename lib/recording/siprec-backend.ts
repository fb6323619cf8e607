import type { LegId, RequestId, Signal, SignallingEffect } from '../call/signal.ts';
import type { AnchoredPair, MediaAnchor } from '../media-anchor/anchor.ts';
import type { Clock } from '../ports.ts';
import type { DialogEnv, DialogNote } from '../siprec/dialog.ts';
import { randomId } from '../siprec/ids.ts';
import type {
  RecorderBackend,
  RecorderListener,
  RecordingOrder,
  StartOutcome,
  StopOutcome,
} from './backend.ts';
import { type SiprecDesk, SiprecRecording } from './siprec-recording.ts';

export interface SiprecMetrics {
  /** A recording server has been asked to record. */
  serverAsked(outcome: 'accepted' | 'refused' | 'timeout'): void;
  updated(outcome: 'accepted' | 'refused' | 'glare'): void;
}

export interface SiprecLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SiprecBackendOptions {
  /** SIP URIs, the preferred one first. */
  readonly servers: readonly string[];
  readonly metadataType: string;
  readonly timeouts: { readonly answerMs: number; readonly keepAliveMs: number; readonly restMs: number };
  readonly anchor: MediaAnchor;
  /** For legs of our own; their signals come to `receiveSignal`. */
  readonly perform: (effect: SignallingEffect) => void;
  readonly clock: Clock;
  readonly log: SiprecLog;
  readonly metrics: SiprecMetrics;
  readonly randomHex: (digits: number) => string;
}

const gone = { ok: false, code: 'recording-unknown', reason: 'it is not being recorded' } as const;

/** RFC 3261 §14.1: in steps of 10 ms. */
const glareMs = { from: 2_100, steps: 191, step: 10 };

/** Recording servers that speak SIPREC (RFC 7866), fed by the rtpengine that anchors the call. */
export class SiprecBackend implements RecorderBackend {
  readonly name = 'siprec';
  readonly #options: SiprecBackendOptions;
  readonly #recordings = new Map<string, SiprecRecording>();
  /** Recording ids. */
  readonly #byLeg = new Map<LegId, string>();
  readonly #ready = new WeakSet<AnchoredPair>();
  /** Servers that did not answer, until when they are tried last. */
  readonly #restUntilMs = new Map<string, number>();
  #listener: RecorderListener | undefined;
  #count = 0;

  constructor(options: SiprecBackendOptions) {
    this.#options = options;
    options.anchor.onReady(pair => {
      this.#ready.add(pair);
      for (const recording of this.#recordings.values()) recording.pairReady(pair);
    });
    options.anchor.onEnding(async pair => {
      for (const recording of this.#recordings.values()) recording.pairEnding(pair);
      return Promise.resolve();
    });
  }

  listen(listener: RecorderListener): void {
    this.#listener = listener;
  }

  async start(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    const { recordingId } = order;
    if (this.#recordings.has(recordingId))
      return { ok: false, code: 'recording-exists', reason: 'a recording of this id goes on' };
    const recording = new SiprecRecording(this.#deskFor(recordingId), order, this.#serversInTurn());
    this.#recordings.set(recordingId, recording);
    return recording.start(deadlineMs);
  }

  async stop({ recordingId }: RecordingOrder): Promise<StopOutcome> {
    return (await this.#recordings.get(recordingId)?.stop()) ?? { ok: true };
  }

  changed(order: RecordingOrder): void {
    this.#recordings.get(order.recordingId)?.changed(order);
  }

  async pause({ recordingId }: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    return this.#recordings.get(recordingId)?.pause(deadlineMs) ?? gone;
  }

  async resume({ recordingId }: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    return this.#recordings.get(recordingId)?.resume(deadlineMs) ?? gone;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#recordings.values()].map(async recording => recording.stop()));
  }

  /** Of legs that were invited by `perform`. */
  receiveSignal(signal: Signal): void {
    const recordingId = 'leg' in signal ? this.#byLeg.get(signal.leg) : undefined;
    if (recordingId !== undefined) this.#recordings.get(recordingId)?.receiveSignal(signal);
  }

  /** All 0 when nothing is recorded. */
  get counts(): { readonly recordings: number; readonly legs: number } {
    return { recordings: this.#recordings.size, legs: this.#byLeg.size };
  }

  /** Those that did not answer lately come last. */
  #serversInTurn(): readonly string[] {
    const nowMs = this.#options.clock.nowMs();
    const rests = (server: string): boolean => (this.#restUntilMs.get(server) ?? 0) > nowMs;
    const { servers } = this.#options;
    return [...servers.filter(server => !rests(server)), ...servers.filter(rests)];
  }

  #deskFor(recordingId: string): SiprecDesk {
    const { anchor, clock, randomHex } = this.#options;
    const legs: LegId[] = [];
    return {
      ...{ anchor, clock, randomHex, env: this.#env },
      isReady: pair => this.#ready.has(pair),
      perform: effect => {
        if (effect.do === 'invite') {
          legs.push(effect.leg);
          this.#byLeg.set(effect.leg, recordingId);
        }
        this.#options.perform(effect);
      },
      noted: note => this.#noted(recordingId, note),
      failed: failure => this.#listener?.failed(recordingId, failure),
      over: () => {
        for (const leg of legs) this.#byLeg.delete(leg);
        this.#recordings.delete(recordingId);
      },
    };
  }

  #noted(recordingId: string, note: DialogNote): void {
    const { log, metrics, clock, timeouts } = this.#options;
    switch (note.note) {
      case 'serverFailed': {
        const { server, status, reason } = note;
        const isAway = status === 408 || status === 503;
        if (isAway) this.#restUntilMs.set(server, clock.nowMs() + timeouts.restMs);
        metrics.serverAsked(status === 408 ? 'timeout' : 'refused');
        log.warn({ recordingId, server, status, reason }, 'a recording server did not take a recording');
        break;
      }
      case 'serverTook': {
        const { server, streams, offered } = note;
        this.#restUntilMs.delete(server);
        metrics.serverAsked('accepted');
        const level = streams < offered ? 'warn' : 'info';
        log[level]({ recordingId, server, streams, offered }, 'a recording server takes a recording');
        break;
      }
      case 'updated':
        metrics.updated(note.outcome);
        if (note.outcome === 'refused')
          log.warn({ recordingId, status: note.status }, 'a recording server refused an update');
        break;
      default:
        note satisfies never;
    }
  }

  get #env(): Omit<DialogEnv, 'nowMs'> {
    const { randomHex, timeouts, metadataType } = this.#options;
    return {
      newId: () => randomId(randomHex(32)),
      newLegId: () => `siprec-leg-${String((this.#count += 1))}-${randomHex(8)}` as LegId,
      newRequestId: () => `siprec-request-${String((this.#count += 1))}` as RequestId,
      retryDelayMs: () => glareMs.from + (Number.parseInt(randomHex(4), 16) % glareMs.steps) * glareMs.step,
      ...{ answerTimeoutMs: timeouts.answerMs, keepAliveMs: timeouts.keepAliveMs, metadataType },
    };
  }
}
