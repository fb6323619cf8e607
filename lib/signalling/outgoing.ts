import type { HeaderLine, Payload, RequestId } from '../call/signal.ts';
import { breaksFrame, contentOf, type EffectOf, hopsLine, noContent, nothing, statusFor } from './content.ts';
import type { Leg } from './leg.ts';
import { type Desk, noHeaders } from './leg-table.ts';
import { MidCallRequests } from './mid-call-requests.ts';
import { reasonPhrase } from '../call/reason-phrase.ts';
import type { Server } from './server.ts';
import type { ReceivedResponse, SendFailure } from './wire.ts';

/** Effects, carried out; and what becomes of the requests they send, turned into signals. */
export class Outgoing {
  readonly midCall: MidCallRequests;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.midCall = new MidCallRequests(desk, (leg, reason) => this.lose(leg, reason));
  }

  /** RFC 3261 §13.2.1: an INVITE that makes a leg. Without a server, or when it cannot be sent, it is rejected 503. */
  invite(effect: EffectOf<'invite'>, server: Server | undefined): void {
    if (this.#desk.legs.get(effect.leg) !== undefined) return;
    const uris = [effect.requestUri, effect.via ?? ''];
    if (server === undefined || uris.some(breaksFrame)) {
      const status = server === undefined ? 503 : 400;
      const reason = reasonPhrase(status);
      this.#desk.tellLater({ type: 'rejected', leg: effect.leg, status, reason, payload: nothing });
      return;
    }
    const leg = this.#desk.legs.open(effect.leg, server, 'inviting');
    const content = contentOf(this.#desk, leg, effect.payload, ownLines(effect));
    const { requestUri, via } = effect;
    server.connection.send(
      { method: 'INVITE', requestUri, via, ...content },
      {
        sent: sent => {
          if (!this.#desk.legs.holds(leg)) return;
          leg.sentInvite = sent;
          if (leg.cancelHeaders !== undefined) this.#sendCancel(leg, leg.cancelHeaders);
        },
        responded: response => this.#inviteResponded(leg, response),
        failed: failure => this.#inviteFailed(leg, failure),
      },
    );
  }

  progress(leg: Leg, { status, reason, payload }: EffectOf<'progress'>): void {
    if (leg.state !== 'invited' || leg.invite === undefined) return;
    const response = { status, reason: reasonPhrase(status, reason), ...contentOf(this.#desk, leg, payload) };
    // Early requests towards the caller need the dialog (RFC 3311 §5.1: UPDATE before the answer).
    leg.unnamedResponses += 1;
    leg.server.connection.respond(leg.invite, response, outcome => {
      leg.unnamedResponses -= 1;
      if ('dialogId' in outcome && this.#desk.legs.holds(leg)) this.#desk.legs.bind(leg, outcome.dialogId);
      for (const send of leg.onceNamed.splice(0)) send();
    });
  }

  answer(leg: Leg, { status, payload }: EffectOf<'answer'>): void {
    if (leg.state !== 'invited' || leg.invite === undefined) return;
    const { invite } = leg;
    leg.state = 'answering';
    // What is sent to a subscriber at once waits for the dialog's name.
    leg.unnamedResponses += 1;
    const response = { status, reason: reasonPhrase(status), ...contentOf(this.#desk, leg, payload) };
    leg.server.connection.respond(invite, response, outcome => {
      leg.unnamedResponses -= 1;
      if (!this.#desk.legs.holds(leg)) return;
      if ('failure' in outcome) {
        const { byeHeaders } = leg;
        this.#desk.legs.end(leg);
        if (byeHeaders !== undefined) return;
        this.#desk.tell({ type: 'answerFailed', leg: leg.id, reason: outcome.failure.reason });
        return;
      }
      this.#desk.legs.bind(leg, outcome.dialogId);
      leg.state = 'up';
      leg.invite = undefined;
      if (leg.usage === 'call')
        leg.add({ kind: 'ackDue', request: undefined, cseqNumber: leg.inviteCseqNumber });
      for (const send of leg.onceNamed.splice(0)) send();
      this.continueHangUp(leg);
    });
  }

  reject(leg: Leg, { status, reason, payload }: EffectOf<'reject'>): void {
    if (leg.state !== 'invited' || leg.invite === undefined) return;
    const mayNameContact = status >= 300 && status <= 399;
    const content = contentOf(this.#desk, leg, payload, noHeaders, mayNameContact);
    const response = { status, reason: reasonPhrase(status, reason), ...content };
    leg.server.connection.respond(leg.invite, response, () => undefined);
    this.#desk.legs.end(leg);
  }

  cancel(leg: Leg, headers: readonly HeaderLine[]): void {
    if (leg.state !== 'inviting' || leg.cancelHeaders !== undefined) return;
    leg.cancelHeaders = headers;
    if (leg.sentInvite !== undefined) this.#sendCancel(leg, headers);
  }

  acknowledge(leg: Leg, request: RequestId | undefined, payload: Payload): void {
    const pending = leg.find('toAcknowledge', request);
    if (pending === undefined) return;
    const content = contentOf(this.#desk, leg, payload);
    leg.drop(pending);
    leg.server.connection.acknowledge(pending.answer, content, failure => {
      if (!this.#desk.legs.holds(leg)) return;
      // The dialog may outlive the connection: the ACK is owed still.
      if (failure.kind === 'connection') leg.add({ ...pending, payload });
      else if (failure.kind === 'dialog') this.lose(leg, failure.reason);
    });
  }

  respond(leg: Leg, { request, status, reason, payload }: EffectOf<'respond'>): void {
    const pending = leg.find('toAnswer', request);
    if (pending === undefined) return;
    const { received, cseqNumber } = pending;
    if (status >= 200) leg.drop(pending);
    const mayNameContact = status >= 300 && status <= 399;
    const content = contentOf(this.#desk, leg, payload, noHeaders, mayNameContact);
    const accepts = received.method === 'INVITE' && status >= 200 && status <= 299;
    const response = { status, reason: reasonPhrase(status, reason), ...content };
    leg.server.connection.respond(received, response, outcome => {
      if (!accepts || !this.#desk.legs.holds(leg)) return;
      if (!('failure' in outcome)) leg.add({ kind: 'ackDue', request, cseqNumber });
      // RFC 3261 §9.2: the engine has answered the CANCEL that our 2xx crossed, so no ACK will come.
      else if (leg.state !== 'ending')
        this.#desk.tell({ type: 'withdrawn', leg: leg.id, request, payload: nothing });
    });
  }

  hangUp(leg: Leg, headers: readonly HeaderLine[]): void {
    if (leg.usage === 'subscription' && leg.state !== 'invited') {
      this.#desk.legs.end(leg);
      return;
    }
    switch (leg.state) {
      case 'ending':
        return;
      case 'invited':
        this.reject(leg, { do: 'reject', leg: leg.id, status: 480, payload: nothing });
        return;
      case 'inviting':
        this.cancel(leg, headers);
        break;
      case 'answering':
      case 'up':
        break;
      default:
        leg.state satisfies never;
    }
    leg.byeHeaders = headers;
    if (leg.state === 'up') this.continueHangUp(leg);
    else if (leg.state === 'inviting') leg.state = 'ending';
  }

  /** Sends the BYE that waits, unless it has to go on waiting. */
  continueHangUp(leg: Leg): void {
    const headers = leg.byeHeaders;
    if (headers === undefined) return;
    leg.state = 'ending';
    // RFC 3261 §15: the callee sends no BYE before the ACK to its 2xx. If it never comes the engine ends the dialog.
    if (leg.find('ackDue', undefined) !== undefined || !leg.server.connection.up) return;
    // RFC 3261 §13.2.2.4: every 2xx is acknowledged, also by who wants no call any more.
    for (const pending of leg.pending) {
      if (pending.kind !== 'toAcknowledge') continue;
      leg.server.connection.acknowledge(pending.answer, noContent, () => undefined);
    }
    this.#desk.legs.answerOpen(leg);
    this.#sendBye(leg, headers);
  }

  /** The leg ended without the peer's doing. */
  lose(leg: Leg, reason: string): void {
    if (!this.#desk.legs.holds(leg)) return;
    const wasEnding = leg.state === 'ending' || leg.byeHeaders !== undefined;
    this.#desk.legs.end(leg);
    if (!wasEnding) this.#desk.tell({ type: 'lost', leg: leg.id, reason });
  }

  /** The way to the engine is open again and its dialogs are as they were: what had to wait is sent. */
  resume(leg: Leg): void {
    for (const pending of [...leg.pending]) {
      if (pending.kind !== 'toAcknowledge' || pending.payload === undefined) continue;
      this.acknowledge(leg, pending.request, pending.payload);
    }
    if (leg.byeHeaders !== undefined) this.continueHangUp(leg);
  }

  /** Whether the engine knows the dialog still; an engine that started anew knows none. */
  verify(leg: Leg, known: (known: boolean) => void): void {
    let told = false;
    const tell = (is: boolean) => {
      if (!told) known(is);
      told = true;
    };
    leg.server.connection.send(
      { method: 'OPTIONS', dialogId: leg.dialogId, ...noContent },
      {
        sent: () => tell(true),
        responded: () => undefined,
        failed: failure => tell(failure.kind !== 'dialog'),
      },
    );
  }

  #inviteResponded(leg: Leg, response: ReceivedResponse): void {
    if (!this.#desk.legs.holds(leg)) return;
    const { status, reason } = response;
    this.#desk.legs.bind(leg, response.dialogId);
    const ending = leg.state === 'ending';
    if (status < 200) {
      if (status > 100 && !ending) {
        const { payload } = response.message();
        this.#desk.tell({ type: 'progressed', leg: leg.id, status, reason, payload });
      }
      return;
    }
    leg.sentInvite = undefined;
    if (status >= 300) {
      this.#desk.legs.end(leg);
      if (ending) return;
      const { payload } = response.message();
      this.#desk.tell({ type: 'rejected', leg: leg.id, status, reason, payload });
      return;
    }
    leg.add({ kind: 'toAcknowledge', request: undefined, answer: response });
    if (ending) {
      this.continueHangUp(leg);
      return;
    }
    leg.state = 'up';
    this.#desk.tell({
      type: 'answered',
      leg: leg.id,
      status,
      payload: response.message().payload,
    });
  }

  #inviteFailed(leg: Leg, failure: SendFailure): void {
    if (!this.#desk.legs.holds(leg)) return;
    const ending = leg.state === 'ending';
    this.#desk.legs.end(leg);
    if (ending) return;
    this.#desk.noteFailure(leg, failure.reason);
    const status = statusFor(failure);
    this.#desk.tell({
      type: 'rejected',
      leg: leg.id,
      status,
      reason: reasonPhrase(status),
      payload: nothing,
    });
  }

  #sendCancel(leg: Leg, lines: readonly HeaderLine[]): void {
    if (leg.sentInvite === undefined) return;
    leg.server.connection.cancel(leg.sentInvite, contentOf(this.#desk, leg, { headers: lines }));
  }

  #sendBye(leg: Leg, lines: readonly HeaderLine[]): void {
    leg.server.connection.send(
      { method: 'BYE', dialogId: leg.dialogId, ...contentOf(this.#desk, leg, { headers: lines }) },
      {
        sent: () => undefined,
        responded: response => {
          if (response.status >= 200) this.#desk.legs.end(leg);
        },
        // When the way to the engine is down, the BYE is sent as soon as it is open again.
        failed: failure => {
          if (failure.kind !== 'connection') this.#desk.legs.end(leg);
        },
      },
    );
  }
}

function ownLines(effect: EffectOf<'invite'>): HeaderLine[] {
  const lines = [
    { name: 'From', value: effect.from },
    { name: 'To', value: effect.to },
    hopsLine(effect.maxForwards),
  ];
  // Without a user the engine's own Contact says the same (control protocol §7.1).
  if (/^[^\s<>@"]+$/.test(effect.contactUser)) {
    lines.push({
      name: 'Contact',
      value: `<sip:${effect.contactUser}@localhost>${effect.contactParams ?? ''}`,
    });
  }
  return lines;
}
