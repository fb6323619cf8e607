import { firstValue } from '../call/header-lines.ts';
import type { HeaderLine } from '../call/signal.ts';

/** How an INFO is to be answered (RFC 6086). */

export type InfoAnswer =
  /** Not ours to judge (RFC 2976 usage, DTMF): relayed, or answered for what its body is. Never 469. */
  | { readonly kind: 'legacy' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'no-dialog'; readonly status: 481 }
  /** The dialog survives. `recvInfo`: the value of Recv-Info in the 469. */
  | { readonly kind: 'refused'; readonly status: 469; readonly recvInfo: string }
  | { readonly kind: 'refused'; readonly status: 415 };

export interface InfoState {
  readonly dialogExists: boolean;
  /** The packages we said we take. */
  readonly recvInfo: readonly string[];
}

const BODY_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/x-www-form-urlencoded']);

export function answerToInfo(headers: readonly HeaderLine[], state: InfoState): InfoAnswer {
  // RFC 3261 §12.2.2: a request outside any dialog we know.
  if (!state.dialogExists) return { kind: 'no-dialog', status: 481 };
  const named = bareValue(headers, 'info-package');
  if (named === undefined) return { kind: 'legacy' };
  // RFC 6086 §4.2.2: a package that is not in our Recv-Info is answered 469 with the list.
  if (!state.recvInfo.some(name => name.toLowerCase() === named)) {
    return { kind: 'refused', status: 469, recvInfo: state.recvInfo.join(', ') };
  }
  const type = bareValue(headers, 'content-type');
  return type === undefined || BODY_TYPES.has(type) ? { kind: 'accepted' } : { kind: 'refused', status: 415 };
}

/** The value without its parameters, lower case. */
function bareValue(headers: readonly HeaderLine[], key: string): string | undefined {
  return firstValue(headers, key)?.split(';', 1)[0]?.trim().toLowerCase();
}
