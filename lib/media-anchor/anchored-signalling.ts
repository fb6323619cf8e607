import { warning } from '../call/relay/capabilities.ts';
import { isSdp } from '../call/media/sdp.ts';
import type { LegId, Payload, RequestId, Signal, SignallingEffect } from '../call/signal.ts';
import type { ProbeTarget, Signalling, SignallingUser } from '../ports.ts';
import type { MarkedSdp, RtpengineAnchor } from './rtpengine-anchor.ts';

export interface AnchoredSignallingOptions {
  readonly signalling: Signalling;
  readonly anchor: RtpengineAnchor;
  /** Of a new call's media that nobody anchors. */
  readonly onFailure: 'pass' | 'refuse';
  /** Whether any rtpengine is there. */
  readonly isAnyUp: () => boolean;
}

type WithPayload = Extract<SignallingEffect, { readonly payload: Payload }>;

const refusedText = 'no rtpengine takes the media';

/**
 * Signalling whose SDP goes through the media anchor on its way out. What waits for an rtpengine keeps back what comes after it
 * for the same leg, and nothing else; a call without marked SDP is not touched.
 */
export class AnchoredSignalling implements Signalling {
  readonly #options: AnchoredSignallingOptions;
  readonly #signalling: Signalling;
  readonly #anchor: RtpengineAnchor;
  #user: SignallingUser | undefined;
  /** Of a leg for which something waits: settles when all that has been done. */
  readonly #queues = new Map<LegId, Promise<void>>();
  /** Those that have not ended. */
  readonly #live = new Map<LegId, LiveLeg>();

  constructor(options: AnchoredSignallingOptions) {
    this.#options = options;
    this.#signalling = options.signalling;
    this.#anchor = options.anchor;
  }

