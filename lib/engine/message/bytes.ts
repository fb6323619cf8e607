/**
 * A string in which each UTF-16 unit is one octet of the wire (Latin-1 view of a buffer).
 *
 * The engine never decodes UTF-8: what came in goes out octet for octet, and V8 keeps such strings as
 * one byte a character. `Buffer.from(bytes, 'latin1')` and `buffer.toString('latin1')` are the exact conversions.
 */
export type ByteString = string;

/**
 * The same octets in storage of their own. A long `slice` is a view that keeps the whole text it was cut from
 * alive: whoever keeps a value for the length of a call (Call-ID, tags) keeps a detached one.
 */
export function detached(bytes: ByteString): ByteString {
  // Joining flattens into a new string of one octet more; the slice then refers to that one only.
  return ` ${bytes}`.slice(1);
}

/**
 * Without SP and HT at both ends. Never `trim()` on octets: it takes 0xA0 for a no-break space, and that is the last
 * octet of many a UTF-8 character.
 */
export function trimmed(bytes: ByteString): ByteString {
  let from = 0;
  let to = bytes.length;
  while (from < to && isSpace(bytes.charCodeAt(from))) from += 1;
  while (to > from && isSpace(bytes.charCodeAt(to - 1))) to -= 1;
  return bytes.slice(from, to);
}

/** SP or HT. */
export function isSpace(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}
