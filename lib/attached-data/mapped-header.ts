import type { HeaderLine } from '../call/signal.ts';
import { isToken } from '../engine/message/token.ts';
import { isUserToUser, readCustomName } from './custom-name.ts';
import type { DropCode } from './entry.ts';
import { breaksHeader } from './header-text.ts';
import { parseUserToUser } from './user-to-user.ts';

/** The header lines that a mapping of keys leads to. */

/** RFC 7434 §6, ITU-T Q.931 §4.5.30: what stands in the octets: IA5 characters, or what the users have agreed upon. */
const PD_IA5 = '04';
const PD_USER_SPECIFIC = '00';

/** Why a value cannot stand in the header of this name; undefined when it can. */
export function mappedHeaderFault(name: string, value: string): DropCode | undefined {
  if (breaksHeader(name) || breaksHeader(value)) return 'control-character';
  return isToken(name) && readCustomName(name, []).kind !== 'reserved' ? undefined : 'bad-key';
}

/** The line of a value that can stand in the header. */
export function mappedHeader(name: string, value: string): HeaderLine {
  return { name, value: isUserToUser(name) ? uuiOf(value) : value };
}

/**
 * A value with parameters (`…;encoding=hex`) is one of User-to-User already and goes as it is. Everything else is text, and
 * goes in the form that all read (RFC 7434 §6): hex, the protocol discriminator in front.
 */
function uuiOf(text: string): string {
  const parsed = parseUserToUser([text]);
  if (parsed.syntax === 'valid' && parsed.values.some(({ params }) => params.length > 0)) return text;
  const octets = new TextEncoder().encode(text);
  let hex = octets.length === text.length ? PD_IA5 : PD_USER_SPECIFIC;
  for (const octet of octets) hex += octet.toString(16).padStart(2, '0').toUpperCase();
  return `${hex};encoding=hex`;
}
