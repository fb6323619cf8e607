import type { HeaderLine } from '../call/signal.ts';
import { ACS_MAX_VALUE_CHARS } from './acs-limits.ts';
import { isUserToUser } from './custom-name.ts';
import { unfold } from './header-text.ts';
import {
  ISDN_MAX_PAYLOAD_BYTES,
  ISDN_PACKAGE,
  isBase16,
  isIsdn,
  parseUserToUser,
  uuiParam,
  type UuiHeader,
  type UuiValue,
} from './user-to-user.ts';

/** What User-to-User in a message is good for, and when we may send it (RFC 7433 §4.1, RFC 7434 §7 and §8). */

export interface UuiPlace {
  /** Of the request, or of the request that a response answers. */
  readonly method: string;
  /** Of a response; absent for a request. */
  readonly status?: number;
  /** The request stands within a dialog. */
  readonly inDialog?: boolean;
  /** Did the INVITE that made the dialog carry User-to-User? Absent: not known. */
  readonly initialInviteHadUui?: boolean;
}

/**
 * What to do with it. Whatever it is, a call never fails for it and a relay passes it on:
 * - `accept`: parse and attach;
 * - `accept-to-attached-data-but-do-not-emit`: taken here, but not for this kind of message;
 * - `relay-opaque`: another package, not interpreted;
 * - `relay-opaque-and-flag`, `relay-and-flag`: broken, or over the ISDN limit; the raw value is shown with a warning;
 * - `discard-all-isdn`: two values of the ISDN package; who consumes them discards all;
 * - `ignore`: who consumes it ignores it;
 * - `policy`: a class of response that RFC 7433 does not name;
 * - `reject-api-input`: a line break or NUL, which only an API can bring.
 */
export type UuiDisposition =
  | 'accept'
  | 'accept-to-attached-data-but-do-not-emit'
  | 'relay-opaque'
  | 'relay-opaque-and-flag'
  | 'relay-and-flag'
  | 'discard-all-isdn'
  | 'ignore'
  | 'policy'
  | 'reject-api-input';

export interface UuiVerdict {
  readonly disposition: UuiDisposition;
  readonly reason?: string;
}

/** Methods in a dialog on which an ISDN value is precluded but taken when it comes. */
const CHANGE_METHODS: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'INFO']);

export function judgeUserToUser(header: UuiHeader, place: UuiPlace): UuiVerdict {
  if (header.syntax === 'invalid') {
    return {
      disposition: header.injection ? 'reject-api-input' : 'relay-opaque-and-flag',
      reason: header.reason,
    };
  }
  const byPlace = judgePlace(place);
  if (byPlace !== undefined) return { disposition: byPlace };
  const isdn = header.values.filter(isIsdn);
  const [only, ...more] = isdn;
  if (only === undefined) return judgeOtherPackages(header.values);
  // RFC 7434 §8: several isdn-uui values, named or by default, in one line or several: all are discarded.
  if (more.length > 0) return { disposition: 'discard-all-isdn' };
  return judgeIsdn(only, place);
}

/** RFC 7433 §4.1: INVITE and BYE, and of their responses 1xx but 100, 2xx and 3xx. */
function judgePlace({ method, status }: UuiPlace): UuiDisposition | undefined {
  if (status === 100) return 'ignore';
  if (status !== undefined && status >= 400) return 'policy';
  // REFER carries it for the target (ACS); UPDATE and INFO are taken on receipt.
  return CHANGE_METHODS.has(method) || method === 'BYE' || method === 'REFER' ? undefined : 'ignore';
}

/** An unknown package is not interpreted; that hex must be base16 holds for all of them (RFC 7433 §4.2). */
function judgeOtherPackages(values: readonly UuiValue[]): UuiVerdict {
  const broken = values.find(value => value.effective.encoding === 'hex' && !isBase16(value.data));
  return broken === undefined ? { disposition: 'relay-opaque' } : judgeBase16(broken);
}

function judgeBase16({ data }: UuiValue): UuiVerdict {
  const odd = /^[0-9A-Fa-f]+$/.test(data);
  const reason = odd
    ? 'base16 needs an even digit count; never fail the call'
    : 'not base16; ACS apps commonly send plain tokens';
  return { disposition: 'relay-opaque-and-flag', reason };
}

