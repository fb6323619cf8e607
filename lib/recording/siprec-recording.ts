import type { RecordingFailure, RecordingSegment } from '../call/recording/recording.ts';
import type { Signal, SignallingEffect } from '../call/signal.ts';
import type { AnchoredPair, MediaAnchor } from '../media-anchor/anchor.ts';
import type { Clock } from '../ports.ts';
import { decideDialog, newDialog } from '../siprec/decide-dialog.ts';
import type {
  DialogEffect,
  DialogEnv,
  DialogNote,
  DialogTimer,
  Happening,
  RecordingDialog,
} from '../siprec/dialog.ts';
import { idOf } from '../siprec/ids.ts';
import type { RecordingOrder, StartOutcome, StopOutcome } from './backend.ts';
import { SiprecFork } from './siprec-fork.ts';

/** What one recording needs of the back end. */
export interface SiprecDesk {
  readonly anchor: Pick<MediaAnchor, 'pairOf'>;
  /** The pair has an offer and its answer. */
  isReady(pair: AnchoredPair): boolean;
  readonly clock: Clock;
  readonly env: Omit<DialogEnv, 'nowMs'>;
  randomHex(digits: number): string;
  perform(effect: SignallingEffect): void;
  noted(note: DialogNote): void;
  /** By itself. */
  failed(failure: RecordingFailure): void;
  /** The last of it. */
  over(): void;
}

type Waited = 'start' | 'pause' | 'resume';

/** How long a call may be without media that could be copied, in a transfer or when its rtpengine is replaced. */
const mediaGapMs = 5_000;

const noMedia: RecordingFailure = {
  code: 'not-anchored',
  reason: "the call's media does not go through rtpengine",
};

/** One recording: the machine of lib/siprec with wire, rtpengine and clock around it. */
export class SiprecRecording {
  readonly #desk: SiprecDesk;
  readonly #fork: SiprecFork;
  #order: RecordingOrder;
  #dialog: RecordingDialog;
  #segments: readonly RecordingSegment[] = [];
  readonly #timers = new Map<DialogTimer, () => void>();
  readonly #waiters = new Map<Waited, (failure: RecordingFailure | undefined) => void>();
  /** What rtpengine is asked for goes one after the other. */
  #tail: Promise<void> = Promise.resolve();
  readonly #inbox: Happening[] = [];
  #busy = false;
  /** Looks again whether there is media. */
  #look = (): void => {};
  #stopGap = (): void => {};

  constructor(desk: SiprecDesk, order: RecordingOrder, servers: readonly string[]) {
    this.#desk = desk;
    this.#order = order;
    this.#fork = new SiprecFork(`siprec-${desk.randomHex(16)}`);
    const { connId, callThreadId, recordingId, startedAtMs, parties } = order;
    const about = {
      groupId: idOf('group', callThreadId),
      sessionId: idOf('session', connId.slice(0, 16)),
      names: { recordingId, connId, callThreadId },
      startedAtMs,
    };
    const sdpId = String(desk.clock.nowMs());
    this.#dialog = newDialog({ about, servers, parties, sdpId }, this.#env);
  }

  async start(deadlineMs: number): Promise<StartOutcome> {
    return this.#wanted('start', { type: 'begin' }, deadlineMs);
  }

  async pause(deadlineMs: number): Promise<StartOutcome> {
    return this.#wanted('pause', { type: 'pause' }, deadlineMs);
  }

  async resume(deadlineMs: number): Promise<StartOutcome> {
    return this.#wanted('resume', { type: 'resume' }, deadlineMs);
  }

  changed(order: RecordingOrder): void {
    this.#order = order;
    const pair = this.#pair();
    const fork = pair !== undefined && this.#desk.isReady(pair) && !this.#fork.has(pair);
    this.#happens({ type: 'partiesChanged', parties: order.parties, fork });
    this.#look();
  }

