import type { SipMessage } from '../message/message.ts';
import type { Via } from '../message/via.ts';
import { newTag } from '../random.ts';
import type { Flow, Hop } from '../transport/transport.ts';
import { InviteServer } from './invite-server.ts';
import { NonInviteServer } from './non-invite-server.ts';
import { noteSource, responseHop } from './response-path.ts';
import { type ResponseParts, responseTo, statelessTag } from './responses.ts';
import { inviteKey, type ServerKeys, serverKeys } from './server-keys.ts';
import { type ServerMachine, ServerTable } from './server-table.ts';
import type { TransactionUser } from './transaction.ts';
import type { ServerWiring, Wiring } from './wiring.ts';

/** Who may begin something: `refuse` is told so, `drop` hears nothing. */
export type Admit = (flow: Flow) => 'accept' | 'refuse' | 'drop';

export interface RequestIntakeOptions {
  readonly wiring: Wiring;
  readonly user: TransactionUser;
  readonly admit: Admit;
  readonly maxServerTransactions: number;
  /** Asked for each INVITE that would begin a call: false while there is too much to do. */
  readonly mayBegin: () => boolean;
  readonly sendStateless: (response: SipMessage, hop: Hop, flow: Flow) => void;
}

/**
 * RFC 3261 §21.5.4: how long a caller should stay away; long enough to let open transactions end, short
 * enough for a person.
 */
const RETRY_AFTER_S = '5';
/** While only a share of the calls is refused: the next may well be taken. */
const RETRY_SOON_S = '1';

const unavailableFor = (seconds: string): ResponseParts => ({
  status: 503,
  reason: 'Service Unavailable',
  extra: [['Retry-After', seconds]],
});

const NO_SUCH_DIALOG: ResponseParts = { status: 481, reason: 'Call/Transaction Does Not Exist' };

/** The way of a request in: matched with its transaction, refused without one, or made into a new one. */
export class RequestIntake {
  readonly #options: RequestIntakeOptions;
  readonly #servers = new ServerTable();
  readonly #wiring: ServerWiring<ServerMachine>;

