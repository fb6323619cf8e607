import { isToken } from '../engine/message/token.ts';
import { breaksHeader, unfold } from './header-text.ts';
import { asTokenOrQuoted, parseUuiLine, type UuiParam, type UuiSyntax } from './uui-syntax.ts';

/** User-to-User: RFC 7433 (the header), RFC 7434 (the ISDN package) and the vendors' shapes seen in the field. */

/** The package that a value without `purpose` belongs to (RFC 7434 §4). */
export const ISDN_PACKAGE = 'isdn-uui';
/** Its name in the drafts; RFC 7434 §8: read as isdn-uui, never sent. */
const ISDN_PACKAGE_OF_OLD = 'isdn-interwork';
/** RFC 7434 §6: at most 128 octets besides the protocol discriminator. */
export const ISDN_MAX_PAYLOAD_BYTES = 128;
/** Longer texts are left to `payloadHex`. */
const SHORT_TEXT_BYTES = 64;

/** What a value means after the defaults; lower case. Null: the default of a package that we do not know. */
export interface UuiEffective {
  readonly purpose: string;
  readonly content: string | null;
  readonly encoding: string | null;
}

export interface AvayaElement {
  /** Application id, two hex digits: `FA` is the universal call id (UCID). */
  readonly app: string;
  readonly len: number;
  readonly valueHex: string;
}

export interface UuiValue extends UuiSyntax {
  readonly effective: UuiEffective;
  /** The octets of a hex value, upper case. Absent when it is no hex, or its digits are not base16. */
  readonly octetsHex?: string;
  /** Protocol discriminator of an ISDN value, two hex digits: the first octet, or the vendors' parameter `pd`. */
  readonly pd?: string;
  /** The octets without the discriminator. */
  readonly payloadHex?: string;
  /** A short payload of printable ASCII, to be read by people. */
  readonly payloadText?: string;
  /** Avaya's elements, when the payload after PD 00 consists of them. */
  readonly avayaTlv?: readonly AvayaElement[];
}

export type UuiHeader =
  | { readonly syntax: 'valid'; readonly values: readonly UuiValue[] }
  /** `injection`: a line break or NUL, which no message can bring and no API may. */
  | { readonly syntax: 'invalid'; readonly reason: string; readonly injection: boolean };

export interface UuiReading {
  /** Where the protocol discriminator is: the first octet (RFC 7434), or nowhere (X-User-to-User). */
  readonly discriminator?: 'first-octet' | 'none';
}

/**
 * Parses the values of all User-to-User lines of one message, one string a line. Several lines and a comma-separated list
 * are the same (RFC 3261 §7.3.1). One bad line makes the whole invalid. Never throws.
 */
export function parseUserToUser(lines: readonly string[], reading: UuiReading = {}): UuiHeader {
  const values: UuiValue[] = [];
  for (const line of lines) {
    const text = unfold(line);
    if (breaksHeader(text)) {
      const reason = text.includes('\0') ? 'NUL in value' : 'CRLF in value is not folding';
      return { syntax: 'invalid', reason, injection: true };
    }
    const parsed = parseUuiLine(text);
    if (parsed.syntax === 'invalid') return { ...parsed, injection: false };
    for (const value of parsed.values) values.push(interpret(value, reading));
  }
  return { syntax: 'valid', values };
}

/** True for a value of the ISDN package, named or by default. */
export function isIsdn(value: { readonly effective: UuiEffective }): boolean {
  return value.effective.purpose === ISDN_PACKAGE;
}

/** The value of a parameter, whatever the case of its name; undefined when absent or without a value. */
export function uuiParam(value: Pick<UuiSyntax, 'params'>, name: string): string | undefined {
  return value.params.find(([spelled]) => spelled.toLowerCase() === name)?.[1] ?? undefined;
}

/** Base16 (RFC 4648 §8): an even number of digits of either case. */
export function isBase16(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(text);
}

function interpret(value: UuiSyntax, reading: UuiReading): UuiValue {
  const effective = effectiveOf(value);
  // RFC 7433 §4.2: encoding hex is base16; whether the data is quoted does not count.
  if (effective.encoding !== 'hex' || !isBase16(value.data)) return { ...value, effective };
  const octetsHex = value.data.toUpperCase();
  if (effective.purpose !== ISDN_PACKAGE) return { ...value, effective, octetsHex };
  return { ...value, effective, octetsHex, ...isdnPayload(octetsHex, uuiParam(value, 'pd'), reading) };
}

