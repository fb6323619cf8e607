import { firstValue, isNamed } from '../call/header-lines.ts';
import type { HeaderLine } from '../call/signal.ts';
import { cutList } from '../engine/message/name-addr.ts';
import { isCustomHeader, isUserToUser } from './custom-name.ts';
import { countAddresses, type EmbeddedHeaders, parseEmbeddedHeaders } from './embedded-headers.ts';

/** What a REFER, or a redirection, has the INVITE that it triggers carry. */

export type Triggered =
  | { readonly syntax: 'invalid'; readonly reason: string }
  | (Exclude<EmbeddedHeaders, { syntax: 'invalid' }> & {
      /** For the triggered INVITE: the embedded headers that are honoured, then the data headers beside Refer-To. */
      readonly inviteHeaders: readonly HeaderLine[];
    });

/**
 * Reads the header lines of a REFER. Our precedence: a header embedded in Refer-To, then one on the REFER itself (as Azure
 * Communication Services sends them), then the call's attached data, which is the caller's to add.
 */
export function triggeredByRefer(headers: readonly HeaderLine[], dataHeaders: readonly string[]): Triggered {
  const lines = headers.filter(line => isNamed(line, 'refer-to')).map(line => line.value);
  const [referTo] = lines;
  if (referTo === undefined || countAddresses(lines) !== 1) {
    return { syntax: 'invalid', reason: 'zero or more than one Refer-To value' };
  }
  const beside = headers.filter(({ name }) => isUserToUser(name) || isCustomHeader(name, dataHeaders));
  return triggered(parseEmbeddedHeaders(referTo), beside);
}

/** Reads the Contact of a 3xx: the first address counts. */
export function triggeredByRedirection(headers: readonly HeaderLine[]): Triggered {
  const contact = firstValue(headers, 'contact');
  const [first] = contact === undefined ? [] : cutList(contact);
  if (first === undefined) return { syntax: 'invalid', reason: 'no Contact' };
  return triggered(parseEmbeddedHeaders(first), []);
}

function triggered(parsed: EmbeddedHeaders, beside: readonly HeaderLine[]): Triggered {
  if (parsed.syntax === 'invalid') return parsed;
  const honoured = parsed.headers.filter(({ name }) => !parsed.refused.includes(name));
  const names = new Set(honoured.map(({ name }) => name.toLowerCase()));
  const added = beside.filter(({ name }) => !names.has(name.toLowerCase()));
  return { ...parsed, inviteHeaders: [...honoured, ...added] };
}
