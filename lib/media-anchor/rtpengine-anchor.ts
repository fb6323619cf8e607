import type { ConnId } from '../call/ids.ts';
import type { Body, LegId, SdpMark } from '../call/signal.ts';
import type { Clock } from '../ports.ts';
import type { Instances } from '../rtpengine/instances.ts';
import type { AnchoredPair, MediaAnchor } from './anchor.ts';
import { LegPair, type ShownSdp, type UnanchoredWhy } from './anchored-pair.ts';
import { AnchoredLegs } from './legs.ts';

export interface AnchorMetrics {
  /** Pairs that an rtpengine has, or is asked to have. */
  pairs(count: number): void;
  /** SDP went on as it came. */
  unanchored(why: UnanchoredWhy): void;
}

export interface AnchorLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RtpengineAnchorOptions {
  readonly instances: Pick<Instances, 'inTurn'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: AnchorLog;
  readonly metrics: AnchorMetrics;
}

/** SDP of a leg with a mark, on its way to another. */
export interface MarkedSdp {
  readonly to: LegId;
  readonly as: 'offer' | 'answer';
  readonly body: Body;
  readonly mark: SdpMark;
}

/** How long who records may take to end it before the rtpengine forgets the pair. */
const endingMs = 1_000;

/** Puts rtpengines between the media of any two legs: a pair of legs is one call of an rtpengine. */
export class RtpengineAnchor implements MediaAnchor {
  readonly #options: RtpengineAnchorOptions;
  readonly #legs = new AnchoredLegs<LegPair>();
  readonly #endingListeners: ((pair: AnchoredPair) => Promise<void>)[] = [];
  readonly #readyListeners: ((pair: AnchoredPair) => void)[] = [];
  /** Pairs that are being forgotten. */
  readonly #leaving = new Set<Promise<void>>();
  #count = 0;

  constructor(options: RtpengineAnchorOptions) {
    this.#options = options;
  }

  pairOf(one: LegId, other: LegId): AnchoredPair | undefined {
    return this.#legs.pairOf(one, other)?.anchored;
  }

  onEnding(listener: (pair: AnchoredPair) => Promise<void>): void {
    this.#endingListeners.push(listener);
  }

  onReady(listener: (pair: AnchoredPair) => void): void {
    this.#readyListeners.push(listener);
  }

  /** As the peer is to see it, when that needs nobody. */
  shownAlready({ to, as, body, mark: { by, call } }: MarkedSdp): Body | undefined {
    // What we have made up: nothing flows.
    if (by === to) return this.#goesOut(to, call, body, body.content);
    const content = this.#legs.pairOf(by, to)?.shownAlready({ by, to, as, content: body.content });
    return content === undefined ? undefined : this.#goesOut(to, call, body, content);
  }

  /** As the peer is to see it; not anchored, as it came. Never rejects. */
  async show({
    to,
    as,
    body,
    mark: { by, call },
  }: MarkedSdp): Promise<{ readonly body: Body; readonly shown: ShownSdp }> {
    const shown = await this.#pair(by, to, call).show({ by, to, as, content: body.content });
    if (!shown.anchored) {
      const { why, reason } = shown;
      this.#options.metrics.unanchored(why);
      this.#options.log.warn({ connId: call, leg: to, by, why, reason }, 'media is not anchored');
    }
    // It has ended meanwhile, and nothing is kept of it.
    if (!this.#legs.has(to)) return { body, shown };
    return { body: this.#goesOut(to, call, body, shown.anchored ? shown.content : body.content), shown };
  }

  /** What `by` has offered `to` was refused. */
  takeBack(by: LegId, to: LegId): void {
    this.#legs.pairOf(by, to)?.takeBack(by);
  }

  endLeg(leg: LegId): void {
    for (const pair of this.#legs.pairsOf(leg)) {
      this.#legs.drop(pair.legs);
      this.#count -= 1;
      const gone = pair.end();
      this.#leaving.add(gone);
      void gone.then(() => this.#leaving.delete(gone));
      this.#options.metrics.pairs(this.#count);
    }
    this.#legs.end(leg);
  }

  /** Settles when all pairs whose legs have ended are forgotten. Those of calls that stand stay. */
  async settled(): Promise<void> {
    while (this.#leaving.size > 0) await Promise.all(this.#leaving);
  }

  /** All are 0 when no call stands. */
  get counts(): { readonly pairs: number; readonly legs: number; readonly calls: number } {
    return { pairs: this.#count, ...this.#legs.counts };
  }

  #goesOut(to: LegId, call: ConnId, { contentType, more }: Body, content: string): Body {
    return this.#legs.continued(to, call, { contentType, content, ...(more !== undefined && { more }) });
  }

  #pair(by: LegId, to: LegId, call: ConnId): LegPair {
    const known = this.#legs.pairOf(by, to);
    if (known !== undefined) return known;
    const desk = {
      instances: () => this.#options.instances.inTurn(),
      newNgCallId: (of: ConnId) => this.#legs.newNgCallId(of),
      ready: (pair: AnchoredPair) => this.#tellReady(pair),
      ending: async (pair: AnchoredPair) => this.#tellEnding(pair),
    };
    const pair = new LegPair(desk, call, [by, to]);
    this.#legs.add(pair, call, pair.legs);
    this.#count += 1;
    this.#options.metrics.pairs(this.#count);
    return pair;
  }

  #tellReady(pair: AnchoredPair): void {
    for (const listener of this.#readyListeners) {
      try {
        listener(pair);
      } catch (error) {
        this.#options.log.error({ err: error }, 'a listener of the media anchor failed');
      }
    }
  }

  async #tellEnding(pair: AnchoredPair): Promise<void> {
    if (this.#endingListeners.length === 0) return;
    const all = Promise.all(
      this.#endingListeners.map(async listener => {
        try {
          await listener(pair);
        } catch (error) {
          this.#options.log.error({ err: error }, 'a listener of the media anchor failed');
        }
      }),
    );
    let stop = (): void => {};
    const late = new Promise<void>(resolve => (stop = this.#options.clock.after(endingMs, resolve)));
    await Promise.race([all, late]);
    stop();
  }
}
