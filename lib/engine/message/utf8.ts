import type { ByteString } from './bytes.ts';

const BEYOND_ASCII = /[\x80-\xff]/;

/** RFC 3629 §4: the octets are well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF). */
export function isUtf8(bytes: ByteString): boolean {
  if (!BEYOND_ASCII.test(bytes)) return true;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** How many octets the character at `at` has; 0 when there is none. */
function sequenceLength(bytes: ByteString, at: number): number {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return areTails(bytes, at + 1, 1) ? 2 : 0;
  const second = bytes.charCodeAt(at + 1);
  if (first >= 0xe0 && first <= 0xef) {
    const fits = first === 0xe0 ? second >= 0xa0 : first !== 0xed || second <= 0x9f;
    return fits && areTails(bytes, at + 1, 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const fits = first === 0xf0 ? second >= 0x90 : first !== 0xf4 || second <= 0x8f;
    return fits && areTails(bytes, at + 1, 3) ? 4 : 0;
  }
  return 0;
}

function areTails(bytes: ByteString, from: number, count: number): boolean {
  for (let at = from; at < from + count; at += 1) {
    const octet = bytes.charCodeAt(at);
    // NaN beyond the end compares false.
    if (!(octet >= 0x80 && octet <= 0xbf)) return false;
  }
  return true;
}

/** Each octet as the character of that number, written in UTF-8: the inverse of `octetsFromUtf8`. */
export function octetsToUtf8(bytes: ByteString): ByteString {
  return bytes.replace(/[\x80-\xff]/g, octet => {
    const code = octet.charCodeAt(0);
    return String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
  });
}

/** Characters up to U+00FF in UTF-8 become the octets of those numbers; undefined when there are others. */
export function octetsFromUtf8(bytes: ByteString): ByteString | undefined {
  if (!BEYOND_ASCII.test(bytes)) return bytes;
  if (!/^(?:[\0-\x7f]|[\xc2\xc3][\x80-\xbf])*$/.test(bytes)) return undefined;
  return bytes.replace(/[\xc2\xc3][\x80-\xbf]/g, pair =>
    String.fromCharCode(((pair.charCodeAt(0) & 0x03) << 6) | (pair.charCodeAt(1) & 0x3f)),
  );
}
