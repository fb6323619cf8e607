import type { Dn } from '../call/ids.ts';
import { isSameUri } from '../engine/message/same-uri.ts';
import { parseUri } from '../engine/message/uri.ts';
import type { RegisterLimits, Refusal } from './limits.ts';
import type { RegisterWish, WantedContact } from './register-wish.ts';

/** Where a DN can be reached, until then: what RFC 3261 §10 calls a binding. */
export interface Binding {
  /** As its Contact has it. */
  readonly uri: string;
  /** Next hop, when it is reached the way its REGISTER came rather than by `uri`. */
  readonly via?: string;
  /** 0 to 1; the best is called first. */
  readonly q: number;
  /** Of the last REGISTER that named it. */
  readonly callId: string;
  readonly cseq: number;
  /** When that came. */
  readonly refreshedAtMs: number;
  readonly expiresAtMs: number;
  /** `udp:192.0.2.1:5060`: where it came from. */
  readonly source: string;
  /** Name of the trunk that it came through; empty for none. */
  readonly trunk: string;
}

/** Whom REGISTER makes reachable. */
export interface DnKey {
  readonly tenant: string;
  readonly dn: Dn;
}

/** What is the same for all contacts of one REGISTER. */
export interface Registering {
  readonly source: string;
  readonly trunk: string;
  readonly nowMs: number;
}

/**
 * RFC 3261 §10.3 steps 6 and 7: the bindings of a DN after a REGISTER; all of it is done, or nothing. `bindings` are those that
 * have not expired.
 */
export function bindingsAfter(
  bindings: readonly Binding[],
  wish: RegisterWish,
  registering: Registering,
  { maxContacts }: Pick<RegisterLimits, 'maxContacts'>,
): readonly Binding[] | Refusal {
  if (wish.contacts === 'none-any-more')
    return bindings.some(binding => isLaterThan(binding, wish)) ? outOfOrder : [];
  let after = bindings;
  for (const contact of wish.contacts) {
    const at = after.findIndex(({ uri }) => isSame(uri, contact));
    const known = after[at];
    // RFC 3261 §10.3 step 7: in one Call-ID the order of CSeq is that of the requests; another is of another time.
    if (known !== undefined && bindings.includes(known) && isLaterThan(known, wish)) return outOfOrder;
    const others = after.filter((_, each) => each !== at);
    after = contact.expiresS === 0 ? others : [...others, bindingOf(contact, wish, registering)];
  }
  return after.length > maxContacts && after.length > bindings.length ? tooMany : after;
}

/** The best first; of equals the one that has been heard of last, for it is the likeliest to be there still. */
export function inOrder<One extends Binding>(bindings: readonly One[]): readonly One[] {
  return [...bindings].sort((one, other) => other.q - one.q || other.refreshedAtMs - one.refreshedAtMs);
}

function isSame(uri: string, { parsed }: WantedContact): boolean {
  const known = parseUri(uri);
  return known !== undefined && isSameUri(known, parsed);
}

function isLaterThan({ callId, cseq }: Binding, wish: RegisterWish): boolean {
  return callId === wish.callId && cseq >= wish.cseq;
}

function bindingOf(contact: WantedContact, wish: RegisterWish, registering: Registering): Binding {
  const { uri, via, q, expiresS } = contact;
  const { callId, cseq } = wish;
  const { source, trunk, nowMs } = registering;
  const times = { refreshedAtMs: nowMs, expiresAtMs: nowMs + expiresS * 1000 };
  return { uri, ...(via !== undefined && { via }), q, callId, cseq, ...times, source, trunk };
}

const outOfOrder: Refusal = { code: 'register-out-of-order', text: 'CSeq out of order' };
const tooMany: Refusal = { code: 'registrar-full', text: 'too many contacts of this DN' };
