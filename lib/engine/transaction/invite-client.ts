import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { Flow, Hop, OnSendFailure } from '../transport/transport.ts';
import { ackForFailure, cancelFor } from './ack-and-cancel.ts';
import { Timer, type TimerTarget } from './clock.ts';
import { nextRetransmitMs, type TimerTable } from './timers.ts';
import type { ClientFailure, ClientTransaction, ClientTransactionUser } from './transaction.ts';
import type { ClientWay, InviteClientWiring } from './wiring.ts';

/**
 * The INVITE client transaction: RFC 3261 §17.1.1, Figure 5, as amended by RFC 6026 §7.2, with timer C of
 * §16.8.
 *
 *              INVITE sent, A and B run
 *                       │
 *                       ▼        A: send again
 *     ┌─────────── calling ──────────────────┬──────────────┐
 *     │ 1xx            │ 2xx                 │ 3xx-6xx      │ B, transport: failed
 *     ▼                │                     │ send ACK     │
 *  proceeding ─────────┤ 2xx                 │              │
 *     │ └──────────────┼─────────────────────┤ 3xx-6xx      │
 *     │                ▼                     ▼ send ACK     │
 *     │            accepted              completed          │
 *     │            2xx: pass on          3xx-6xx: ACK again │
 *     │                │ M                   │ D            │
 *     │ failed         ▼                     ▼              │
 *     └──────────▶ terminated ◀──────────────┴──────────────┘
 *
 * Proceeding waits for timer C, which each 1xx above 100 restarts; when it fires the INVITE is cancelled.
 * After a CANCEL a final response has 64*T1 to arrive (§9.1). Every state has one deadline, A beside it.
 */
type State = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

export class InviteClient implements ClientTransaction, TimerTarget {
  readonly request: SipMessage;
  readonly hop: Hop;
  /** Of the top Via: under which the machine is found. */
  readonly branch: string;
  readonly #flow: Flow | undefined;
  readonly #user: ClientTransactionUser;
  readonly #wiring: InviteClientWiring<InviteClient>;
  readonly #times: TimerTable;
  readonly #timerA = new Timer(this, 'A');
  /** B in calling, C in proceeding, M in accepted, D in completed. */
  readonly #deadline = new Timer(this, 'deadline');
  #state: State = 'calling';
  #bytes: ByteString;
  #gapMs: number;
  /** Sends the CANCEL that was asked for: held in calling, done on entering proceeding. */
  #sendCancel: (() => void) | undefined;

  constructor(
    request: SipMessage,
    way: ClientWay,
    user: ClientTransactionUser,
    wiring: InviteClientWiring<InviteClient>,
  ) {
    this.request = request;
    this.hop = way.hop;
    this.branch = way.branch;
    this.#flow = way.flow;
    this.#user = user;
    this.#wiring = wiring;
    this.#times = wiring.table(way.hop.protocol);
    this.#gapMs = this.#times.aMs;
    this.#bytes = serializeMessage(request);
  }

  get pending(): boolean {
    return this.#state === 'calling' || this.#state === 'proceeding';
  }

