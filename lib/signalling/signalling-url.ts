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
  | { readonly kind: 'engine' }
  | { readonly kind: 'drachtio'; readonly servers: readonly ServerAddress[] };

/** drachtio-server's own default. */
const defaultControlPort = 9022;

/**
 * Reads `engine`, or `drachtio://secret@host:9022` and further ones after commas. The secret is percent-decoded.
 * An Error says what is wrong, without the secret.
 */
export function parseSignallingUrl(text: string): SignallingChoice | Error {
  const trimmed = text.trim();
  if (trimmed === 'engine') return { kind: 'engine' };
  const servers: ServerAddress[] = [];
  for (const part of trimmed.split(',')) {
    const server = parseServer(part.trim());
    if (server instanceof Error) return server;
    if (servers.some(({ host, port }) => host === server.host && port === server.port)) {
      return new Error(`${server.host}:${server.port} is listed twice`);
    }
    servers.push(server);
  }
  return { kind: 'drachtio', servers };
}

function parseServer(text: string): ServerAddress | Error {
  if (!text.startsWith('drachtio://')) return new Error('expected engine or drachtio://secret@host:port');
  const rest = text.slice('drachtio://'.length).replace(/\/$/, '');
  // The last @: a secret may hold one.
  const at = rest.lastIndexOf('@');
  if (at < 0)
    return new Error('a drachtio:// address needs a secret before the host: drachtio://secret@host:port');
  const secret = decodeSecret(rest.slice(0, at));
  // The control protocol parts its fields with `|` and its lines with CR LF (§1).
  if (secret === undefined || /[|\r\n\0]/.test(secret) || secret === '') {
    return new Error('the secret of a drachtio:// address is empty or has a character that cannot be sent');
  }
  const hostPort = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(rest.slice(at + 1));
  if (hostPort === null) return new Error('a drachtio:// address needs host:port after the secret');
  const port = hostPort[2] === undefined ? defaultControlPort : Number(hostPort[2]);
  if (port < 1 || port > 65_535) return new Error(`${port} is no port`);
  return { host: (hostPort[1] ?? '').replace(/^\[|\]$/g, ''), port, secret };
}

/** srf's own form `drachtio://:secret@…` is taken as well. */
function decodeSecret(text: string): string | undefined {
  try {
    return decodeURIComponent(text.startsWith(':') ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}
