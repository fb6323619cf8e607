import type { ConnId } from '../call/ids.ts';
import type { LegId } from '../call/signal.ts';
import type { NgOutcome, NgSdpAnswer, SdpFlags } from '../rtpengine/command.ts';
import type { Instance } from '../rtpengine/instances.ts';
import type { AnchoredPair } from './anchor.ts';
import { newPair, type PairState, type SaidTo, shownAs, stepFor, takenBack } from './pair.ts';

/** Why SDP went out as it came. */
export type UnanchoredWhy = 'no-instance' | 'refused' | 'offer-not-anchored' | 'dtls' | 'ended';

export type ShownSdp =
  | { readonly anchored: true; readonly content: string }
  | { readonly anchored: false; readonly why: UnanchoredWhy; readonly reason: string };

/**
 * Nobody wants the candidates of who is behind us. Ports latch: they stay as the peers know them, whatever somebody offers and is
 * refused.
 */
const flags: SdpFlags = {
  replace: ['origin', 'session-connection'],
  ICE: 'remove',
  DTLS: 'off',
  flags: ['port latching'],
};

const cryptoSuites = [
  ...['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_256_CM_HMAC_SHA1_80', 'AES_256_CM_HMAC_SHA1_32'],
  ...[
    'AES_192_CM_HMAC_SHA1_80',
    'AES_192_CM_HMAC_SHA1_32',
    'AES_CM_128_HMAC_SHA1_80',
    'AES_CM_128_HMAC_SHA1_32',
  ],
  ...['F8_128_HMAC_SHA1_80', 'F8_128_HMAC_SHA1_32', 'NULL_HMAC_SHA1_80', 'NULL_HMAC_SHA1_32'],
];

/** Where keys are in SDP (RFC 4568) rtpengine offers all suites that it knows; here, those that are offered. */
function flagsFor(content: string): SdpFlags {
  if (!content.includes('a=crypto:')) return flags;
  return {
    ...flags,
    SDES: cryptoSuites.filter(suite => !content.includes(suite)).map(suite => `no-${suite}`),
  };
}

/** The pair as one call of one rtpengine, since that has started. */
interface Held extends AnchoredPair {
  readonly instance: Instance;
  readonly era: number;
  ready: boolean;
}

/** What a pair needs of who keeps it. */
export interface PairDesk {
  readonly instances: () => readonly Instance[];
  readonly newNgCallId: (call: ConnId) => string;
  readonly ready: (pair: AnchoredPair) => void;
  /** Settles when all who wanted to know of the end have done what they do. */
  readonly ending: (pair: AnchoredPair) => Promise<void>;
}

/**
 * Two legs and what an rtpengine holds of them.
 *
 *     nothing ──offer taken──▶ held ──its rtpengine is gone, or refuses──▶ nothing
 *        │                                                   the next offer begins anew, elsewhere if need be
 *        └──nobody takes the offer──▶ passed: the answer passes too, as it came ──offer──▶ as from nothing
 *
 * Commands go one after the other, in the order in which they were asked for.
 */
export class LegPair {
  readonly legs: readonly [LegId, LegId];
  readonly call: ConnId;
  readonly #desk: PairDesk;
  #state: PairState = newPair;
  #held: Held | undefined;
  #passed = false;
  #ended = false;
  /** The last of what is to be done; undefined: nothing is. */
  #tail: Promise<unknown> | undefined;

  constructor(desk: PairDesk, call: ConnId, legs: readonly [LegId, LegId]) {
    this.#desk = desk;
    this.call = call;
    this.legs = legs;
  }

  get anchored(): AnchoredPair | undefined {
    return this.#held !== undefined && isAlive(this.#held) && !this.#ended ? this.#held : undefined;
  }

