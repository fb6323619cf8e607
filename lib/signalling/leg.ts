import type { HeaderLine, LegId, MidCallMethod, Payload, RequestId } from '../call/signal.ts';
import type { Server } from './server.ts';
import type { ReceivedRequest, ReceivedResponse, SentRequest } from './wire.ts';

/** What made its dialog (RFC 6665 §4.4.1): a subscriber's knows no ACK and no BYE. */
export type LegUsage = 'call' | 'subscription';

/**
 *     caller   invited ──answer──▶ answering ──echo──▶ up ──hangUp──▶ ending ──▶ (removed)
 *     callee   inviting ─────────2xx─────────────────▶ up
 *     subscriber   as a caller, and `hangUp` removes it
 *
 * Every state can end: cancelled, rejected, BYE, lost. A leg that is `ending` tells nothing any more: it stays only until its
 * BYE (or the INVITE it takes back) has its final response.
 */
export type LegState = 'invited' | 'answering' | 'inviting' | 'up' | 'ending';

/** What is under way on a leg. A missing request id means the initial INVITE. */
export type Pending =
  /** The peer's request, which we owe a final response. */
  | {
      readonly kind: 'toAnswer';
      readonly request: RequestId;
      readonly received: ReceivedRequest;
      readonly cseqNumber: number;
    }
  /** Our request, which the peer owes a final response. */
  | {
      readonly kind: 'asked';
      readonly request: RequestId;
      readonly method: MidCallMethod;
      /** From the engine's echo on. */
      sent?: SentRequest;
      /** A CANCEL that waits for that echo. */
      cancelHeaders?: readonly HeaderLine[];
    }
  /** The peer's 2xx to our INVITE, which we owe the ACK. */
  | {
      readonly kind: 'toAcknowledge';
      readonly request: RequestId | undefined;
      readonly answer: ReceivedResponse;
      /** What the ACK carries, when it was asked for while the way to the engine was down. */
      readonly payload?: Payload;
    }
  /** Our 2xx to the peer's INVITE, which the peer owes the ACK. */
  | { readonly kind: 'ackDue'; readonly request: RequestId | undefined; readonly cseqNumber: number };

/** One leg as the adapter knows it: only what the wire needs. The call's own state is elsewhere. */
export class Leg {
  readonly id: LegId;
  readonly server: Server;
  state: LegState;
  usage: LegUsage = 'call';
  /** Empty until the engine has named the dialog. */
  dialogId = '';
  /** Caller: the INVITE, until it is answered; subscriber: the SUBSCRIBE. */
  invite: ReceivedRequest | undefined;
  /** Caller: the number in its CSeq. */
  inviteCseqNumber = -1;
  /** Callee: our INVITE, from the engine's echo of it to its final response. */
  sentInvite: SentRequest | undefined;
  /** A CANCEL that waits for that echo: drachtio-srf can cancel only what the engine has named (control protocol §15). */
  cancelHeaders: readonly HeaderLine[] | undefined;
  /** A BYE that waits: for the echo of our 2xx, for the ACK, or for the way to the engine. */
  byeHeaders: readonly HeaderLine[] | undefined;
  /** Caller: provisional responses without echo; the echo names the dialog. */
  unnamedResponses = 0;
  /** Caller: early requests that wait for that name. */
  readonly onceNamed: (() => void)[] = [];
  readonly #pending: Pending[] = [];

  constructor(id: LegId, server: Server, state: LegState) {
    this.id = id;
    this.server = server;
    this.state = state;
  }

  get pending(): readonly Pending[] {
    return this.#pending;
  }

  add(pending: Pending): void {
    this.#pending.push(pending);
  }

  drop(pending: Pending): void {
    const at = this.#pending.indexOf(pending);
    if (at >= 0) this.#pending.splice(at, 1);
  }

  find<K extends Pending['kind']>(
    kind: K,
    request: RequestId | undefined,
  ): Extract<Pending, { kind: K }> | undefined {
    return this.#pending.find(
      (one): one is Extract<Pending, { kind: K }> => one.kind === kind && one.request === request,
    );
  }

  /** Removes and returns what is under way; the leg is over. */
  takeAll(): Pending[] {
    return this.#pending.splice(0);
  }
}
