import { unescapeText } from '../engine/message/uri.ts';
import { breaksHeader } from './header-text.ts';

/** Percent-encoding of the values of custom headers (RFC 3986 §2.1), for neighbours whose profile has it. */

/**
 * Leaves only what is unreserved (RFC 3986 §2.3), so that no carrier finds anything to parse, and Azure Communication Services
 * takes what is left. A lone surrogate becomes U+FFFD.
 */
export function percentEncoded(value: string): string {
  if (/^[A-Za-z0-9\-._~]*$/.test(value)) return value;
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Decodes once. Undefined: no percent-encoding, or one of a line break or NUL. */
export function percentDecoded(value: string): string | undefined {
  const text = unescapeText(value);
  return text === undefined || breaksHeader(text) ? undefined : text;
}
