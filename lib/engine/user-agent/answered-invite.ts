import type { Dialog } from '../dialog/dialog.ts';
import { Timer, type TimerService, type TimerTarget } from '../transaction/clock.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Timing } from '../transaction/timers.ts';

/**
 * A 2xx to INVITE waiting for its ACK.
 *
 * RFC 3261 §13.3.1.4: "the 2xx response is passed to the transport with an interval that starts at T1 seconds and
 * doubles for each retransmission until it reaches T2 seconds", over any transport, until the ACK; without one within 64*T1 the
 * dialog is confirmed but the session should be terminated with a BYE.
 */
export class AnsweredInvite implements TimerTarget {
  readonly dialog: Dialog;
  readonly cseq: number;
  readonly #transaction: ServerTransaction;
  readonly #timers: TimerService;
  readonly #timing: Timing;
  readonly #repeat: Timer;
  readonly #giveUp: Timer;
  readonly #onGivenUp: (answered: AnsweredInvite) => void;
  #intervalMs: number;

  constructor(options: {
    dialog: Dialog;
    transaction: ServerTransaction;
    timers: TimerService;
    timing: Timing;
    onGivenUp: (answered: AnsweredInvite) => void;
  }) {
    this.dialog = options.dialog;
    this.cseq = options.transaction.request.cseq.number;
    this.#transaction = options.transaction;
    this.#timers = options.timers;
    this.#timing = options.timing;
    this.#onGivenUp = options.onGivenUp;
    this.#repeat = new Timer(this, 'repeat');
    this.#giveUp = new Timer(this, 'give-up');
    this.#intervalMs = options.timing.t1Ms;
    this.#timers.start(this.#repeat, this.#intervalMs);
    this.#timers.start(this.#giveUp, 64 * options.timing.t1Ms);
  }

  stop(): void {
    this.#timers.stop(this.#repeat);
    this.#timers.stop(this.#giveUp);
  }

  onTimer(name: string): void {
    if (name === 'repeat') {
      this.#transaction.repeat();
      this.#intervalMs = Math.min(2 * this.#intervalMs, this.#timing.t2Ms);
      this.#timers.start(this.#repeat, this.#intervalMs);
    } else {
      this.stop();
      this.#onGivenUp(this);
    }
  }
}
