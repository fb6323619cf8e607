import type { ByteString } from './bytes.ts';
import { parseHostPort } from './host.ts';

export interface UriPart {
  readonly name: ByteString;
  /** '' both for `;lr` and for `;lr=`. */
  readonly value: ByteString;
}

/** A sip, sips or tel URI in its parts, escapes as they stand (`unescapeOnce` decodes). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** The number of a tel URI. */
  readonly user?: ByteString | undefined;
  readonly password?: ByteString | undefined;
  /** IPv6 with its brackets; '' in a tel URI. */
  readonly host: ByteString;
  readonly port?: number | undefined;
  readonly params: readonly UriPart[];
  readonly headers?: readonly UriPart[] | undefined;
}

const NONE: readonly UriPart[] = [];

/** What can be no part of a URI: white space, controls, quotes and brackets that would end it somewhere else. */
const FORBIDDEN = /[\0-\x20"<>\x7f]/;

/** Lower-case scheme; undefined when there is none. */
export function schemeOf(value: ByteString): string | undefined {
  const colon = value.indexOf(':');
  if (colon <= 0) return undefined;
  const scheme = value.slice(0, colon).toLowerCase();
  return scheme === 'sip' || /^[a-z][a-z0-9+.-]*$/.test(scheme) ? scheme : undefined;
}

/** Undefined for other schemes and for what is not well-formed. */
export function parseUri(value: ByteString): SipUri | undefined {
  if (FORBIDDEN.test(value)) return undefined;
  const scheme = schemeOf(value);
  if (scheme === 'tel') return parseTel(value.slice(4));
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const from = scheme.length + 1;
  // RFC 3261 §25.1: `@` ends the user part, in which `;`, `?` and `/` are legal, and can stand nowhere else unescaped.
  const at = value.indexOf('@', from);
  const hostFrom = at < 0 ? from : at + 1;
  const question = value.indexOf('?', hostFrom);
  const paramsTo = question < 0 ? value.length : question;
  const semicolon = value.indexOf(';', hostFrom);
  const hostTo = semicolon < 0 || semicolon > paramsTo ? paramsTo : semicolon;
  const hostPort = parseHostPort(value.slice(hostFrom, hostTo));
  if (hostPort === undefined) return undefined;
  const { host, port } = hostPort;
  const userInfo = at < 0 ? undefined : value.slice(from, at);
  const colon = userInfo?.indexOf(':') ?? -1;
  const user = colon < 0 ? userInfo : userInfo?.slice(0, colon);
  if (user === '') return undefined;
  const password = colon < 0 ? undefined : userInfo?.slice(colon + 1);
  const params = hostTo === paramsTo ? NONE : parts(value.slice(hostTo + 1, paramsTo), ';');
  const headers = question < 0 ? undefined : parts(value.slice(question + 1), '&');
  return { scheme, user, password, host, port, params, headers };
}

export function serializeUri(uri: SipUri): ByteString {
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const user = uri.user === undefined ? '' : `${uri.user}${password}${uri.scheme === 'tel' ? '' : '@'}`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const params = uri.params.map(part => `;${joined(part)}`).join('');
  const headers = uri.headers === undefined ? '' : `?${uri.headers.map(headerText).join('&')}`;
  return `${uri.scheme}:${user}${uri.host}${port}${params}${headers}`;
}

/** The value of a URI parameter (name in lower case): '' when it has none, undefined when it is not there. */
export function param(uri: SipUri, name: string): ByteString | undefined {
  return uri.params.find(part => part.name.toLowerCase() === name)?.value;
}

/** Decodes each `%HH` exactly once into its octet; what is no escape stays. */
export function unescapeOnce(text: ByteString): ByteString {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The same for text that has been decoded: the octets are UTF-8. Undefined when an escape is broken. */
export function unescapeText(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `%HH` for an octet. */
export function percent(octet: number): ByteString {
  return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** RFC 3261 §19.1.6, §25.1: the user part as a SIP URI has it; `#`, which a tel URI has as it is, is escaped there. */
export function sipUserOf({ scheme, user }: SipUri): ByteString | undefined {
  return scheme === 'tel' ? user?.replaceAll('#', '%23') : user;
}

function parseTel(rest: ByteString): SipUri | undefined {
  const semicolon = rest.indexOf(';');
  const number = semicolon < 0 ? rest : rest.slice(0, semicolon);
  // RFC 3966 §3: digits, visual separators, and `*`, `#` and hex digits in local numbers.
  if (!/^\+?[0-9A-Fa-f*#().-]+$/.test(number)) return undefined;
  return {
    scheme: 'tel',
    user: number,
    host: '',
    params: semicolon < 0 ? NONE : parts(rest.slice(semicolon + 1), ';'),
  };
}

function parts(text: ByteString, separator: ';' | '&'): UriPart[] {
  return text
    .split(separator)
    .filter(part => part !== '')
    .map(part => {
      const equals = part.indexOf('=');
      return equals < 0
        ? { name: part, value: '' }
        : { name: part.slice(0, equals), value: part.slice(equals + 1) };
    });
}

const joined = (part: UriPart): ByteString => (part.value === '' ? part.name : `${part.name}=${part.value}`);

/** RFC 3261 §25.1: in headers the equals sign is not optional. */
const headerText = (part: UriPart): ByteString => `${part.name}=${part.value}`;
