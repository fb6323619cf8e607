import { parseHostPort } from './address.ts';
import { BadValue, splitAtCommas } from './field.ts';

/** One real drachtio-server. */
export interface DrachtioServer {
  readonly secret: string;
  readonly host: string;
  readonly port: number;
}

export type SignallingChoice =
  | { readonly kind: 'engine' }
  | { readonly kind: 'drachtio'; readonly servers: readonly DrachtioServer[] };

const scheme = 'drachtio://';
const defaultPort = 9022;

/** `engine`, or `drachtio://secret@host:9022` once or several times with commas between. */
export function parseSignalling(text: string): SignallingChoice {
  if (text === 'engine') return { kind: 'engine' };
  if (text === 'direct') throw new BadValue('direct is not supported yet');
  const servers = splitAtCommas(text).map(parseServer);
  if (servers.length === 0) throw new BadValue('expected engine or drachtio://secret@host:9022');
  return { kind: 'drachtio', servers };
}

/** The secret is percent-decoded, so that it may hold commas, slashes and at signs. No message repeats it. */
function parseServer(text: string): DrachtioServer {
  if (!text.startsWith(scheme)) throw new BadValue('expected engine or drachtio://secret@host:9022');
  const rest = text.slice(scheme.length).replace(/\/$/, '');
  const at = rest.lastIndexOf('@');
  if (at < 1) throw new BadValue('the secret is missing: expected drachtio://secret@host:9022');
  const { host, port = defaultPort } = parseHostPort(rest.slice(at + 1));
  return { secret: decode(rest.slice(0, at)), host, port };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadValue('the secret has a % that is no percent-encoding (write %25)');
  }
}
