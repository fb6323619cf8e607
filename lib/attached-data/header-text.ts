import { trimmed } from '../engine/message/bytes.ts';

/** The text of SIP header fields: line breaks, folding, length. */

/** True for what must never reach a header: CR and LF would start a line of their own, NUL ends strings elsewhere. */
export function breaksHeader(text: string): boolean {
  return text.includes('\r') || text.includes('\n') || text.includes('\0');
}

/**
 * RFC 3261 §7.3.1: a line break followed by white space is folding and stands for one space. What is left of CR and LF
 * afterwards is no folding. White space around the value is not part of it.
 */
export function unfold(value: string): string {
  if (!value.includes('\n')) return trimmed(value);
  return trimmed(value.replace(/[ \t]*\r?\n[ \t]+/g, ' '));
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
