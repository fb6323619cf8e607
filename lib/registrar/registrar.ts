import { unsupportedTags, warning } from '../call/relay/capabilities.ts';
import type { HeaderLine, NewRequest } from '../call/signal.ts';
import { type ErrorCode, errorEntry } from '../errors.ts';
import { withBrackets } from '../engine/message/host.ts';
import type { Clock, StandaloneAnswer } from '../ports.ts';
import { Buckets } from '../routing/buckets.ts';
import type { Standing } from '../routing/who-is.ts';
import { type Binding, bindingsAfter, type DnKey, type Registering } from './binding.ts';
import type { RegisterLimits, Refusal } from './limits.ts';
import { readRegister, type RegisterWish } from './register-wish.ts';
import type { Registrations } from './registrations.ts';
import { judgeSender, type SenderRules } from './sender.ts';

export interface RegistrarOptions extends RegisterLimits {
  /** Contacts of all DNs together. */
  readonly maxBindings: number;
  /** REGISTER requests a second of one address; ten times as many at once. */
  readonly perSecond: number;
}

/** What became of a REGISTER: done, or why not. */
export type RegisterOutcome = 'registered' | 'removed' | 'queried' | 'challenged' | ErrorCode;

export interface RegistrarParts extends SenderRules {
  readonly options: RegistrarOptions;
  readonly registrations: Registrations;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly counted: (outcome: RegisterOutcome) => void;
  readonly log: { info(fields: object, message: string): void };
}

/** Addresses whose REGISTERs are counted apart. */
const maxSources = 10_000;
/** A phone that is told to come again does so after this time. */
const retryAfter: HeaderLine = { name: 'Retry-After', value: '10' };

/** RFC 3261 §10.3: takes REGISTER requests of those who have been let in. */
export class Registrar {
  readonly #parts: RegistrarParts;
  readonly #flood: Buckets;

  constructor(parts: RegistrarParts) {
    const { perSecond } = parts.options;
    this.#parts = parts;
    this.#flood = new Buckets({ burst: perSecond * 10, perSecond, maxKeys: maxSources });
  }

  receive(request: NewRequest, standing: Standing): StandaloneAnswer {
    const nowMs = this.#parts.clock.nowMs();
    if (!this.#flood.take(request.source.address, nowMs)) return this.#refuseFlood();
    const unsupported = unsupportedTags(request.headers);
    if (unsupported !== '') return this.#refuse(request, requiring(unsupported));
    const key = this.#judge(request, standing, nowMs);
    if ('status' in key) return key;
    const wish = readRegister(request, this.#parts.options);
    if ('code' in wish) return this.#refuse(request, wish);
    const bindings = this.#carryOut(key, wish, {
      source: sourceOf(request),
      trunk: standing.trunk.name,
      nowMs,
    });
    if ('code' in bindings) return this.#refuse(request, bindings);
    this.#parts.counted(outcomeOf(wish));
    return accepted(bindings, nowMs);
  }

  /** Whose contacts it is about, when its sender may say so; else the answer. */
  #judge(
    request: NewRequest,
    standing: Standing,
    nowMs: number,
  ): DnKey | Exclude<StandaloneAnswer, 'ignore'> {
    const verdict = judgeSender(request, standing, nowMs, this.#parts);
    switch (verdict.is) {
      case 'accepted':
        return verdict.key;
      case 'refused':
        return this.#refuse(request, verdict.refusal);
      case 'challenged':
        this.#parts.counted('challenged');
        return { status: 401, headers: verdict.headers };
    }
  }

  #carryOut(key: DnKey, wish: RegisterWish, registering: Registering): readonly Binding[] | Refusal {
    const { registrations, options } = this.#parts;
    const before = registrations.of(key)?.bindings ?? [];
    if (outcomeOf(wish) === 'queried') return before;
    const after = bindingsAfter(before, wish, registering, options);
    if ('code' in after) return after;
    if (
      after.length > before.length &&
      registrations.bindingCount + after.length - before.length > options.maxBindings
    )
      return { code: 'registrar-full', text: 'too many contacts' };
    registrations.register(key, after);
    return registrations.of(key)?.bindings ?? [];
  }

  #refuse(request: NewRequest, { code, text, headers = [] }: Refusal): Exclude<StandaloneAnswer, 'ignore'> {
    const { log, counted } = this.#parts;
    const { method, callId, source } = request;
    counted(code);
    log.info({ code, method, callId, source: `${source.address}:${source.port}`, reason: text }, 'refused');
    const { sipStatus: status = 500 } = errorEntry(code);
    return { status, headers: [...headers, ...(status === 503 ? [retryAfter] : []), warning(text)] };
  }

  /** Without a line in the log, which would be a flood of its own. */
  #refuseFlood(): StandaloneAnswer {
    this.#parts.counted('too-many-registers');
    return { status: 503, headers: [retryAfter] };
  }
}

/** RFC 3261 §10.3 step 8: all contacts that there are, each with the seconds that it has left. */
function accepted(bindings: readonly Binding[], nowMs: number): StandaloneAnswer {
  const contacts = bindings.map(({ uri, q, expiresAtMs }) => {
    const leftS = Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1000));
    return { name: 'Contact', value: `<${uri}>;expires=${leftS}${q === 1 ? '' : `;q=${q}`}` };
  });
  // RFC 3261 §20.17: in GMT, as RFC 1123 has it.
  return { status: 200, headers: [...contacts, { name: 'Date', value: new Date(nowMs).toUTCString() }] };
}

function sourceOf({ source: { protocol, address, port } }: NewRequest): string {
  return `${protocol}:${withBrackets(address)}:${port}`;
}

function outcomeOf({ contacts }: RegisterWish): RegisterOutcome {
  if (contacts === 'none-any-more') return 'removed';
  if (contacts.length === 0) return 'queried';
  return contacts.some(({ expiresS }) => expiresS > 0) ? 'registered' : 'removed';
}

export function requiring(unsupported: string): Refusal {
  const headers = [{ name: 'Unsupported', value: unsupported }];
  return { code: 'unsupported-extension', text: `Require: ${unsupported}`, headers };
}
