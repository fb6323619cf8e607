/**
 * A string in which each UTF-16 unit is one octet of the wire (Latin-1 view of a buffer).
 *
 * The engine never decodes UTF-8: what came in goes out octet for octet, and V8 keeps such strings as
 * one byte a character. `Buffer.from(bytes, 'latin1')` and `buffer.toString('latin1')` are the exact conversions.
 */
export type ByteString = string;
