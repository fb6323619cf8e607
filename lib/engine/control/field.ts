import type { ByteString } from '../message/bytes.ts';

/**
 * A dialog id contains the Call-ID and a tag as the network sent them. RFC 3261 §25.1 allows neither `|` nor CR nor LF
 * in them, but peers break rules, and one such octet would move every field of the first line (control protocol §1).
 * So they travel as `%7C`, `%0D`, `%0A`; a value that already has such a sequence gets `25` put after its `%`.
 * Every other value travels as it is.
 */
const reserved = /[|\r\n]|%((?:25)*(?:7C|0D|0A))/g;
const escaped = /%((?:25)*)(7C|0D|0A)/g;
const octets: Readonly<Record<string, string>> = { '7C': '|', '0D': '\r', '0A': '\n' };
const escapes: Readonly<Record<string, string>> = { '|': '%7C', '\r': '%0D', '\n': '%0A' };

/** The form in which a dialog id stands in a first line. */
export function encodeField(value: ByteString): ByteString {
  if (!value.includes('%') && !value.includes('|') && !value.includes('\r') && !value.includes('\n'))
    return value;
  return value.replace(reserved, (found, sequence: string | undefined) =>
    sequence === undefined ? (escapes[found] ?? found) : `%25${sequence}`,
  );
}

/** The inverse of `encodeField`. */
export function decodeField(field: ByteString): ByteString {
  if (!field.includes('%')) return field;
  return field.replace(escaped, (_found, levels: string, octet: string) =>
    levels === '' ? (octets[octet] ?? '') : `%${levels.slice(2)}${octet}`,
  );
}

/** Free text as a field: the octets of its UTF-8 form, without anything that would end the field. */
export function textField(text: string): ByteString {
  return Buffer.from(text.replace(/[|\r\n]+/g, ' '), 'utf8').toString('latin1');
}
