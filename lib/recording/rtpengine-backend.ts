import type { RecordingFailure, RecordingSegment } from '../call/recording/recording.ts';
import type { LegId } from '../call/signal.ts';
import type { AnchoredPair, MediaAnchor } from '../media-anchor/anchor.ts';
import type {
  RecordedParty,
  RecorderBackend,
  RecorderListener,
  RecordingOrder,
  StartOutcome,
  StopOutcome,
} from './backend.ts';
import { type CaptureSurroundings, PairCapture } from './pair-capture.ts';

export interface RtpengineBackendOptions extends CaptureSurroundings {
  readonly anchor: MediaAnchor;
  /** What a new file after a transfer may take. */
  readonly commandMs: number;
  /** Between two looks at the files that grow. */
  readonly watchMs: number;
}

/** A recording that goes on. */
interface Running {
  order: RecordingOrder;
  /** One for each pair of legs that it has had. */
  readonly captures: PairCapture[];
  /** It has no file at the moment. */
  unrecordedSinceMs: number | undefined;
}

const notAnchored: RecordingFailure = {
  code: 'not-anchored',
  reason: 'the media of the call does not go through an rtpengine',
};

/** Records by what rtpengine writes itself: the packets of a pair of legs, as pcap. Record and capture are the same to it. */
export class RtpengineBackend implements RecorderBackend {
  readonly name = 'rtpengine';
  readonly #options: RtpengineBackendOptions;
  readonly #running = new Map<string, Running>();
  /** Those that are open, by the rtpengine's call. */
  readonly #captures = new Map<string, PairCapture>();
  /** Files that an rtpengine's call has had. */
  readonly #files = new Map<string, Set<string>>();
  /** Who waits for media to be anchored. */
  readonly #waiting = new Set<(pair: AnchoredPair) => void>();
  #listener: RecorderListener | undefined;
  #stopWatch: (() => void) | undefined;

  constructor(options: RtpengineBackendOptions) {
    this.#options = options;
    options.anchor.onReady(pair => this.#onReady(pair));
    options.anchor.onEnding(pair => this.#onEnding(pair));
  }

  listen(listener: RecorderListener): void {
    this.#listener = listener;
  }

  async start(order: RecordingOrder, deadlineMs: number): Promise<StartOutcome> {
    const { clock } = this.#options;
    const pair = await this.#pairOf(order, deadlineMs);
    if (pair === undefined) return { ok: false, ...notAnchored };
    if (clock.nowMs() >= deadlineMs)
      return { ok: false, code: 'recorder-timeout', reason: 'there is no time left' };
    const running: Running = { order, captures: [], unrecordedSinceMs: undefined };
    this.#running.set(order.recordingId, running);
    const failure = await this.#record(running, pair, deadlineMs);
    if (failure === undefined) return { ok: true, segments: segmentsOf(running) };
    // Who waits for the answer need not wait for that.
    void this.#end(running);
    return { ok: false, ...failure };
  }

  async stop(order: RecordingOrder): Promise<StopOutcome> {
    const running = this.#running.get(order.recordingId);
    if (running === undefined) return { ok: true };
    await this.#end(running);
    return { ok: true, segments: segmentsOf(running) };
  }

  changed(order: RecordingOrder): void {
    const running = this.#running.get(order.recordingId);
    if (running === undefined) return;
    running.order = order;
    this.#follow(running);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(running => this.#end(running)));
    this.#stopWatch?.();
    this.#stopWatch = undefined;
  }

  /** All are 0 when nothing is recorded. */
  get counts(): { readonly running: number; readonly captures: number; readonly files: number } {
    return { running: this.#running.size, captures: this.#captures.size, files: this.#files.size };
  }

  /** The media of a call that has just begun may come to be anchored. */
  async #pairOf({ parties }: RecordingOrder, deadlineMs: number): Promise<AnchoredPair | undefined> {
    const { anchor, clock } = this.#options;
    const legs = legsOf(parties);
    if (legs === undefined) return undefined;
    const known = anchor.pairOf(...legs);
    if (known !== undefined) return known;
    return await new Promise(resolve => {
      const settle = (pair: AnchoredPair | undefined): void => {
        if (pair !== undefined && !areLegsOf(pair, legs)) return;
        this.#waiting.delete(settle);
        cancel();
        resolve(pair);
      };
      // What follows has to have some of the time.
      const patienceMs = Math.max(0, (deadlineMs - clock.nowMs()) / 2);
      const cancel = clock.after(patienceMs, () => settle(undefined));
      this.#waiting.add(settle);
    });
  }

  /** Its packets go into a file from here on. */
  async #record(
    running: Running,
    pair: AnchoredPair,
    deadlineMs: number,
  ): Promise<RecordingFailure | undefined> {
    const { recordingId } = running.order;
    const capture = this.#captures.get(pair.ngCallId) ?? this.#newCapture(pair);
    capture.users.add(recordingId);
    running.captures.push(capture);
    running.unrecordedSinceMs = undefined;
    const failure = await capture.begin(deadlineMs);
    if (capture.file !== undefined) this.#filesOf(pair).add(capture.file);
    if (failure === undefined) this.#watch();
    return failure;
  }

  #newCapture(pair: AnchoredPair): PairCapture {
    const capture = new PairCapture(pair, this.#options, this.#filesOf(pair));
    this.#captures.set(pair.ngCallId, capture);
    return capture;
  }

  #filesOf({ ngCallId }: AnchoredPair): Set<string> {
    const files = this.#files.get(ngCallId) ?? new Set();
    this.#files.set(ngCallId, files);
    return files;
  }

