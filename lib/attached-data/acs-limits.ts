import type { DropCode } from './entry.ts';

/** Azure Communication Services, custom context: what it reads of the headers sent to it. */
export const ACS_MAX_HEADERS = 5;
/** The whole header name, prefix included. */
export const ACS_MAX_NAME_CHARS = 64;
export const ACS_MAX_VALUE_CHARS = 256;
/** VoIP headers are never on a SIP leg; Azure Communication Services shows them to its own clients. */
export const ACS_MAX_VOIP_HEADERS = 1_000;
const ACS_MAX_VOIP_KEY_CHARS = 64;
const ACS_MAX_VOIP_VALUE_CHARS = 1_024;

const KEY_MARKS = '.!%*_+~-';
const VALUE_MARKS = '=;.!%*_+~-';

/** Which ACS limit a custom header breaks; undefined when it would be read. Lengths come before characters. */
export function acsFaultOf(name: string, value: string): DropCode | undefined {
  if (name.length > ACS_MAX_NAME_CHARS) return 'acs-key-length';
  return acsValueFaultOf(value) ?? (isMadeOf(name, KEY_MARKS) ? undefined : 'acs-charset');
}

/** The same for the value of User-to-User, which is counted apart from the custom headers. */
export function acsValueFaultOf(value: string): DropCode | undefined {
  if (value.length > ACS_MAX_VALUE_CHARS) return 'acs-value-length';
  return isMadeOf(value, VALUE_MARKS) ? undefined : 'acs-charset';
}

/** True for a VoIP header of lengths that it takes; newlines are data there. */
export function isVoipHeader(key: string, value: string): boolean {
  return key.length <= ACS_MAX_VOIP_KEY_CHARS && value.length <= ACS_MAX_VOIP_VALUE_CHARS;
}

/** Letters, digits and the marks. */
function isMadeOf(text: string, marks: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const digit = code >= 0x30 && code <= 0x39;
    if (!letter && !digit && !marks.includes(text.charAt(at))) return false;
  }
  return true;
}
