import { firstValue } from '../call/header-lines.ts';
import type { HeaderLine } from '../call/signal.ts';
import { splitList } from '../engine/message/name-addr.ts';

/** INFO and its packages (RFC 6086). */

/**
 * Our package: attached data and its changes. An INFO of it carries `application/vnd.baton.event+json` (one
 * EventAttachedDataChanged), `application/json` `{"userData": …}`, a form, or data headers alone.
 */
export const BATON_PACKAGE = 'baton-attached-data';
/** RFC 6086 §5.2.2: the name that stands for no package at all. */
const NO_PACKAGE = 'nil';

export type InfoAnswer =
  /** Not ours to judge (RFC 2976 usage, DTMF): relayed, or answered for what its body is. Never 469. */
  | { readonly kind: 'legacy' }
  | { readonly kind: 'accepted' }
  /** The dialog survives. `recvInfo`: the value of Recv-Info in the 469. */
  | { readonly kind: 'refused'; readonly status: 469; readonly recvInfo: string }
  | { readonly kind: 'refused'; readonly status: 415 };

const BODY_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.baton.event+json',
  'application/json',
  'application/x-www-form-urlencoded',
]);

/** How an INFO within a dialog is to be answered; `recvInfo`: the packages that we said we take there. */
export function answerToInfo(headers: readonly HeaderLine[], recvInfo: readonly string[]): InfoAnswer {
  const named = bareValue(headers, 'info-package');
  if (named === undefined) return { kind: 'legacy' };
  // RFC 6086 §4.2.2: a package that is not in our Recv-Info is answered 469 with the list.
  if (!recvInfo.some(name => name.toLowerCase() === named)) {
    return { kind: 'refused', status: 469, recvInfo: recvInfoOf(recvInfo) };
  }
  const type = bareValue(headers, 'content-type');
  return type === undefined || BODY_TYPES.has(type) ? { kind: 'accepted' } : { kind: 'refused', status: 415 };
}

/** The value of Recv-Info that says so. */
export function recvInfoOf(packages: readonly string[]): string {
  return packages.length === 0 ? NO_PACKAGE : packages.join(', ');
}

/** The packages that a Recv-Info names: without parameters, in lower case. `nil` and an empty line name none. */
export function packagesTaken(recvInfo: string): readonly string[] {
  return splitList(recvInfo)
    .map(bare)
    .filter(name => name !== NO_PACKAGE);
}

function bareValue(headers: readonly HeaderLine[], key: string): string | undefined {
  const value = firstValue(headers, key);
  return value === undefined ? undefined : bare(value);
}

/** The value without its parameters, lower case. */
function bare(value: string): string {
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}
