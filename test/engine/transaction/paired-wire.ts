import { EngineCounters } from '../../../lib/engine/counters.ts';
import type { ByteString } from '../../../lib/engine/message/bytes.ts';
import { DEFAULT_LIMITS } from '../../../lib/engine/message/limits.ts';
import { Timer } from '../../../lib/engine/transaction/clock.ts';
import { DEFAULT_TIMING } from '../../../lib/engine/transaction/timers.ts';
import { Transactions } from '../../../lib/engine/transaction/transaction-layer.ts';
import type { Flow } from '../../../lib/engine/transport/transport.ts';
import { FakeTimers } from '../../support/fake-timers.ts';
import { fromAlice, fromBob, nameOf, ServerRecorder } from './doubles.ts';

/** Says whether the `count`th message (from 1) of that name, in that direction, is lost. */
export type Loss = (name: string, count: number) => boolean;

const ONE_WAY_MS = 20;

/**
 * Two transaction layers, Alice's and Bob's, with a wire between them that takes 20 ms and loses what it is
 * told to.
 */
export class PairedWire {
  readonly timers = new FakeTimers();
  readonly aliceUser = new ServerRecorder();
  readonly bobUser = new ServerRecorder();
  readonly alice: Transactions;
  readonly bob: Transactions;
  /** `INVITE`, `(200)` for a message that was lost, in the order sent. */
  readonly log: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #lost: Loss;

  constructor(lost: Loss = () => false) {
    this.#lost = lost;
    this.alice = this.#end(this.aliceUser, () => this.bob, fromAlice);
    this.bob = this.#end(this.bobUser, () => this.alice, fromBob);
  }

  /** Nothing is open at either end. */
  get isEmpty(): boolean {
    const ends = [this.alice, this.bob];
    return this.timers.runningCount === 0 && ends.every(end => end.clientCount + end.serverCount === 0);
  }

  #end(user: ServerRecorder, peer: () => Transactions, flow: Flow): Transactions {
    return new Transactions({
      transport: {
        send: bytes => {
          this.#carry(bytes, peer, flow);
        },
      },
      timers: this.timers,
      timing: DEFAULT_TIMING,
      limits: DEFAULT_LIMITS,
      counters: new EngineCounters(),
      user,
    });
  }

  #carry(bytes: ByteString, peer: () => Transactions, flow: Flow): void {
    const name = nameOf(bytes);
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const lost = this.#lost(name, count);
    this.log.push(lost ? `(${name})` : name);
    if (lost) return;
    const target = {
      onTimer: (): void => {
        peer().receiveMessage(bytes, flow);
      },
    };
    this.timers.start(new Timer(target, 'on the wire'), ONE_WAY_MS);
  }
}