  constructor(options: RequestIntakeOptions) {
    this.#options = options;
    this.#wiring = {
      ...options.wiring,
      forget: machine => {
        this.#servers.remove(machine);
      },
    };
  }

  get serverCount(): number {
    return this.#servers.size;
  }

  countUnfinished(): number {
    return this.#servers.countUnfinished();
  }

  receiveRequest(request: SipMessage, flow: Flow): void {
    const via = request.topVia;
    if (via === undefined) return;
    if (request.method === 'ACK') this.#receiveAck(request, via, flow);
    else if (request.method === 'CANCEL') this.#receiveCancel(request, via, flow);
    else this.#receiveOther(request, via, flow);
  }

  /**
   * Answers what could not be read, unless it comes from a stranger, who would only make us talk to someone
   * else.
   */
  refuse(request: SipMessage, parts: ResponseParts, flow: Flow): void {
    const via = request.topVia;
    if (via === undefined || request.method === 'ACK') return;
    if (this.#options.admit(flow) === 'accept') this.#refuseWith(request, via, flow, parts);
    else this.#options.wiring.counters.unadmitted += 1;
  }

  #receiveOther(request: SipMessage, via: Via, flow: Flow): void {
    const keys = serverKeys(request, via);
    const known = this.#servers.find(keys);
    if (known !== undefined) {
      known.receiveRetransmission();
      return;
    }
    const isNew = request.toTag === '';
    // A To tag alone opens no door: any stranger can write one.
    const isExpected = !isNew && this.#options.user.knowsDialogOf(request);
    if (!isExpected && !this.#admits(request, via, flow)) return;
    // RFC 3261 §8.2.2.2: the same request by another way is not a second call.
    if (isNew && this.#servers.findMerged(keys) !== undefined) {
      this.#refuseWith(request, via, flow, { status: 482, reason: 'Merged Request' });
    } else if (this.#isOverloaded(isNew)) {
      this.#refuseWith(request, via, flow, unavailableFor(RETRY_AFTER_S));
    } else if (isNew && request.method === 'INVITE' && !this.#options.mayBegin()) {
      this.#options.wiring.counters.callsShed += 1;
      this.#refuseWith(request, via, flow, unavailableFor(RETRY_SOON_S));
    } else {
      this.#begin(request, { via, keys, flow });
    }
  }

  #begin(request: SipMessage, { via, keys, flow }: { via: Via; keys: ServerKeys; flow: Flow }): void {
    noteSource(request, via, flow);
    const way = { hop: responseHop(via, flow), flow };
    const isInvite = request.method === 'INVITE';
    const machine = isInvite
      ? new InviteServer(request, way, keys, this.#wiring)
      : new NonInviteServer(request, way, keys, this.#wiring);
    this.#servers.add(machine);
    // RFC 3261 §17.2.1: a 100 stops the repetitions, unless the answer is there within 200 ms, which nobody
    // can promise.
    if (isInvite) machine.respond(responseTo(request, { status: 100, reason: 'Trying' }));
    try {
      this.#options.user.receiveRequest(machine);
    } catch (error) {
      // Whoever throws over a request does not answer it any more.
      const toTag = statelessTag(request);
      machine.respond(responseTo(request, { status: 500, reason: 'Server Internal Error', toTag }));
      throw error;
    }
  }

  /**
   * RFC 3261 §17.2.1: the ACK to a failure ends with the transaction; any other is for the user (§13.3.1.4).
   */
  #receiveAck(ack: SipMessage, via: Via, flow: Flow): void {
    const invite = this.#servers.findInvite(ack, via);
    const isItsOwn =
      invite !== undefined &&
      (invite.localTag === ack.toTag || invite.keys.transaction === inviteKey(ack, via));
    if (isItsOwn && invite.receiveAck()) return;
    this.#options.user.receiveAck(ack, flow);
  }

  /**
   * RFC 3261 §9.2. Answered without a transaction: a repeated CANCEL gets the same 200 again, and nothing
   * else happens. One for another method than INVITE could have no effect and counts as unknown.
   */
  #receiveCancel(cancel: SipMessage, via: Via, flow: Flow): void {
    const invite = this.#servers.findInvite(cancel, via);
    if (invite === undefined) {
      if (!this.#admits(cancel, via, flow)) return;
      this.#refuseWith(cancel, via, flow, NO_SUCH_DIALOG);
      return;
    }
    // RFC 3261 §9.2: both responses, to the CANCEL and to its INVITE, should have the same To tag.
    const toTag = invite.tagForCancel(newTag);
    this.#answer(cancel, via, flow, { status: 200, reason: 'OK', toTag });
    invite.receiveCancel(cancel, toTag);
  }

  #admits(request: SipMessage, via: Via, flow: Flow): boolean {
    const verdict = this.#options.admit(flow);
    if (verdict === 'accept') return true;
    this.#options.wiring.counters.unadmitted += 1;
    if (verdict !== 'refuse') return false;
    // A peer of a call that is over may be late: it hears what it would hear from anyone (RFC 3261 §12.2.2).
    if (request.toTag !== '') this.#answer(request, via, flow, NO_SUCH_DIALOG);
    else if (request.method === 'INVITE' || request.method === 'OPTIONS') {
      this.#answer(request, via, flow, { status: 403, reason: 'Forbidden', toTag: statelessTag(request) });
    }
    return false;
  }

  /** RFC 7339 spirit: what ends or keeps a call is served when nothing new is taken any more. */
  #isOverloaded(isNew: boolean): boolean {
    const max = this.#options.maxServerTransactions;
    return this.#servers.size >= (isNew ? max : 2 * max);
  }

  #refuseWith(request: SipMessage, via: Via, flow: Flow, parts: ResponseParts): void {
    this.#options.wiring.counters.countRefused(parts.status);
    const { status, reason, extra = [] } = parts;
    this.#answer(request, via, flow, { status, reason, extra, toTag: statelessTag(request) });
  }

  #answer(request: SipMessage, via: Via, flow: Flow, parts: ResponseParts): void {
    noteSource(request, via, flow);
    this.#options.sendStateless(responseTo(request, parts), responseHop(via, flow), flow);
  }
}
