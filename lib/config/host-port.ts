import { isHost } from '../engine/message/host.ts';
import { formatSocketAddress, readHostPort } from '../engine/transport/address.ts';
import { listOf, parsed } from './field.ts';

/** Where somebody listens. */
export interface HostPort {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Each named once. */
export const hostPortList = listOf(parsed(parseHostPort)).superRefine((list, context) => {
  const texts = list.map(({ host, port }) => formatSocketAddress({ address: host, port }));
  for (const [index, text] of texts.entries())
    if (texts.indexOf(text) < index)
      context.addIssue({ code: 'custom', path: [index], message: `"${text}" is there twice` });
});

/** `kafka1.example.com:9092`, `[2001:db8::1]:9092`. Names compare without regard to letter case. */
function parseHostPort(text: string): HostPort | Error {
  const read = readHostPort(text);
  if (read instanceof Error) return read;
  const { host, port } = read;
  if (!isHost(host)) return new Error(`"${text}": expected host:port`);
  if (port === undefined) return new Error(`"${text}": the port is missing`);
  if (port === 0) return new Error(`"${text}": nothing can be reached at port 0`);
  return { host: host.toLowerCase(), port };
}

/** The inverse of how it is written. */
export const hostPortText = ({ host, port }: HostPort): string =>
  formatSocketAddress({ address: host, port });
