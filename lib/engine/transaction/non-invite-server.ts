import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import { emptiedRequest } from './emptied-request.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { Flow, Hop, OnSendFailure } from '../transport/transport.ts';
import { Timer, type TimerTarget } from './clock.ts';
import type { ServerKeys } from './server-keys.ts';
import type { TimerTable } from './timers.ts';
import type { ServerTransaction, ServerTransactionUser } from './transaction.ts';
import type { ServerWiring } from './wiring.ts';

/**
 * The non-INVITE server transaction: RFC 3261 §17.2.2, Figure 8, with the time limit of RFC 4320 §4.2.
 *
 *          request received
 *                 │
 *                 ▼   request: absorb
 *     ┌──────── trying ────────┐
 *     │ 1xx: send   │          │ 64*T1: nobody waits any more
 *     ▼             │          │
 *  proceeding ──────┤ 200-699: send
 *  request: send    ▼          │
 *  last again   completed      │   request: send last again
 *     │             │ J        │
 *     └──────▶ terminated ◀────┘
 *
 * A transport error is told and changes no state, as RFC 6026 §7.1 asks of INVITE.
 */
type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

export class NonInviteServer implements ServerTransaction, TimerTarget {
  request: SipMessage;
  readonly flow: Flow;
  readonly keys: ServerKeys;
  user: ServerTransactionUser | undefined;
  readonly #hop: Hop;
  readonly #wiring: ServerWiring<NonInviteServer>;
  readonly #times: TimerTable;
  /** F of the client until the final response, then J. */
  readonly #deadline = new Timer(this, 'deadline');
  #state: State = 'trying';
  #lastStatus = 0;
  #lastBytes: ByteString = '';
  #isFailureTold = false;

  constructor(
    request: SipMessage,
    way: { readonly hop: Hop; readonly flow: Flow },
    keys: ServerKeys,
    wiring: ServerWiring<NonInviteServer>,
  ) {
    this.request = request;
    this.flow = way.flow;
    this.keys = keys;
    this.#hop = way.hop;
    this.#wiring = wiring;
    this.#times = wiring.table(way.flow.protocol);
    // RFC 4320 §4.2: after 64*T1 the client's timer F has fired; an answer would only puzzle it.
    wiring.timers.start(this.#deadline, this.#times.fMs);
  }

  /** The peer still needs us. A final response is repeated only when the peer asks again. */
  get unfinished(): boolean {
    return this.pending;
  }

  get pending(): boolean {
    return this.#state === 'trying' || this.#state === 'proceeding';
  }

  get lastStatus(): number {
    return this.#lastStatus;
  }

  respond(response: SipMessage): boolean {
    if (!this.pending) return false;
    // First, since it throws for what cannot be written: then nothing has happened.
    this.#lastBytes = serializeMessage(response);
    this.#lastStatus = response.status;
    if (response.status < 200) this.#state = 'proceeding';
    else {
      this.#state = 'completed';
      this.#wiring.timers.start(this.#deadline, this.#times.jMs);
    }
    this.#sendLast();
    return true;
  }

  /** INVITE only. */
  repeat(): void {
    // Repeated by what repeats the request.
  }

  letGo(): void {
    if (this.pending) return;
    this.user = undefined;
    this.request = emptiedRequest;
  }

  /** The same request once more. */
  receiveRetransmission(): void {
    this.#wiring.counters.retransmissionsAbsorbed += 1;
    if (this.#state === 'trying' || this.#state === 'terminated') return;
    this.#wiring.counters.retransmissionsSent += 1;
    this.#sendLast();
  }

  onTimer(): void {
    this.#state = 'terminated';
    this.#lastBytes = '';
    this.#wiring.forget(this);
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
}