  /** What is known without asking anybody. */
  shownAlready(said: SaidTo): string | undefined {
    if (this.#tail !== undefined || this.anchored === undefined) return undefined;
    const step = stepFor(this.#state, said);
    return step.do === 'repeat' ? step.output : undefined;
  }

  /** SDP as the other leg's peer is to see it. Never rejects. */
  show(said: SaidTo): Promise<ShownSdp> {
    return this.#inTurn(() => this.#show(said));
  }

  /** What `by` has offered was refused. */
  takeBack(by: LegId): void {
    void this.#inTurn(async () => {
      const taken = takenBack(this.#state, by);
      if (taken === undefined || this.#held === undefined || !isAlive(this.#held)) return;
      const { offerer, offer, answerer, answer } = taken.agreed;
      await this.#ask(this.#held, 'offer', { by: offerer, to: answerer, content: offer });
      await this.#ask(this.#held, 'answer', { by: answerer, to: offerer, content: answer });
      this.#state = taken.pair;
    });
  }

  /** One of the legs is gone. Settles when the rtpengine has forgotten the pair. */
  end(): Promise<void> {
    this.#ended = true;
    return this.#inTurn(() => this.#abandon());
  }

  async #show(said: SaidTo): Promise<ShownSdp> {
    if (this.#ended) return unanchored('ended', 'the other leg has ended');
    if (this.#held !== undefined && !isAlive(this.#held)) {
      // Its answer went with it.
      this.#passed = said.as === 'answer';
      void this.#abandon();
    }
    if (this.#passed && said.as === 'answer')
      return unanchored('offer-not-anchored', 'it answers an offer that is not anchored');
    // RFC 5764 §8: keys that are not in SDP are not for us.
    if (said.content.includes(' UDP/TLS/')) return this.#passOn(unanchored('dtls', 'it is for DTLS-SRTP'));
    const step = stepFor(this.#state, said);
    switch (step.do) {
      case 'repeat':
        return { anchored: true, content: step.output };
      case 'offer':
        return this.#offer(said);
      case 'answer':
        return this.#answer(said);
      default:
        return step satisfies never;
    }
  }

  async #offer(said: SaidTo): Promise<ShownSdp> {
    let why: ShownSdp = unanchored('no-instance', 'no rtpengine is there');
    for (const instance of this.#candidates()) {
      const held = this.#held?.instance === instance ? this.#held : this.#newHeld(instance);
      const outcome = await this.#ask(held, 'offer', said);
      if (outcome.ok) {
        if (held !== this.#held) void this.#abandon();
        this.#held = held;
        this.#passed = false;
        return this.#carriedOut(said, 'offer', outcome.answer.sdp);
      }
      why = unanchored(outcome.why === 'refused' ? 'refused' : 'no-instance', outcome.reason);
      // It may have understood all the same.
      if (held !== this.#held)
        void held.engine.ask({ command: 'delete', 'call-id': held.ngCallId, 'delete delay': 0 });
    }
    return this.#passOn(why);
  }

  /** As it came, and its answer too. */
  #passOn(why: ShownSdp): ShownSdp {
    void this.#abandon();
    this.#passed = true;
    return why;
  }

  /** The one that has the pair, then the others. */
  #candidates(): readonly Instance[] {
    const first = this.#held?.instance;
    const others =
      first === undefined ? this.#desk.instances() : this.#desk.instances().filter(one => one !== first);
    return first === undefined ? others : [first, ...others];
  }

  #newHeld(instance: Instance): Held {
    const { client: engine, era } = instance;
    return {
      ngCallId: this.#desk.newNgCallId(this.call),
      engine,
      legs: this.legs,
      instance,
      era,
      ready: false,
    };
  }

  async #answer(said: SaidTo): Promise<ShownSdp> {
    const held = this.#held;
    if (held === undefined)
      return unanchored('offer-not-anchored', 'it answers an offer that is not anchored');
    const outcome = await this.#ask(held, 'answer', said);
    if (!outcome.ok)
      return this.#passOn(unanchored(outcome.why === 'refused' ? 'refused' : 'no-instance', outcome.reason));
    const shown = this.#carriedOut(said, 'answer', outcome.answer.sdp);
    if (!held.ready && !this.#ended) {
      held.ready = true;
      this.#desk.ready(held);
    }
    return shown;
  }

  #ask(
    { engine, ngCallId, ready }: Held,
    command: 'offer' | 'answer',
    { by, to, content: sdp }: Pick<SaidTo, 'by' | 'to' | 'content'>,
  ): Promise<NgOutcome<NgSdpAnswer>> {
    const ofCall = { 'call-id': ngCallId, sdp, ...flagsFor(sdp) };
    return command === 'offer'
      ? engine.ask({ command, ...ofCall, 'from-tag': by, ...(ready && { 'to-tag': to }) })
      : engine.ask({ command, ...ofCall, 'from-tag': to, 'to-tag': by });
  }

  #carriedOut(said: SaidTo, as: 'offer' | 'answer', output: string): ShownSdp {
    this.#state = shownAs(this.#state, said, { as, output });
    return { anchored: true, content: output };
  }

  /** The rtpengine is to forget it; what comes next begins anew. By call-id alone, or a subscription would keep it. */
  async #abandon(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#state = newPair;
    if (held === undefined) return;
    await this.#desk.ending(held);
    const command = { command: 'delete', 'call-id': held.ngCallId, 'delete delay': 0 } as const;
    // Who has started anew knows nothing of it, and who is away forgets it by itself: nobody waits for that.
    const deleted = held.engine.ask(command);
    if (isAlive(held)) await deleted;
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#tail === undefined ? act() : this.#tail.then(act);
    this.#tail = done;
    void done.then(() => {
      if (this.#tail === done) this.#tail = undefined;
    });
    return done;
  }
}

const isAlive = ({ instance, era }: Held): boolean => instance.up && instance.era === era;

const unanchored = (why: UnanchoredWhy, reason: string): ShownSdp => ({ anchored: false, why, reason });
