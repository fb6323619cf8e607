import { parseUri } from '../engine/message/uri.ts';

/**
 * The URI of a party as somebody outside names it: a SIP or tel URI, or a telephone number (RFC 3966 §3 for a bare one). RFC
 * 3986 §2: in a URI other characters than these are escaped. Nothing can be reached at port 0, and `sips` is not served.
 */
export function partyUri(text: string): string | undefined {
  if (/[^\x21-\x7e]/.test(text)) return undefined;
  const uri = /^\+?[0-9*#][0-9*#().-]*$/.test(text) ? `tel:${text}` : text;
  const parsed = parseUri(uri);
  return parsed === undefined || parsed.scheme === 'sips' || parsed.port === 0 ? undefined : uri;
}
