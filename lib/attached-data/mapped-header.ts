import type { HeaderLine } from '../call/signal.ts';
import { isToken } from '../engine/message/token.ts';
import { isUserToUser, readCustomName } from './custom-name.ts';
import type { DropCode } from './entry.ts';
import { breaksHeader } from './header-text.ts';
import { profileOf } from './profile.ts';
import { emitUserToUser, parseUserToUser } from './user-to-user.ts';
import { hexOf, writeUui } from './uui-form.ts';

/** The header lines that a mapping of keys leads to. */

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
  const output = writeUui({ payloadHex: hexOf(text), params: [] }, rfcForm);
  const written = output === undefined ? undefined : emitUserToUser([output]);
  return written?.ok === true ? written.value : text;
}

const rfcForm = profileOf('plain');
