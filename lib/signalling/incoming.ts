import { firstValue } from '../call/header-lines.ts';
import type { NewRequest, Payload } from '../call/signal.ts';
import { tagOf } from '../engine/message/name-addr.ts';
import type { StandaloneAnswer } from '../ports.ts';
import { linesToSend } from './lines-to-send.ts';
import type { Leg } from './leg.ts';
import { type Desk, noHeaders } from './leg-table.ts';
import { type ReceivedMessage, reasonTextOf } from './message-from-raw.ts';
import type { Outgoing } from './outgoing.ts';
import { reasonPhrase } from '../call/reason-phrase.ts';
import type { Server } from './server.ts';
import type { ReceivedRequest, ResponseToSend } from './wire.ts';

export interface IncomingOptions {
  readonly desk: Desk;
  readonly outgoing: Outgoing;
  readonly receiveStandalone: (request: NewRequest) => StandaloneAnswer;
}

/** Requests from the network, turned into signals. */
export class Incoming {
  readonly #desk: Desk;
  readonly #outgoing: Outgoing;
  readonly #receiveStandalone: (request: NewRequest) => StandaloneAnswer;

  constructor(options: IncomingOptions) {
    this.#desk = options.desk;
    this.#outgoing = options.outgoing;
    this.#receiveStandalone = options.receiveStandalone;
  }

  receiveRequest(server: Server, request: ReceivedRequest, during?: ReceivedRequest): void {
    const leg = server.byDialog.get(request.dialogId) ?? this.#legDuring(during);
    const message = request.message();
    if (request.origin === 'application') this.#receiveNotice(leg, message);
    else if (leg !== undefined) this.#receiveWithin(leg, request, message);
    else if (request.dialogId !== '' || hasTag(message.payload)) refuseUnknown(server, request);
    else this.#receiveNew(server, request, message);
  }

  receiveCancel(server: Server, invite: ReceivedRequest, { payload }: ReceivedMessage): void {
    const leg = this.#desk.legs.byInvite(invite);
    if (leg === undefined) {
      this.#withdraw(server, invite, payload);
      return;
    }
    if (leg.state !== 'invited') return;
    this.#desk.legs.end(leg);
    this.#desk.tell({ type: 'cancelled', leg: leg.id, payload });
  }

  #legDuring(invite: ReceivedRequest | undefined): Leg | undefined {
    return invite === undefined ? undefined : this.#desk.legs.byInvite(invite);
  }

  /** A re-INVITE taken back: the engine has answered it 487, so our answer would come too late. */
  #withdraw(server: Server, invite: ReceivedRequest, payload: Payload): void {
    const leg = server.byDialog.get(invite.dialogId);
    const pending = leg?.pending.find(one => one.kind === 'toAnswer' && one.received === invite);
    if (leg === undefined || pending?.kind !== 'toAnswer') return;
    leg.drop(pending);
    this.#desk.tell({ type: 'withdrawn', leg: leg.id, request: pending.request, payload });
  }

  /** The engine ended the dialog by itself (control protocol §4.4). */
  #receiveNotice(leg: Leg | undefined, message: ReceivedMessage): void {
    if (leg === undefined) return;
    const reason = reasonTextOf(message.payload.headers) || 'ended by the SIP engine';
    this.#outgoing.lose(leg, reason);
  }

  #receiveWithin(leg: Leg, request: ReceivedRequest, message: ReceivedMessage): void {
    const { payload } = message;
    if (request.method === 'ACK') this.#receiveAck(leg, message);
    else if (request.method === 'BYE') this.#receiveBye(leg, request, payload);
    else if (leg.state === 'ending') refuseUnknown(leg.server, request);
    else {
      const id = this.#desk.newRequestId();
      leg.add({ kind: 'toAnswer', request: id, received: request, cseqNumber: message.cseqNumber });
      this.#desk.tell({ type: 'requested', leg: leg.id, request: id, method: request.method, payload });
    }
  }

  // RFC 3261 §13.3.1.4: the ACK has the CSeq number of the INVITE it acknowledges.
  #receiveAck(leg: Leg, { payload, cseqNumber }: ReceivedMessage): void {
    for (const pending of leg.pending) {
      if (pending.kind !== 'ackDue' || pending.cseqNumber !== cseqNumber) continue;
      leg.drop(pending);
      if (leg.byeHeaders !== undefined) {
        this.#outgoing.continueHangUp(leg);
        return;
      }
      if (leg.state === 'ending') return;
      const { request } = pending;
      this.#desk.tell({
        type: 'acknowledged',
        leg: leg.id,
        ...(request === undefined ? {} : { request }),
        payload,
      });
      return;
    }
  }

  #receiveBye(leg: Leg, request: ReceivedRequest, payload: Payload): void {
    const wasEnding = leg.state === 'ending';
    answer(leg.server, request, { status: 200, reason: reasonPhrase(200), lines: noHeaders });
    this.#desk.legs.end(leg);
    if (!wasEnding) this.#desk.tell({ type: 'hungUp', leg: leg.id, payload });
  }

  #receiveNew(server: Server, request: ReceivedRequest, { payload, cseqNumber }: ReceivedMessage): void {
    switch (request.method) {
      case 'ACK':
        return;
      // RFC 3261 §15.1.2, RFC 3311 §5.2, RFC 3262 §3: without a dialog these have nothing to act on.
      case 'BYE':
      case 'UPDATE':
      case 'PRACK':
        refuseUnknown(server, request);
        return;
      case 'INVITE': {
        const leg = this.#desk.legs.openInvited(this.#desk.newLegId(), server, request, cseqNumber);
        this.#desk.tell({ type: 'invited', leg: leg.id, request: newRequest(request, payload) });
        return;
      }
      case 'SUBSCRIBE': {
        const leg = this.#desk.legs.openSubscribed(this.#desk.newLegId(), server, request);
        this.#desk.tell({ type: 'subscribed', leg: leg.id, request: newRequest(request, payload) });
        return;
      }
      default:
        this.#answerStandalone(server, request, payload);
    }
  }

  #answerStandalone(server: Server, request: ReceivedRequest, payload: Payload): void {
    const answered = this.#receiveStandalone(newRequest(request, payload));
    if (answered === 'ignore') return;
    const { status, reason } = answered;
    const { lines, refused } = linesToSend({ lines: answered.headers, mayNameContact: true });
    this.#desk.noteRefused(undefined, refused);
    answer(server, request, { status, reason: reasonPhrase(status, reason), lines });
  }
}

function newRequest(request: ReceivedRequest, payload: Payload): NewRequest {
  const { method, requestUri, protocol, address, port, receivedOn } = request;
  return {
    method,
    requestUri,
    from: firstValue(payload.headers, 'from') ?? '',
    to: firstValue(payload.headers, 'to') ?? '',
    source: { protocol, address, port },
    receivedOn,
    callId: firstValue(payload.headers, 'call-id') ?? '',
    ...payload,
  };
}

// RFC 3261 §12.2.2: a request of a dialog that does not exist.
function refuseUnknown(server: Server, request: ReceivedRequest): void {
  if (request.method === 'ACK') return;
  answer(server, request, { status: 481, reason: reasonPhrase(481), lines: noHeaders });
}

function answer(server: Server, request: ReceivedRequest, response: ResponseToSend): void {
  server.connection.respond(request, response, () => undefined);
}

/** RFC 3261 §12.2.2: a To with a tag says that the request belongs to a dialog. */
const hasTag = ({ headers }: Payload): boolean => tagOf(firstValue(headers, 'to') ?? '') !== '';
