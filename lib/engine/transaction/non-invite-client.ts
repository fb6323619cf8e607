import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { Flow, Hop, OnSendFailure } from '../transport/transport.ts';
import { Timer, type TimerTarget } from './clock.ts';
import { nextRetransmitMs, type TimerTable } from './timers.ts';
import type { ClientFailure, ClientTransaction, ClientTransactionUser } from './transaction.ts';
import type { ClientWay, ClientWiring } from './wiring.ts';

/**
 * The non-INVITE client transaction: RFC 3261 §17.1.2, Figure 6.
 *
 *            request sent, E and F run
 *                     │
 *                     ▼      E: send again, gap doubles up to T2
 *     ┌──────────── trying ──────────────────────┐
 *     │ 1xx           │ 200-699                  │ F, transport: failed
 *     ▼               │                          │
 *  proceeding ────────┤ 200-699                  │
 *     │ E: send again, gap T2                    │
 *     │               ▼                          │
 *     │           completed  (absorbs)           │
 *     │ F: failed     │ K                        │
 *     └──────────▶ terminated ◀──────────────────┘
 *
 * A 1xx never ends the wait for the final response.
 */
type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

export class NonInviteClient implements ClientTransaction, TimerTarget {
  readonly request: SipMessage;
  readonly hop: Hop;
  /** Of the top Via: under which the machine is found. */
  readonly branch: string;
  readonly #flow: Flow | undefined;
  readonly #user: ClientTransactionUser;
  readonly #wiring: ClientWiring<NonInviteClient>;
  readonly #times: TimerTable;
  readonly #timerE = new Timer(this, 'E');
  /** F until the final response, then K. */
  readonly #deadline = new Timer(this, 'deadline');
  #state: State = 'trying';
  #bytes: ByteString;
  #gapMs: number;

  constructor(
    request: SipMessage,
    way: ClientWay,
    user: ClientTransactionUser,
    wiring: ClientWiring<NonInviteClient>,
  ) {
    this.request = request;
    this.hop = way.hop;
    this.branch = way.branch;
    this.#flow = way.flow;
    this.#user = user;
    this.#wiring = wiring;
    this.#times = wiring.table(way.hop.protocol);
    this.#gapMs = this.#times.eMs;
    this.#bytes = serializeMessage(request);
  }

  get pending(): boolean {
    return this.#state === 'trying' || this.#state === 'proceeding';
  }

  start(): void {
    const { timers } = this.#wiring;
    if (this.#gapMs > 0) timers.start(this.#timerE, this.#gapMs);
    timers.start(this.#deadline, this.#times.fMs);
    this.#send();
  }

  /** RFC 3261 §9.1: only an INVITE is cancelled. */
  cancel(): undefined {
    return undefined;
  }

  receiveResponse(response: SipMessage, flow: Flow): void {
    if (!this.pending) {
      this.#wiring.counters.retransmissionsAbsorbed += 1;
      return;
    }
    if (response.status < 200) {
      this.#state = 'proceeding';
      if (response.status > 100) this.#user.receiveResponse(response, flow);
      return;
    }
    this.#state = 'completed';
    this.#finishSending();
    this.#wiring.timers.start(this.#deadline, this.#times.kMs);
    this.#user.receiveResponse(response, flow);
  }

  onTimer(name: string): void {
    if (name === 'E') this.#repeatRequest();
    else this.#deadlinePassed();
  }

  #repeatRequest(): void {
    const { timing, timers, counters } = this.#wiring;
    // RFC 3261 §17.1.2.2: in Proceeding the gap is T2 from the next repetition on.
    this.#gapMs = this.#state === 'proceeding' ? timing.t2Ms : nextRetransmitMs('E', this.#gapMs, timing);
    timers.start(this.#timerE, this.#gapMs);
    counters.retransmissionsSent += 1;
    this.#send();
  }

  #deadlinePassed(): void {
    if (this.pending) {
      this.#wiring.counters.transactionTimeouts += 1;
      this.#fail('timeout');
    } else {
      this.#terminate();
      this.#user.clientEnded();
    }
  }

  #send(): void {
    this.#wiring.send(this.#bytes, this.hop, this.#onSendFailure, this.#flow);
  }

  readonly #onSendFailure: OnSendFailure = () => {
    this.#wiring.counters.transportErrors += 1;
    if (this.pending) this.#fail('transport');
  };

  #fail(failure: ClientFailure): void {
    this.#terminate();
    this.#user.clientFailed(failure);
    this.#user.clientEnded();
  }

  /** The request is not repeated any more; its octets are given back while the machine lingers. */
  #finishSending(): void {
    this.#wiring.timers.stop(this.#timerE);
    this.#bytes = '';
  }

  #terminate(): void {
    this.#state = 'terminated';
    this.#finishSending();
    this.#wiring.timers.stop(this.#deadline);
    this.#wiring.forget(this);
  }
}
