/** A SIP, SIPS or tel URI cut at its seams; the pieces are raw (escapes kept). RFC 3261 §19.1.1, RFC 3966. */
export interface SipUri {
  /** Lower case, without colon. */
  readonly scheme: string;
  /** Without password; empty when there is none. */
  readonly user: string;
  /** As written, IPv6 in brackets; empty for tel. */
  readonly host: string;
  readonly port?: number;
  /** `;name=value…` as written, with its first semicolon, or empty. */
  readonly parameters: string;
}

/** Undefined when it has no scheme or, other than tel, no host. */
export function parseSipUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':');
  if (colon <= 0) return undefined;
  const scheme = text.slice(0, colon).toLowerCase();
  const rest = withoutUriHeaders(text.slice(colon + 1));
  if (scheme === 'tel') return telUri(rest);
  const at = rest.indexOf('@');
  const userInfo = at < 0 ? '' : rest.slice(0, at);
  const password = userInfo.indexOf(':');
  const user = password < 0 ? userInfo : userInfo.slice(0, password);
  const hostPart = rest.slice(at + 1);
  const semicolon = hostPart.indexOf(';');
  const parameters = semicolon < 0 ? '' : hostPart.slice(semicolon);
  return withHostPort({ scheme, user, parameters }, semicolon < 0 ? hostPart : hostPart.slice(0, semicolon));
}

export function formatSipUri(uri: SipUri): string {
  const user = uri.user === '' ? '' : `${uri.user}@`;
  const port = uri.port === undefined ? '' : `:${String(uri.port)}`;
  return `${uri.scheme}:${user}${uri.host}${port}${uri.parameters}`;
}

/** The value of one URI parameter, empty for a parameter without one, undefined when it is missing. */
export function uriParameter(uri: SipUri, name: string): string | undefined {
  for (const parameter of parametersOf(uri)) if (nameOf(parameter) === name) return valueOf(parameter);
  return undefined;
}

/** The parameters as written, without semicolons. */
export function parametersOf(uri: SipUri): string[] {
  return uri.parameters === '' ? [] : uri.parameters.slice(1).split(';');
}

/** Lower-case name of a parameter as `parametersOf` gives it. */
export function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  return (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
}

/**
 * A From, To or P-Asserted-Identity value cut in two: the display name as written (quotes kept) and the URI.
 */
export interface NameAddress {
  readonly display: string;
  readonly uri: string;
}

/**
 * RFC 3261 §20.10: without angle brackets every parameter belongs to the header, not to the URI. An angle
 * bracket inside a quoted display name is text.
 */
export function parseNameAddress(value: string): NameAddress {
  const open = value.indexOf('<', endOfQuotedName(value));
  if (open < 0) {
    const semicolon = value.indexOf(';');
    return { display: '', uri: (semicolon < 0 ? value : value.slice(0, semicolon)).trim() };
  }
  const close = value.indexOf('>', open);
  return {
    display: value.slice(0, open).trim(),
    uri: value.slice(open + 1, close < 0 ? undefined : close).trim(),
  };
}

function endOfQuotedName(value: string): number {
  const start = value.indexOf('"');
  const bracket = value.indexOf('<');
  if (start < 0 || (bracket >= 0 && bracket < start)) return 0;
  for (let at = start + 1; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1;
    else if (value[at] === '"') return at;
  }
  return 0;
}

function withoutUriHeaders(text: string): string {
  const question = text.indexOf('?', Math.max(0, text.indexOf('@')));
  return question < 0 ? text : text.slice(0, question);
}

function telUri(rest: string): SipUri | undefined {
  const semicolon = rest.indexOf(';');
  const user = semicolon < 0 ? rest : rest.slice(0, semicolon);
  if (user === '') return undefined;
  return { scheme: 'tel', user, host: '', parameters: semicolon < 0 ? '' : rest.slice(semicolon) };
}

function withHostPort(uri: Omit<SipUri, 'host' | 'port'>, hostPort: string): SipUri | undefined {
  const colon = hostPort.indexOf(':', hostPort.startsWith('[') ? hostPort.indexOf(']') : 0);
  const host = colon < 0 ? hostPort : hostPort.slice(0, colon);
  if (host === '') return undefined;
  if (colon < 0) return { ...uri, host };
  const port = Number(hostPort.slice(colon + 1));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? { ...uri, host, port } : undefined;
}

function valueOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  return equals < 0 ? '' : parameter.slice(equals + 1).trim();
}
