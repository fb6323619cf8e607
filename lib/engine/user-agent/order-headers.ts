import type { HeaderList } from '../message/header-list.ts';
import { canonicalName } from '../message/header-names.ts';
import { withOwnAddress } from './addresses.ts';
import type { OrderText } from '../control/owner.ts';

/** Header fields that are the engine's, whatever the application wrote (control protocol §7.1). */
const ENGINE_OWNED: ReadonlySet<string> = new Set([
  ...['via', 'route', 'record-route', 'from', 'to', 'call-id', 'cseq', 'rseq', 'contact', 'content-length'],
]);

/** Appends what the application wants to say in a message of ours. */
export function appendOrderHeaders(
  headers: HeaderList,
  order: Pick<OrderText, 'headers' | 'body'>,
  message: {
    readonly kind: 'request' | 'response';
    readonly own: { readonly host: string; readonly port: number };
  },
): void {
  const { kind, own } = message;
  order.headers.forEach((name, value, key) => {
    if (ENGINE_OWNED.has(key) || (kind === 'request' && key === 'max-forwards')) return;
    const written = key === 'p-asserted-identity' ? withOwnAddress(value, own) : value;
    headers.append(kind === 'response' ? spelled(name, key) : name, written);
  });
  if (impliesSdp(order)) headers.append('Content-Type', 'application/sdp');
}

/** drachtio-srf lower-cases most names on responses: give known ones their usual spelling back. */
const spelled = (name: string, key: string): string => (name === key ? (canonicalName(key) ?? name) : name);

/** Control protocol §7.1: a body without Content-Type is SDP when it begins like SDP. */
const impliesSdp = (order: Pick<OrderText, 'headers' | 'body'>): boolean =>
  order.body.startsWith('v=0') && !order.headers.has('content-type');
