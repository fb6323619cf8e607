import {
  methodNotAllowedOutside,
  optionsHeaders,
  serving,
  unsupportedTags,
} from '../call/relay/capabilities.ts';
import type { HeaderLine, NewRequest, SignalOf } from '../call/signal.ts';
import { allowEvents } from '../message-waiting/subscribe-wish.ts';
import { type ErrorCode, errorEntry } from '../errors.ts';
import { refusal } from '../call/ending/verdict.ts';
import type { StandaloneAnswer } from '../ports.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { Admission } from '../routing/admission.ts';
import { type SourceTable, type Standing, whoIs } from '../routing/who-is.ts';
import type { B2buaParts } from './options.ts';

/** A caller turned away for load or shutdown may try again after this time. */
const retryAfter: HeaderLine = { name: 'Retry-After', value: '10' };

/** Who comes in and who does not, before there is a call. */
export class FrontDoor {
  readonly #parts: B2buaParts;
  readonly #sources: SourceTable;
  readonly #admission: Admission;
  /** We are stopping: nobody new comes in. */
  closed = false;

  constructor(parts: B2buaParts, sources: SourceTable) {
    this.#parts = parts;
    this.#sources = sources;
    this.#admission = new Admission({ sources });
  }

  /** True when the call may begin; otherwise its INVITE has been answered. */
  admits(signal: SignalOf<'invited'>, standing: Standing): boolean {
    const code = this.#obstacle(standing);
    if (code === undefined) return true;
    this.refuse(signal, code);
    return false;
  }

  /** Why no call may begin that somebody outside asks for. */
  obstacleToOriginate(): ErrorCode | undefined {
    return this.#obstacleToAny() ?? (this.#parts.signalling.up ? undefined : 'not-ready');
  }

  /** The answer to a request outside a dialog other than INVITE. */
  answer(request: NewRequest): StandaloneAnswer {
    switch (this.#judge(request)) {
      case 'drop':
        return 'ignore';
      case 'refuse':
        this.#logRefused(request, 'untrusted-source');
        return { status: 403, headers: [] };
      case 'accept':
        return this.#answerWelcome(request);
    }
  }

  /** The answer to a SUBSCRIBE outside of dialogs that is not even looked at. */
  refusalOfSubscribe(request: NewRequest): Exclude<StandaloneAnswer, 'ignore'> | undefined {
    const judgement = this.#judge(request);
    if (judgement !== 'accept') {
      // What a flood from strangers would write is left out.
      if (judgement === 'refuse') this.#logRefused(request, 'untrusted-source');
      return { status: 403, headers: [] };
    }
    if (this.#parts.messageWaiting === undefined) return this.#notAllowed();
    return this.closed ? { status: 503, headers: [retryAfter] } : undefined;
  }

  #obstacle(standing: Standing): ErrorCode | undefined {
    return standing.kind === 'untrusted' ? 'untrusted-source' : this.#obstacleToAny();
  }

  #obstacleToAny(): ErrorCode | undefined {
    if (this.closed) return 'shutting-down';
    const { store, options, journal } = this.#parts;
    return store.size >= options.maxCalls ? 'overload' : journal?.obstacle;
  }

  /**
   * RFC 3261 §21.5.4: 503 with Retry-After. A stranger's INVITE that comes this far is answered even when it
   * should meet with silence: an engine without our admission has said 100 already and would keep the
   * transaction.
   */
  refuse({ leg, request }: SignalOf<'invited'>, code: ErrorCode): void {
    const { metrics, signalling } = this.#parts;
    const { blame, sipStatus: status = 500 } = errorEntry(code);
    const stranger = code === 'untrusted-source';
    metrics.callRefused(refusal(blame, status));
    // What a flood from strangers would write is left out.
    if (!stranger || this.#judge(request) !== 'drop') this.#logRefused(request, code);
    signalling.perform({
      do: 'reject',
      leg,
      status,
      payload: { headers: status === 503 ? [retryAfter] : [] },
    });
  }

  #answerWelcome(request: NewRequest): StandaloneAnswer {
    const { method } = request;
    // RFC 6086 §4.2.2, RFC 6665 §4.1.3: without a dialog these have nothing to act on.
    if (method === 'INFO' || method === 'NOTIFY') return { status: 481, headers: [] };
    if (method === 'REGISTER' && this.#parts.registrar !== undefined)
      return this.#answerRegister(request, this.#parts.registrar);
    // RFC 3261 §8.2: first the method, then Require.
    if (method !== 'OPTIONS') return this.#notAllowed();
    const unsupported = unsupportedTags(request.headers);
    if (unsupported !== '') return { status: 420, headers: [{ name: 'Unsupported', value: unsupported }] };
    const said = this.#served(optionsHeaders(this.#standingOf(request).trunk));
    // RFC 3261 §11.2: the status is that which an INVITE would get.
    const isBusy = this.closed || this.#parts.journal?.obstacle !== undefined;
    return isBusy ? { status: 503, headers: [...said, retryAfter] } : { status: 200, headers: said };
  }

  #answerRegister(request: NewRequest, registrar: Pick<Registrar, 'receive'>): StandaloneAnswer {
    if (this.closed) return { status: 503, headers: [retryAfter] };
    return registrar.receive(request, this.#standingOf(request));
  }

  #notAllowed() {
    return { status: 405, headers: this.#served(methodNotAllowedOutside) };
  }

  #served(headers: readonly HeaderLine[]): readonly HeaderLine[] {
    const { registrar, messageWaiting } = this.#parts;
    const also = [
      ...(registrar === undefined ? [] : ['REGISTER']),
      ...(messageWaiting === undefined ? [] : ['SUBSCRIBE']),
    ];
    const said = also.length === 0 ? headers : serving(headers, also);
    // RFC 6665 §8.2.2: who has packages says so in the answer to OPTIONS.
    return messageWaiting === undefined ? said : [...said, allowEvents];
  }

  #standingOf({ source }: NewRequest): Standing {
    return whoIs(source.address, this.#sources);
  }

  #judge({ source }: NewRequest) {
    return this.#admission.judge(source.address, this.#parts.clock.nowMs());
  }

  #logRefused({ method, source, callId }: NewRequest, code: ErrorCode): void {
    this.#parts.log.info({ code, method, callId, source: `${source.address}:${source.port}` }, 'refused');
  }
}