function effectiveOf(value: UuiSyntax): UuiEffective {
  const named = uuiParam(value, 'purpose')?.toLowerCase();
  const purpose = named === undefined || named === ISDN_PACKAGE_OF_OLD ? ISDN_PACKAGE : named;
  const isdn = purpose === ISDN_PACKAGE;
  return {
    purpose,
    content: uuiParam(value, 'content')?.toLowerCase() ?? (isdn ? ISDN_PACKAGE : null),
    encoding: uuiParam(value, 'encoding')?.toLowerCase() ?? (isdn ? 'hex' : null),
  };
}

/** RFC 7434 §6: the first octet is the discriminator, unless a vendor moved it into `pd=` or left it out. */
function isdnPayload(octetsHex: string, pdParam: string | undefined, reading: UuiReading): Partial<UuiValue> {
  if (pdParam !== undefined) {
    const pd = /^[0-9A-Fa-f]{2}$/.test(pdParam) ? { pd: pdParam.toUpperCase() } : {};
    return { ...pd, payloadHex: octetsHex, ...payloadViews(octetsHex, pd.pd) };
  }
  if (reading.discriminator === 'none')
    return { payloadHex: octetsHex, ...payloadViews(octetsHex, undefined) };
  if (octetsHex === '') return {};
  const pd = octetsHex.slice(0, 2);
  const payloadHex = octetsHex.slice(2);
  return { pd, payloadHex, ...payloadViews(payloadHex, pd) };
}

function payloadViews(payloadHex: string, pd: string | undefined): Partial<UuiValue> {
  const payloadText = printableText(payloadHex);
  if (payloadText !== undefined) return { payloadText };
  const avayaTlv = pd === '00' ? avayaElements(payloadHex) : undefined;
  return avayaTlv === undefined ? {} : { avayaTlv };
}

function printableText(hex: string): string | undefined {
  if (hex === '' || hex.length > 2 * SHORT_TEXT_BYTES) return undefined;
  let text = '';
  for (let at = 0; at < hex.length; at += 2) {
    const code = Number.parseInt(hex.slice(at, at + 2), 16);
    if (code < 0x20 || code > 0x7e) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Avaya: application id, length, value, again and again up to the end. */
function avayaElements(hex: string): AvayaElement[] | undefined {
  const elements: AvayaElement[] = [];
  for (let at = 0; at < hex.length; ) {
    const len = Number.parseInt(hex.slice(at + 2, at + 4), 16);
    const end = at + 4 + 2 * len;
    if (Number.isNaN(len) || end > hex.length) return undefined;
    elements.push({ app: hex.slice(at, at + 2), len, valueHex: hex.slice(at + 4, end) });
    at = end;
  }
  return elements.length > 0 ? elements : undefined;
}

/** What can be written: parsed values can, and so can new ones. */
export interface UuiOutput {
  readonly data: string;
  readonly form?: 'token' | 'quoted';
  readonly params: readonly UuiParam[];
}

export type Emitted =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

/** Writes one header value, a list when there are several. Refuses what would break the header; never throws. */
export function emitUserToUser(values: readonly UuiOutput[]): Emitted {
  if (values.length === 0) return { ok: false, reason: 'no value' };
  const parts: string[] = [];
  for (const { data, form, params } of values) {
    let part = asTokenOrQuoted(data, form);
    for (const [name, value] of params) {
      if (!isToken(name)) return { ok: false, reason: `parameter name '${name}' is no token` };
      part += value === null ? `;${name}` : `;${name}=${genValue(value)}`;
    }
    parts.push(part);
  }
  const value = parts.join(', ');
  const check = parseUserToUser([value]);
  return check.syntax === 'valid' ? { ok: true, value } : { ok: false, reason: check.reason };
}

function genValue(value: string): string {
  return /^\[[0-9A-Fa-f:.]+\]$/.test(value) ? value : asTokenOrQuoted(value);
}