  start(): void {
    const { timers } = this.#wiring;
    if (this.#gapMs > 0) timers.start(this.#timerA, this.#gapMs);
    timers.start(this.#deadline, this.#times.bMs);
    this.#send(this.#bytes);
  }

  cancel(extra: readonly (readonly [string, ByteString])[]): SipMessage | undefined {
    if (!this.pending || this.#sendCancel !== undefined) return undefined;
    const cancel = cancelFor(this.request, extra);
    this.#sendCancel = this.#wiring.prepareCancel(cancel, {
      hop: this.hop,
      flow: this.#flow,
      branch: this.branch,
    });
    // RFC 3261 §9.1: no CANCEL before a provisional response, it could overtake the INVITE.
    if (this.#state === 'proceeding') this.#letCancelGo(this.#sendCancel);
    return cancel;
  }

  receiveResponse(response: SipMessage, flow: Flow): void {
    const { status } = response;
    if (status < 200) this.#receiveProvisional(response, flow);
    else if (status < 300) this.#receiveSuccess(response, flow);
    else this.#receiveFailure(response, flow);
  }

  onTimer(name: string): void {
    if (name === 'A') this.#repeatInvite();
    else this.#deadlinePassed();
  }

  #receiveProvisional(response: SipMessage, flow: Flow): void {
    if (!this.pending) {
      this.#wiring.counters.retransmissionsAbsorbed += 1;
      return;
    }
    const isFirst = this.#state === 'calling';
    this.#state = 'proceeding';
    this.#wiring.timers.stop(this.#timerA);
    if (isFirst && this.#sendCancel !== undefined) this.#letCancelGo(this.#sendCancel);
    // RFC 3261 §16.7 step 2: each 1xx above 100 restarts timer C. The wait that follows a CANCEL is not
    // prolonged.
    else if (this.#sendCancel === undefined && (isFirst || response.status > 100)) {
      this.#wiring.timers.start(this.#deadline, this.#times.cMs);
    }
    if (response.status > 100) this.#user.receiveResponse(response, flow);
  }

  #receiveSuccess(response: SipMessage, flow: Flow): void {
    if (this.pending) {
      this.#state = 'accepted';
      this.#finishSending();
      this.#wiring.timers.start(this.#deadline, this.#times.mMs);
    } else if (this.#state === 'completed') {
      // RFC 3261 §16.7 step 5: a forking proxy passes a 2xx even behind a failure it has passed before.
      this.#wiring.receiveStray(response, flow);
      return;
    }
    this.#user.receiveResponse(response, flow);
  }

  #receiveFailure(response: SipMessage, flow: Flow): void {
    if (this.#state === 'completed') {
      // RFC 3261 §17.1.1.2: a final response that comes again lost its ACK.
      this.#wiring.counters.retransmissionsAbsorbed += 1;
      this.#send(serializeMessage(ackForFailure(this.request, response)));
      return;
    }
    if (!this.pending) return;
    this.#state = 'completed';
    this.#finishSending();
    this.#wiring.timers.start(this.#deadline, this.#times.dMs);
    this.#send(serializeMessage(ackForFailure(this.request, response)));
    this.#user.receiveResponse(response, flow);
  }

  #repeatInvite(): void {
    this.#gapMs = nextRetransmitMs('A', this.#gapMs, this.#wiring.timing);
    this.#wiring.timers.start(this.#timerA, this.#gapMs);
    this.#wiring.counters.retransmissionsSent += 1;
    this.#send(this.#bytes);
  }

  #deadlinePassed(): void {
    if (!this.pending) {
      this.#end();
      return;
    }
    // RFC 3261 §16.8: timer C cancels what only ever rang.
    if (this.#state === 'proceeding' && this.cancel([]) !== undefined) return;
    this.#wiring.counters.transactionTimeouts += 1;
    this.#fail('timeout');
  }

  #letCancelGo(sendCancel: () => void): void {
    // RFC 3261 §9.1: without a final response within 64*T1 of the CANCEL the INVITE counts as cancelled.
    this.#wiring.timers.start(this.#deadline, this.#times.bMs);
    sendCancel();
  }

  #send(bytes: ByteString): void {
    this.#wiring.send(bytes, this.hop, this.#onSendFailure, this.#flow);
  }

  readonly #onSendFailure: OnSendFailure = () => {
    this.#wiring.counters.transportErrors += 1;
    // RFC 3261 §17.1.1.2: fatal for the INVITE, and for the ACK of a failure too, of which the user knows
    // already.
    if (this.#state === 'calling') this.#fail('transport');
    else if (this.#state === 'completed') this.#end();
  };

  #fail(failure: ClientFailure): void {
    this.#terminate();
    this.#user.clientFailed(failure);
    this.#user.clientEnded();
  }

  #end(): void {
    this.#terminate();
    this.#user.clientEnded();
  }

  /** The INVITE is not repeated any more; its octets are given back while the machine lingers. */
  #finishSending(): void {
    this.#wiring.timers.stop(this.#timerA);
    this.#bytes = '';
  }

  #terminate(): void {
    this.#state = 'terminated';
    this.#finishSending();
    this.#wiring.timers.stop(this.#deadline);
    this.#wiring.forget(this);
  }
}
