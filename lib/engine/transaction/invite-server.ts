import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import { emptiedRequest } from './emptied-request.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { Flow, Hop, OnSendFailure } from '../transport/transport.ts';
import { Timer, type TimerTarget } from './clock.ts';
import type { ServerKeys } from './server-keys.ts';
import { nextRetransmitMs, type TimerTable } from './timers.ts';
import type { ServerTransaction, ServerTransactionUser } from './transaction.ts';
import type { ServerWiring } from './wiring.ts';

/**
 * The INVITE server transaction: RFC 3261 §17.2.1, Figure 7, as amended by RFC 6026 §7.1.
 *
 *            INVITE received, 100 sent
 *                     │
 *                     ▼      1xx: send; INVITE: send last again
 *                proceeding
 *      2xx: send      │      3xx-6xx: send, G and H run
 *          ┌──────────┴───────────┐
 *          ▼                      ▼      G, INVITE: send again
 *      accepted               completed ───────────┐
 *      INVITE: absorb             │ ACK            │ H: no ACK
 *      ACK: to the user           ▼                │
 *          │                  confirmed (absorbs)  │
 *          │ L                    │ I              │
 *          └────────────▶ terminated ◀─────────────┘
 *
 * Repeating the 2xx until the ACK is the user's work. RFC 6026 §7.1: a transport error is told and changes no
 * state.
 */
type State = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

export class InviteServer implements ServerTransaction, TimerTarget {
  request: SipMessage;
  readonly flow: Flow;
  readonly keys: ServerKeys;
  user: ServerTransactionUser | undefined;
  readonly #hop: Hop;
  readonly #wiring: ServerWiring<InviteServer>;
  readonly #times: TimerTable;
  readonly #timerG = new Timer(this, 'G');
  /** L in accepted, H in completed, I in confirmed; proceeding waits for the user. */
  readonly #deadline = new Timer(this, 'deadline');
  #state: State = 'proceeding';
  #lastStatus = 0;
  #lastBytes: ByteString = '';
  #localTag = '';
  #cancelTag = '';
  #gapMs = 0;
  #isCancelled = false;
  #isFailureTold = false;

  constructor(
    request: SipMessage,
    way: { readonly hop: Hop; readonly flow: Flow },
    keys: ServerKeys,
    wiring: ServerWiring<InviteServer>,
  ) {
    this.request = request;
    this.flow = way.flow;
    this.keys = keys;
    this.#hop = way.hop;
    this.#wiring = wiring;
    this.#times = wiring.table(way.flow.protocol);
  }

  /** The peer still needs us: no final response yet, or one whose ACK is not in. A 2xx is its user's to repeat. */
  get unfinished(): boolean {
    return this.#state === 'proceeding' || this.#state === 'completed';
  }

  get pending(): boolean {
    return this.#state === 'proceeding';
  }

  get lastStatus(): number {
    return this.#lastStatus;
  }

  /** The To tag of the last response; '' while none had one. */
  get localTag(): string {
    return this.#localTag;
  }

  /**
   * The tag for a 200 to CANCEL: that of the last response, else one made once, so that a repeated CANCEL
   * gets it again.
   */
  tagForCancel(newTag: () => string): string {
    if (this.#localTag !== '') return this.#localTag;
    this.#cancelTag ||= newTag();
    return this.#cancelTag;
  }

  respond(response: SipMessage): boolean {
    if (this.#state !== 'proceeding') return false;
    // First, since it throws for what cannot be written: then nothing has happened.
    this.#lastBytes = serializeMessage(response);
    this.#lastStatus = response.status;
    this.#localTag = response.toTag;
    if (response.status >= 300) this.#complete();
    else if (response.status >= 200) this.#accept();
    this.#sendLast();
    return true;
  }

  repeat(): void {
    if (this.#state !== 'accepted') return;
    this.#wiring.counters.retransmissionsSent += 1;
    this.#sendLast();
  }

  letGo(): void {
    if (this.pending) return;
    this.user = undefined;
    this.request = emptiedRequest;
  }

  /** The same INVITE once more. */
  receiveRetransmission(): void {
    this.#wiring.counters.retransmissionsAbsorbed += 1;
    if (this.#state !== 'proceeding' && this.#state !== 'completed') return;
    this.#wiring.counters.retransmissionsSent += 1;
    this.#sendLast();
  }

  /** False when the ACK is none to a non-2xx, so that it is the user's. */
  receiveAck(): boolean {
    switch (this.#state) {
      case 'completed':
        this.#state = 'confirmed';
        this.#wiring.timers.stop(this.#timerG);
        this.#wiring.timers.start(this.#deadline, this.#times.iMs);
        return true;
      case 'confirmed':
        this.#wiring.counters.retransmissionsAbsorbed += 1;
        return true;
      case 'proceeding':
      case 'accepted':
      case 'terminated':
        return false;
    }
  }

  /**
   * A CANCEL that was answered 200. Only the first one, and only before a final response, has an effect (RFC
   * 3261 §9.2).
   */
  receiveCancel(cancel: SipMessage, localTag: string): void {
    if (this.#isCancelled) this.#wiring.counters.retransmissionsAbsorbed += 1;
    if (this.#isCancelled || !this.pending) return;
    this.#isCancelled = true;
    this.user?.receiveCancel(cancel, localTag);
  }

  onTimer(name: string): void {
    if (name === 'G') this.#repeatFailure();
    else if (this.#state === 'completed') this.#giveUp();
    else this.#end();
  }

  #accept(): void {
    this.#state = 'accepted';
    this.#wiring.timers.start(this.#deadline, this.#times.lMs);
  }

  #complete(): void {
    const { timers } = this.#wiring;
    this.#state = 'completed';
    this.#gapMs = this.#times.gMs;
    if (this.#gapMs > 0) timers.start(this.#timerG, this.#gapMs);
    timers.start(this.#deadline, this.#times.hMs);
  }

  #repeatFailure(): void {
    this.#gapMs = nextRetransmitMs('G', this.#gapMs, this.#wiring.timing);
    this.#wiring.timers.start(this.#timerG, this.#gapMs);
    this.#wiring.counters.retransmissionsSent += 1;
    this.#sendLast();
  }

  #giveUp(): void {
    this.#wiring.counters.transactionTimeouts += 1;
    this.#terminate();
    this.user?.serverFailed('no-ack');
    this.user?.serverEnded();
  }

  #end(): void {
    this.#terminate();
    this.user?.serverEnded();
  }

  #sendLast(): void {
    this.#wiring.send(this.#lastBytes, this.#hop, this.#onSendFailure, this.flow);
  }

  readonly #onSendFailure: OnSendFailure = () => {
    this.#wiring.counters.transportErrors += 1;
    if (this.#isFailureTold || this.#state === 'terminated') return;
    this.#isFailureTold = true;
    this.user?.serverFailed('transport');
  };

  #terminate(): void {
    this.#state = 'terminated';
    this.#lastBytes = '';
    this.#wiring.timers.stop(this.#timerG);
    this.#wiring.timers.stop(this.#deadline);
    this.#wiring.forget(this);
  }
}
