import type { ByteString } from './bytes.ts';
import type { HeaderList } from './header-list.ts';

/** A number of 1*DIGIT; Infinity beyond what can be counted exactly; undefined when anything else is in it. */
export function readDigits(text: ByteString): number | undefined {
  let number = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  if (text.length === 0) return undefined;
  return Number.isSafeInteger(number) ? number : Infinity;
}

/**
 * RFC 3261 §20.14: octets of the body. Undefined when there is none, `bad` when it is no number or stands there more than
 * once: two readers of one stream must never cut it differently.
 */
export function contentLengthOf(headers: HeaderList): number | 'bad' | undefined {
  const value = headers.get('content-length');
  if (value === undefined) return undefined;
  if (headers.isRepeated('content-length')) return 'bad';
  return readDigits(value) ?? 'bad';
}
