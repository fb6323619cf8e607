import type { LegId, Signal, SignallingEffect } from '../call/signal.ts';
import type { ProbeTarget, Signalling, SignallingUser } from '../ports.ts';

/** Somebody else than the B2BUA who has legs of its own, which it dials. */
export interface LegOwner {
  receiveSignal(signal: Signal): void;
}

/** What the owner of legs orders. */
export interface OwnLegs {
  /** The leg is the owner's from its `invite` until it has ended, or is told to. */
  perform(effect: SignallingEffect): void;
}

/** After these a leg is no more. */
const last: ReadonlySet<Signal['type']> = new Set([
  'rejected',
  'cancelled',
  'hungUp',
  'lost',
  'answerFailed',
]);

/** One way to SIP for the B2BUA and for others with legs of their own: each is told of its own legs only. */
export class SharedSignalling implements Signalling {
  readonly #signalling: Signalling;
  readonly #owners = new Map<LegId, LegOwner>();

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
  }

  /** For an owner of legs; anybody but the B2BUA. */
  legsOf(owner: LegOwner): OwnLegs {
    return {
      perform: effect => {
        if (effect.do === 'invite') this.#owners.set(effect.leg, owner);
        this.#signalling.perform(effect);
        // Nothing is told of it any more.
        if (effect.do === 'hangUp') this.#owners.delete(effect.leg);
      },
    };
  }

  /** How many legs are somebody else's than the B2BUA's. */
  get ownedCount(): number {
    return this.#owners.size;
  }

  async start(user: SignallingUser): Promise<void> {
    await this.#signalling.start({
      receiveSignal: signal => this.#receive(signal, user),
      receiveStandalone: request => user.receiveStandalone(request),
      signallingChanged: up => user.signallingChanged(up),
    });
  }

  perform(effect: SignallingEffect): void {
    this.#signalling.perform(effect);
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

  async stop(): Promise<void> {
    await this.#signalling.stop();
  }

  #receive(signal: Signal, user: SignallingUser): void {
    const owner = 'leg' in signal ? this.#owners.get(signal.leg) : undefined;
    if (owner === undefined || !('leg' in signal)) {
      user.receiveSignal(signal);
      return;
    }
    if (last.has(signal.type)) this.#owners.delete(signal.leg);
    owner.receiveSignal(signal);
  }
}