  /** Settles when rtpengine has been told, too. */
  async stop(): Promise<StopOutcome> {
    this.#happens({ type: 'stop' });
    await this.#tail;
    return { ok: true, segments: this.#segments };
  }

  receiveSignal(signal: Signal): void {
    this.#happens({ type: 'signal', signal });
  }

  pairReady(pair: AnchoredPair): void {
    this.#look();
    if (this.#pair() === pair && !this.#fork.has(pair)) this.#happens({ type: 'mediaChanged' });
  }

  /** What was copied is gone; maybe other media comes. */
  pairEnding(pair: AnchoredPair): void {
    if (!this.#fork.has(pair)) return;
    this.#fork.forget(pair);
    this.#stopGap();
    const failure = { code: 'recorder-failed', reason: 'the media of the call is gone' } as const;
    this.#stopGap = this.#desk.clock.after(mediaGapMs, () => {
      if (this.#pair() === undefined) this.#happens({ type: 'forkFailed', failure });
    });
  }

  get #env(): DialogEnv {
    return { ...this.#desk.env, nowMs: this.#desk.clock.nowMs() };
  }

  async #wanted(what: Waited, happening: Happening, deadlineMs: number): Promise<StartOutcome> {
    const { clock } = this.#desk;
    const failure = await new Promise<RecordingFailure | undefined>(settle => {
      const late = { code: 'recorder-timeout', reason: 'the recording server took too long' } as const;
      const stopTimer = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () =>
        this.#happens({ type: 'giveUp', failure: late }),
      );
      this.#waiters.set(what, outcome => {
        stopTimer();
        settle(outcome);
      });
      this.#happens(happening);
    });
    return failure === undefined ? { ok: true, segments: this.#segments } : { ok: false, ...failure };
  }

  /** One after the other, also what comes of what is being done. */
  #happens(happening: Happening): void {
    this.#inbox.push(happening);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#step(next);
    this.#busy = false;
  }

  #step(happening: Happening): void {
    const wasOver = this.#dialog.state.is === 'over';
    const { dialog, effects } = decideDialog(this.#dialog, happening, this.#env);
    this.#dialog = dialog;
    for (const effect of effects) this.#perform(effect);
    if (wasOver || dialog.state.is !== 'over') return;
    this.#endSegment();
    this.#stopGap();
    this.#look();
    // Nobody is told of what is over: whoever waits has waited in vain.
    for (const what of [...this.#waiters.keys()])
      this.#settle(what, { code: 'recording-unknown', reason: 'stopped' });
    this.#desk.over();
  }

  #perform(effect: DialogEffect): void {
    switch (effect.do) {
      case 'fork':
        this.#ask(async () => this.#forkMedia());
        break;
      case 'connect':
        this.#ask(async () => {
          const connected = await this.#fork.connect(effect.sdp);
          return connected.ok ? { type: 'connected' } : failedBy(connected);
        });
        break;
      case 'unfork':
        this.#look();
        this.#ask(async () => {
          await this.#fork.leave();
          return undefined;
        });
        break;
      case 'checkFork':
        this.#ask(async () => {
          const checked = await this.#fork.check();
          return checked.ok ? undefined : failedBy(checked);
        });
        break;
      case 'startTimer':
        this.#startTimer(effect.timer, effect.delayMs);
        break;
      case 'stopTimer':
        this.#timers.get(effect.timer)?.();
        this.#timers.delete(effect.timer);
        break;
      case 'settle':
        this.#settle(effect.what, effect.failure);
        break;
      case 'failed':
        this.#endSegment();
        this.#desk.failed(effect.failure);
        break;
      case 'note':
        this.#desk.noted(effect.note);
        break;
      default:
        this.#desk.perform(effect);
    }
  }

  #startTimer(timer: DialogTimer, delayMs: number): void {
    this.#timers.get(timer)?.();
    const fire = () => this.#happens({ type: 'timerFired', timer });
    this.#timers.set(timer, this.#desk.clock.after(delayMs, fire));
  }

  #settle(what: Waited, failure: RecordingFailure | undefined): void {
    if (failure === undefined && what === 'pause') this.#endSegment();
    else if (failure === undefined)
      this.#segments = [...this.#segments, { startedAtMs: this.#desk.clock.nowMs() }];
    const settle = this.#waiters.get(what);
    this.#waiters.delete(what);
    settle?.(failure);
  }

  #endSegment(): void {
    const last = this.#segments.at(-1);
    if (last === undefined || last.endedAtMs !== undefined) return;
    this.#segments = [...this.#segments.slice(0, -1), { ...last, endedAtMs: this.#desk.clock.nowMs() }];
  }

  #ask(act: () => Promise<Happening | undefined>): void {
    this.#tail = this.#tail.then(async () => {
      const happening = await act();
      if (happening !== undefined) this.#happens(happening);
    });
  }

  async #forkMedia(): Promise<Happening> {
    for (;;) {
      const pair = await this.#readyPair();
      if (pair === undefined) return { type: 'forkFailed', failure: noMedia };
      this.#stopGap();
      const forked = await this.#fork.request(pair);
      if (forked.ok) return { type: 'forked', fork: forked.result };
      // It ended meanwhile: maybe another one comes.
      if (this.#fork.has(pair)) return failedBy(forked);
    }
  }

  /** That of the parties of the moment. Waits for it while it is to be expected, and wanted. */
  async #readyPair(): Promise<AnchoredPair | undefined> {
    const untilMs = this.#desk.clock.nowMs() + mediaGapMs;
    for (;;) {
      const pair = this.#pair();
      if (pair !== undefined && this.#desk.isReady(pair)) return pair;
      const isFirst = this.#dialog.state.is === 'forking';
      const leftMs = untilMs - this.#desk.clock.nowMs();
      if ((isFirst && pair === undefined) || !this.#dialog.forked || leftMs <= 0) return undefined;
      await this.#looksAgain(leftMs);
    }
  }

  async #looksAgain(withinMs: number): Promise<void> {
    await new Promise<void>(resolve => {
      const stopTimer = this.#desk.clock.after(withinMs, resolve);
      this.#look = () => {
        stopTimer();
        resolve();
      };
    });
    this.#look = () => {};
  }

  #pair(): AnchoredPair | undefined {
    const [one, other] = this.#order.parties;
    return one === undefined || other === undefined
      ? undefined
      : this.#desk.anchor.pairOf(one.leg, other.leg);
  }
}

function failedBy({ code, reason }: RecordingFailure): Happening {
  return { type: 'forkFailed', failure: { code, reason } };
}