  async start(user: SignallingUser): Promise<void> {
    this.#user = user;
    await this.#signalling.start({
      receiveSignal: signal => this.#receive(signal, user),
      receiveStandalone: request => user.receiveStandalone(request),
      signallingChanged: up => user.signallingChanged(up),
    });
  }

  perform(effect: SignallingEffect): void {
    const { leg } = effect;
    if (effect.do === 'invite') this.#live.set(leg, newLiveLeg());
    const marked = this.#markedSdpOf(effect);
    if (marked === undefined) {
      if (this.#queues.has(leg)) this.#later(leg, () => this.#perform(effect));
      else this.#perform(effect);
      return;
    }
    const sdp = { ...marked.sdp, as: this.#roleOf(marked.effect, leg) };
    const known = this.#queues.has(leg) ? undefined : this.#anchor.shownAlready(sdp);
    if (known === undefined) this.#later(leg, async () => this.#performAnchored(marked.effect, sdp));
    else this.#perform(withBody(marked.effect, known));
  }

  probe(target: ProbeTarget, answered: (status: number | undefined) => void): void {
    this.#signalling.probe(target, answered);
  }

  get listening(): readonly string[] {
    return this.#signalling.listening;
  }

  get up(): boolean {
    return this.#signalling.up;
  }

  /** Waits for what waits for an rtpengine: a BYE goes out behind it. */
  async stop(): Promise<void> {
    await this.settled();
    await this.#signalling.stop();
  }

  async settled(): Promise<void> {
    while (this.#queues.size > 0) await Promise.all(this.#queues.values());
    await this.#anchor.settled();
  }

  /** Legs for which something waits. */
  get unfinishedCount(): number {
    return this.#queues.size;
  }

  /** Legs that are known; 0 when no call stands. */
  get legCount(): number {
    return this.#live.size;
  }

  #receive(signal: Signal, user: SignallingUser): void {
    switch (signal.type) {
      case 'invited':
        this.#live.set(signal.leg, { ...newLiveLeg(), isOfferless: !isSdp(signal.request.body) });
        break;
      case 'requested':
        if (signal.method === 'INVITE' && !isSdp(signal.payload.body))
          this.#live.get(signal.leg)?.offerless.add(signal.request);
        break;
      case 'responded':
        if (signal.status >= 200) this.#offerAnswered(signal.leg, signal.request, signal.status);
        break;
      case 'hungUp':
      case 'lost':
      case 'rejected':
      case 'cancelled':
      case 'answerFailed':
        user.receiveSignal(signal);
        this.#endLeg(signal.leg);
        return;
      default:
    }
    user.receiveSignal(signal);
  }

  #offerAnswered(leg: LegId, request: RequestId, status: number): void {
    const offered = this.#live.get(leg)?.offered;
    const by = offered?.get(request);
    offered?.delete(request);
    if (by !== undefined && status >= 300) this.#anchor.takeBack(by, leg);
  }

  #perform(effect: SignallingEffect): void {
    switch (effect.do) {
      case 'invite':
        if (this.#options.onFailure === 'refuse' && !this.#options.isAnyUp()) {
          this.#refuse(effect.leg);
          return;
        }
        break;
      case 'respond':
        if (effect.status >= 200) this.#live.get(effect.leg)?.offerless.delete(effect.request);
        break;
      case 'hangUp':
      case 'reject':
      case 'cancel':
        this.#signalling.perform(effect);
        this.#endLeg(effect.leg);
        return;
      default:
    }
    this.#signalling.perform(effect);
  }

  async #performAnchored(effect: WithPayload, sdp: MarkedSdp): Promise<void> {
    // One of the two has ended while this waited.
    if (!this.#live.has(effect.leg) || !this.#live.has(sdp.mark.by)) {
      this.#perform(effect);
      return;
    }
    const { body, shown } = await this.#anchor.show(sdp);
    if (!shown.anchored && effect.do === 'invite' && this.#options.onFailure === 'refuse') {
      this.#refuse(effect.leg);
      return;
    }
    if (effect.do === 'request' && sdp.as === 'offer')
      this.#live.get(effect.leg)?.offered.set(effect.request, sdp.mark.by);
    this.#perform(withBody(effect, body));
  }

  /** As if the target had said so: the next is tried, or the caller told. */
  #refuse(leg: LegId): void {
    const payload = { headers: [warning(refusedText)] };
    const signal = { type: 'rejected', leg, status: 503, reason: 'Service Unavailable', payload } as const;
    queueMicrotask(() => {
      this.#user?.receiveSignal(signal);
      this.#endLeg(leg);
    });
  }

  #endLeg(leg: LegId): void {
    this.#anchor.endLeg(leg);
    this.#live.delete(leg);
  }

  #roleOf(effect: WithPayload, to: LegId): 'offer' | 'answer' {
    switch (effect.do) {
      case 'invite':
      case 'request':
        return 'offer';
      // RFC 3261 §13.2.1, §14.2: without an offer in the INVITE it is in the first reliable answer.
      case 'progress':
      case 'answer':
        return this.#live.get(to)?.isOfferless === true ? 'offer' : 'answer';
      case 'respond':
        return this.#live.get(to)?.offerless.has(effect.request) === true ? 'offer' : 'answer';
      case 'acknowledge':
      case 'reject':
        return 'answer';
      default:
        return effect satisfies never;
    }
  }

  /** SDP of a leg that is there, for one that is there. */
  #markedSdpOf(effect: SignallingEffect): Marked | undefined {
    if (!('payload' in effect)) return undefined;
    const { body } = effect.payload;
    const mark = body?.sdp;
    if (body === undefined || mark === undefined) return undefined;
    if (!this.#live.has(effect.leg) || !this.#live.has(mark.by)) return undefined;
    return { effect, sdp: { to: effect.leg, body, mark } };
  }

  #later(leg: LegId, act: () => void | Promise<void>): void {
    const before = this.#queues.get(leg);
    const done = before === undefined ? Promise.resolve(act()) : before.then(act);
    this.#queues.set(leg, done);
    void done.then(() => {
      if (this.#queues.get(leg) === done) this.#queues.delete(leg);
    });
  }
}

interface LiveLeg {
  /** Its initial INVITE came without an offer. */
  readonly isOfferless: boolean;
  /** Re-INVITEs of its peer without an offer: their 2xx has it. */
  readonly offerless: Set<RequestId>;
  /** Re-INVITEs and UPDATEs to its peer with SDP of another leg, and of which, until they have their final response. */
  readonly offered: Map<RequestId, LegId>;
}

const newLiveLeg = (): LiveLeg => ({ isOfferless: false, offerless: new Set(), offered: new Map() });

interface Marked {
  readonly effect: WithPayload;
  readonly sdp: Omit<MarkedSdp, 'as'>;
}

function withBody<Of extends WithPayload>(effect: Of, body: Payload['body']): Of {
  return { ...effect, payload: { headers: effect.payload.headers, ...(body !== undefined && { body }) } };
}
