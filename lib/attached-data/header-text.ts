/** The characters of SIP header fields: tokens, line breaks, folding. */

const TOKEN_MARKS = "-.!%*_+`'~";

/** RFC 3261 §25.1: token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~"). */
const TOKEN_CODES: readonly boolean[] = Array.from({ length: 128 }, (_, code) => {
  const digit = code >= 0x30 && code <= 0x39;
  const letter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return digit || letter || TOKEN_MARKS.includes(String.fromCharCode(code));
});

function isTokenCode(code: number): boolean {
  return TOKEN_CODES[code] === true;
}

/** The index of the first character that is no token character, at or after `from`; the length when all are. */
export function endOfToken(text: string, from: number): number {
  let at = from;
  while (at < text.length && isTokenCode(text.charCodeAt(at))) at += 1;
  return at;
}

export function isToken(text: string): boolean {
  return text.length > 0 && endOfToken(text, 0) === text.length;
}

/** True for what must never reach a header: CR and LF would start a line of their own, NUL ends strings elsewhere. */
export function breaksHeader(text: string): boolean {
  return text.includes('\r') || text.includes('\n') || text.includes('\0');
}

/**
 * RFC 3261 §7.3.1: a line break followed by white space is folding and stands for one space. What is left of CR and LF
 * afterwards is no folding. White space around the value is not part of it.
 */
export function unfold(value: string): string {
  if (!value.includes('\n')) return trimWhiteSpace(value);
  return trimWhiteSpace(value.replace(/[ \t]*\r?\n[ \t]+/g, ' '));
}

/** White space of SIP only: `String.trim` would also take line breaks and NBSP. */
function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

export function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Octets of the text in UTF-8, without making them. A lone surrogate counts as U+FFFD: three. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    // A surrogate pair is two units and four octets; any other unit from U+0800 on is three octets.
    if (isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 2;
      at += 1;
    } else {
      bytes += code < 0x800 ? 1 : 2;
    }
  }
  return bytes;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
