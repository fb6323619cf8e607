import type { Profile, UuiEncoding } from './profile.ts';
import { ISDN_PACKAGE, isBase16, isIsdn, type UuiOutput, uuiParam, type UuiValue } from './user-to-user.ts';
import { isToken } from '../engine/message/token.ts';
import type { UuiParam } from './uui-syntax.ts';

/** A value of the ISDN package in the form of one profile, and what it says whatever its form. */

/** The parts of a profile that say how User-to-User is written. */
export type UuiForm = Pick<Profile, 'uuiHeader' | 'discriminator' | 'encoding' | 'uuiParams' | 'bareText'>;

export interface UuiContent {
  /** The octets without the discriminator, case of the digits as it came. */
  readonly payloadHex: string;
  /** Protocol discriminator, two hex digits; absent when the form had none. */
  readonly pd?: string;
  /** Parameters that are none of the form. */
  readonly params: readonly UuiParam[];
}

/** Q.931 §4.5.30: IA5 characters, and user-specific. */
const PD_TEXT = '04';
const PD_OCTETS = '00';

/** Reads a value that came in this form. Undefined: of another package, or not to be read. */
export function readUui(value: UuiValue, form: UuiForm): UuiContent | undefined {
  // RFC 7434 §8: a content other than isdn-uui is ignored.
  if (!isIsdn(value) || value.effective.content !== ISDN_PACKAGE) return undefined;
  const encoding = encodingOf(value, form);
  const params = value.params.filter(([name]) => !FORM_PARAMS.has(name.toLowerCase()));
  const named = value.params.find(([name]) => name.toLowerCase() === 'pd');
  if (named !== undefined && !/^[0-9A-Fa-f]{2}$/.test(named[1] ?? '')) return undefined;
  const pdParam = named?.[1] ?? undefined;
  if (encoding === 'ascii' || encoding === 'text') {
    const payloadHex = hexOf(value.data);
    return pdParam === undefined ? { payloadHex, params } : { payloadHex, pd: pdParam, params };
  }
  if (encoding !== 'hex' || !isBase16(value.data)) return undefined;
  if (pdParam !== undefined) return { payloadHex: value.data, pd: pdParam, params };
  if (form.discriminator === 'none') return { payloadHex: value.data, params };
  // RFC 7434 §6: the first octet; also of a form with `pd=` when the parameter is not there.
  if (value.data === '') return undefined;
  return { payloadHex: value.data.slice(2), pd: value.data.slice(0, 2), params };
}

const FORM_PARAMS: ReadonlySet<string> = new Set(['pd', 'encoding', 'purpose', 'content']);

/** Writes the content in a form. Undefined: it has no place there, as octets that are no text have in `ascii`. */
export function writeUui(content: UuiContent, form: UuiForm): UuiOutput | undefined {
  const data = dataOf(content, form);
  if (data === undefined) return undefined;
  const params: UuiParam[] = [];
  if (form.discriminator === 'pd') params.push(['pd', discriminatorOf(content)]);
  for (const name of ['encoding', 'purpose', 'content'] as const) {
    if (form.uuiParams.includes(name))
      params.push([name, name === 'encoding' ? form.encoding : ISDN_PACKAGE]);
  }
  params.push(...content.params);
  return { data, form: isToken(data) ? 'token' : 'quoted', params };
}

/** Is the value written so already? Then it is left as it came, to the letter. */
export function isInForm(value: UuiValue, from: UuiForm, to: UuiForm): boolean {
  if (encodingOf(value, from) !== to.encoding || placeOf(value, from) !== to.discriminator) return false;
  // RFC 7434 §8: isdn-interwork, the name in the drafts, is not to be sent.
  if (uuiParam(value, 'purpose')?.toLowerCase() === 'isdn-interwork') return false;
  return (['encoding', 'purpose', 'content'] as const).every(
    name => (uuiParam(value, name) !== undefined) === to.uuiParams.includes(name),
  );
}

function placeOf(value: UuiValue, from: UuiForm): Profile['discriminator'] {
  if (uuiParam(value, 'pd') !== undefined) return 'pd';
  return encodingOf(value, from) !== 'hex' || from.discriminator === 'none' ? 'none' : 'in-data';
}

/** As named; else that of the form, or text where the form may leave it bare. Lower case. */
function encodingOf(value: UuiValue, form: UuiForm): string {
  const named = uuiParam(value, 'encoding')?.toLowerCase();
  if (named !== undefined) return named;
  return form.bareText && form.encoding === 'hex' && !isBase16(value.data) ? 'text' : form.encoding;
}

function dataOf(content: UuiContent, form: UuiForm): string | undefined {
  const { payloadHex } = content;
  if (form.encoding !== 'hex') return textOf(payloadHex, form.encoding);
  return form.discriminator === 'in-data' ? discriminatorOf(content) + payloadHex : payloadHex;
}

function discriminatorOf({ pd, payloadHex }: UuiContent): string {
  return pd ?? (textOf(payloadHex, 'ascii') === undefined ? PD_OCTETS : PD_TEXT);
}

export function hexOf(text: string): string {
  let hex = '';
  for (const octet of new TextEncoder().encode(text))
    hex += octet.toString(16).padStart(2, '0').toUpperCase();
  return hex;
}

/** The octets as characters: printable ASCII, or UTF-8 without control characters; undefined when they are none. */
export function textOf(hex: string, encoding: Exclude<UuiEncoding, 'hex'>): string | undefined {
  const octets = new Uint8Array(hex.length / 2);
  for (let at = 0; at < octets.length; at += 1) {
    const octet = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
    if (octet < 0x20 || octet === 0x7f || (octet > 0x7f && encoding === 'ascii')) return undefined;
    octets[at] = octet;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
