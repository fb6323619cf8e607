import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../message/message.ts';
import { Timer, type TimerService, type TimerTarget } from '../transaction/clock.ts';

/** A 2xx to our INVITE whose ACK the application has not sent yet. */
export class OwedAck implements TimerTarget {
  readonly dialog: Dialog;
  readonly invite: SipMessage;
  /** The application had cancelled: the dialog ends as soon as it is acknowledged (RFC 3261 §9.1). */
  readonly endsAfterwards: boolean;
  readonly #timers: TimerService;
  readonly #guard: Timer;
  readonly #onNeverSent: (owed: OwedAck) => void;

  constructor(options: {
    dialog: Dialog;
    invite: SipMessage;
    endsAfterwards: boolean;
    timers: TimerService;
    waitMs: number;
    onNeverSent: (owed: OwedAck) => void;
  }) {
    this.dialog = options.dialog;
    this.invite = options.invite;
    this.endsAfterwards = options.endsAfterwards;
    this.#timers = options.timers;
    this.#onNeverSent = options.onNeverSent;
    this.#guard = new Timer(this, 'guard');
    this.#timers.start(this.#guard, options.waitMs);
  }

  settle(): void {
    this.#timers.stop(this.#guard);
  }

  onTimer(): void {
    this.#onNeverSent(this);
  }
}
