const TOKEN_CHARACTERS = new Uint8Array(256);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~") {
  TOKEN_CHARACTERS[char.charCodeAt(0)] = 1;
}

/** RFC 3261 §25.1: 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~"). */
export function isToken(text: string): boolean {
  return text.length > 0 && endOfToken(text, 0) === text.length;
}

/** The index of the first character that is none of a token, at or after `from`; the length when all are. */
export function endOfToken(text: string, from: number): number {
  let at = from;
  while (at < text.length && TOKEN_CHARACTERS[text.charCodeAt(at)] === 1) at += 1;
  return at;
}
