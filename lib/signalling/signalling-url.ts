import { isHost, parseHostPort, withoutBrackets } from '../engine/message/host.ts';
import { unescapeText } from '../engine/message/uri.ts';

/** Where one SIP engine's control port is. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /**
   * It gives dialogs back to a client that returns with the same instance tag (our own engine does). Undefined: it is
   * taken to do so when its version says `baton`.
   */
  readonly keepsDialogs?: boolean;
}

/** What BATON_SIGNALLING asks for. */
export type SignallingChoice =
  /** The embedded engine, over the drachtio control protocol, or by calls. */
  | { readonly kind: 'engine' | 'direct' }
  | { readonly kind: 'drachtio'; readonly servers: readonly ServerAddress[] };

const scheme = 'drachtio://';
/** drachtio-server's own default. */
const defaultControlPort = 9022;
const wanted = 'expected engine, direct or drachtio://secret@host:9022';

/**
 * Reads `engine`, `direct`, or `drachtio://secret@host:9022` and further ones after commas. The secret is percent-decoded, so that it
 * may hold commas, slashes and at signs. An Error says what is wrong, without the secret.
 */
export function parseSignallingUrl(text: string): SignallingChoice | Error {
  const trimmed = text.trim();
  if (trimmed === 'engine') return { kind: 'engine' };
  if (trimmed === 'direct') return { kind: 'direct' };
  const servers: ServerAddress[] = [];
  for (const part of trimmed.split(',')) {
    if (part.trim() === '') continue;
    const server = parseServer(part.trim());
    if (server instanceof Error) return server;
    if (servers.some(({ host, port }) => host === server.host && port === server.port)) {
      return new Error(`${server.host}:${server.port} is listed twice`);
    }
    servers.push(server);
  }
  return servers.length === 0 ? new Error(wanted) : { kind: 'drachtio', servers };
}

function parseServer(text: string): ServerAddress | Error {
  if (!text.startsWith(scheme)) return new Error(wanted);
  const rest = text.slice(scheme.length).replace(/\/$/, '');
  // The last @: a secret may hold one.
  const at = rest.lastIndexOf('@');
  // srf's own form `drachtio://:secret@…` is taken as well.
  const from = rest.startsWith(':') ? 1 : 0;
  if (at <= from) return new Error('the secret is missing: expected drachtio://secret@host:9022');
  const secret = decodeSecret(rest.slice(from, at));
  if (secret instanceof Error) return secret;
  const hostPort = parseHostPort(rest.slice(at + 1));
  if (hostPort === undefined || !isHost(hostPort.host))
    return new Error('a drachtio:// address needs host:port after the secret');
  const { host, port = defaultControlPort } = hostPort;
  if (port === 0) return new Error('a drachtio:// address needs a port other than 0');
  return { host: withoutBrackets(host), port, secret };
}

function decodeSecret(text: string): string | Error {
  const secret = unescapeText(text);
  if (secret === undefined) return new Error('the secret has a % that is no percent-encoding (write %25)');
  // The control protocol parts its fields with `|` and its lines with CR LF (§1).
  return /[|\r\n\0]/.test(secret) ? new Error('the secret has a character that cannot be sent') : secret;
}