function judgeIsdn(value: UuiValue, place: UuiPlace): UuiVerdict {
  const { content, encoding } = value.effective;
  // RFC 7434 §8, §9: a content other than isdn-uui or an encoding other than hex is ignored.
  if (content !== ISDN_PACKAGE || encoding !== 'hex') return { disposition: 'ignore' };
  if (value.octetsHex === undefined) return judgeBase16(value);
  if (value.octetsHex === '' && value.pd === undefined && value.payloadHex === undefined) {
    return {
      disposition: 'relay-opaque-and-flag',
      reason: 'no protocol discriminator: the first octet is missing',
    };
  }
  // RFC 7434 §7, §8: none in a response or later in the dialog when the initial INVITE had none.
  if (isLater(place) && place.initialInviteHadUui === false) return { disposition: 'ignore' };
  if (isdnLimitExceeded(value)) return { disposition: 'relay-and-flag' };
  const precluded =
    CHANGE_METHODS.has(place.method) && (place.inDialog === true || place.method !== 'INVITE');
  return { disposition: precluded ? 'accept-to-attached-data-but-do-not-emit' : 'accept' };
}

function isLater({ method, status }: UuiPlace): boolean {
  return method === 'BYE' || status !== undefined;
}

/** An ISDN interworking point would discard it silently (RFC 7434 §6). */
export function isdnLimitExceeded({ payloadHex }: Pick<UuiValue, 'payloadHex'>): boolean {
  return payloadHex !== undefined && payloadHex.length > 2 * ISDN_MAX_PAYLOAD_BYTES;
}

export function acsLimitExceeded(value: string): boolean {
  return value.length > ACS_MAX_VALUE_CHARS;
}

/** How some vendors read what the RFCs have ignored: only by a trunk's profile. */
export function vendorReadings(value: UuiValue): Record<string, unknown> | undefined {
  const readings: Record<string, unknown> = {};
  const pd = uuiParam(value, 'pd');
  if (pd !== undefined) readings['vendor-pd'] = true;
  if (isIsdn(value)) {
    // Genesys Cloud: readable text under the default package, its discriminator only in `pd=`.
    const named = uuiParam(value, 'purpose') !== undefined;
    if (value.effective.encoding === 'ascii' && !named)
      readings['genesys'] = { payloadText: value.data, pd: pd ?? null };
    if (value.effective.encoding === 'text') readings['telcobridges'] = { payloadText: value.data };
  }
  return Object.keys(readings).length === 0 ? undefined : readings;
}

/**
 * May a User-to-User value of the ISDN package, which is also the default, leave on this message?
 *
 * RFC 7434 §7: on the initial INVITE, its responses and BYE; on BYE only when the initial INVITE carried one. Never on
 * re-INVITE, UPDATE or INFO. `method` is a request's method, `INVITE` or `200/INVITE` for a response to it.
 */
export function mayCarryDefaultUui(
  method: string,
  state: { readonly inDialog: boolean; readonly initialInviteHadUui: boolean },
): boolean {
  const slash = method.indexOf('/');
  const ofRequest = slash < 0 ? method : method.slice(slash + 1);
  const status = slash < 0 ? undefined : Number.parseInt(method, 10);
  if (status !== undefined && (status <= 100 || status >= 400)) return false;
  if (ofRequest === 'BYE') return state.initialInviteHadUui;
  // On a REFER it is for the INVITE to the target; the RFC is silent, and Azure Communication Services has it there.
  if (ofRequest === 'REFER') return status === undefined;
  return ofRequest === 'INVITE' && !state.inDialog;
}

/**
 * The header lines without the User-to-User values of the ISDN package, for a message that must not carry them. Values of
 * other packages stay as they were written; a value that cannot be read may be anything and goes too.
 */
export function withoutDefaultUui(headers: readonly HeaderLine[]): readonly HeaderLine[] {
  if (!headers.some(header => isUserToUser(header.name))) return headers;
  const left: HeaderLine[] = [];
  for (const header of headers) {
    if (!isUserToUser(header.name)) {
      left.push(header);
      continue;
    }
    const value = otherPackages(header.value);
    if (value !== '') left.push({ name: header.name, value });
  }
  return left;
}

/** The values of packages other than ISDN of one line, as written; empty when there are none or the line is broken. */
export function otherPackages(line: string): string {
  const parsed = parseUserToUser([line]);
  if (parsed.syntax === 'invalid') return '';
  if (!parsed.values.some(isIsdn)) return unfold(line);
  return parsed.values
    .filter(value => !isIsdn(value))
    .map(value => value.raw)
    .join(', ');
}