  /** It goes on with the pair that its parties are now. */
  #follow(running: Running): void {
    const legs = legsOf(running.order.parties);
    const pair = legs && this.#options.anchor.pairOf(...legs);
    const isCurrent = (one: PairCapture): boolean => one.isOpen && one.pair.ngCallId === pair?.ngCallId;
    for (const capture of running.captures) if (!isCurrent(capture)) void this.#release(running, capture);
    if (running.captures.some(isCurrent)) return;
    running.unrecordedSinceMs ??= this.#options.clock.nowMs();
    if (pair !== undefined) void this.#goOn(running, pair);
  }

  async #goOn(running: Running, pair: AnchoredPair): Promise<void> {
    const { clock, commandMs } = this.#options;
    const failure = await this.#record(running, pair, clock.nowMs() + commandMs);
    if (!this.#isRunning(running)) return;
    if (failure === undefined) this.#tellSegments(running);
    else this.#fail(running, failure);
  }

  #isRunning(running: Running): boolean {
    return this.#running.get(running.order.recordingId) === running;
  }

  /** One recording does not want it any more; the last one ends it. */
  async #release({ order }: Running, capture: PairCapture): Promise<void> {
    capture.users.delete(order.recordingId);
    if (capture.users.size > 0) return;
    await this.#finish(capture);
  }

  async #finish(capture: PairCapture): Promise<void> {
    const { ngCallId } = capture.pair;
    if (this.#captures.get(ngCallId) === capture) this.#captures.delete(ngCallId);
    await capture.finish();
  }

  async #end(running: Running): Promise<void> {
    if (this.#isRunning(running)) this.#running.delete(running.order.recordingId);
    await Promise.all(running.captures.map(capture => this.#release(running, capture)));
    // The files of a pair that has ended are nobody's business any more.
    for (const { pair } of running.captures)
      if (this.#options.anchor.pairOf(...pair.legs)?.ngCallId !== pair.ngCallId)
        this.#files.delete(pair.ngCallId);
  }

  #fail(running: Running, failure: RecordingFailure): void {
    if (!this.#isRunning(running)) return;
    const { recordingId } = running.order;
    this.#options.log.warn({ recordingId, connId: running.order.connId, ...failure }, 'a capture has failed');
    void this.#end(running);
    this.#listener?.failed(recordingId, failure);
  }

  #tellSegments(running: Running): void {
    this.#listener?.segmentsChanged(running.order.recordingId, segmentsOf(running));
  }

  #onReady(pair: AnchoredPair): void {
    for (const settle of [...this.#waiting]) settle(pair);
    for (const running of this.#running.values()) {
      const legs = legsOf(running.order.parties);
      if (legs !== undefined && areLegsOf(pair, legs) && running.captures.length > 0) this.#follow(running);
    }
  }

  /** Its file is ended before the rtpengine forgets it; the recording may go on with another pair. */
  async #onEnding({ ngCallId }: AnchoredPair): Promise<void> {
    const capture = this.#captures.get(ngCallId);
    if (capture === undefined) {
      this.#files.delete(ngCallId);
      return;
    }
    await this.#finish(capture);
    this.#files.delete(ngCallId);
    for (const id of capture.users) {
      const running = this.#running.get(id);
      if (running === undefined) continue;
      if (!running.captures.some(one => one.isOpen))
        running.unrecordedSinceMs ??= this.#options.clock.nowMs();
      this.#tellSegments(running);
    }
  }

  #watch(): void {
    const { clock, watchMs } = this.#options;
    this.#stopWatch ??= clock.after(watchMs, () => {
      void this.#look().then(() => {
        this.#stopWatch = undefined;
        if (this.#running.size > 0) this.#watch();
      });
    });
  }

  async #look(): Promise<void> {
    const { clock, growthMs } = this.#options;
    await Promise.all([...this.#captures.values()].map(capture => this.#lookAt(capture)));
    for (const running of [...this.#running.values()]) {
      const { unrecordedSinceMs } = running;
      if (unrecordedSinceMs !== undefined && clock.nowMs() - unrecordedSinceMs >= growthMs)
        this.#fail(running, notAnchored);
    }
  }

  async #lookAt(capture: PairCapture): Promise<void> {
    const failure = await capture.check();
    if (failure === undefined) return;
    for (const id of [...capture.users]) {
      const running = this.#running.get(id);
      if (running !== undefined) this.#fail(running, failure);
    }
  }
}

function segmentsOf({ captures }: Running): readonly RecordingSegment[] {
  return captures.filter(({ file }) => file !== undefined).map(capture => capture.segment());
}

/** Of a call that has both parties. */
function legsOf(parties: readonly RecordedParty[]): [LegId, LegId] | undefined {
  const [one, other] = parties;
  return one === undefined || other === undefined ? undefined : [one.leg, other.leg];
}

function areLegsOf({ legs }: AnchoredPair, [one, other]: readonly [LegId, LegId]): boolean {
  return legs.includes(one) && legs.includes(other);
}
