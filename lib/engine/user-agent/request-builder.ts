import type { ByteString } from '../message/bytes.ts';
import { HeaderList } from '../message/header-list.ts';
import { SipMessage } from '../message/message.ts';
import type { Protocol } from '../transport/transport.ts';
import { appendOrderHeaders } from './order-headers.ts';
import type { OrderText } from '../control/owner.ts';

export interface RequestParts {
  readonly method: string;
  readonly requestUri: ByteString;
  readonly branch: string;
  readonly protocol: Protocol;
  /** What we call ourselves towards this peer. */
  readonly own: { readonly host: string; readonly port: number };
  readonly routes: readonly ByteString[];
  readonly from: ByteString;
  readonly to: ByteString;
  readonly callId: ByteString;
  readonly cseq: number;
  readonly contacts: readonly ByteString[];
}

/** The topmost Via. `rport` asks for symmetric response routing (RFC 3581 §3). */
export const viaOf = (parts: Pick<RequestParts, 'protocol' | 'own' | 'branch'>): ByteString =>
  `SIP/2.0/${parts.protocol.toUpperCase()} ${parts.own.host}:${parts.own.port};rport;branch=${parts.branch}`;

/** A whole request out of what the engine decides (`parts`) and what the application wants to say (`order`). */
export function buildRequest(parts: RequestParts, order: Pick<OrderText, 'headers' | 'body'>): SipMessage {
  const headers = new HeaderList();
  headers.append('Via', viaOf(parts));
  for (const route of parts.routes) headers.append('Route', route);
  // RFC 3261 §8.1.1.6: 70, unless the application counts hops itself.
  headers.append('Max-Forwards', order.headers.get('max-forwards') ?? '70');
  headers.append('From', parts.from);
  headers.append('To', parts.to);
  headers.append('Call-ID', parts.callId);
  headers.append('CSeq', `${parts.cseq} ${parts.method}`);
  for (const contact of parts.contacts) headers.append('Contact', contact);
  appendOrderHeaders(headers, order, { kind: 'request', own: parts.own });
  return new SipMessage(
    { kind: 'request', method: parts.method, requestUri: parts.requestUri },
    headers,
    order.body,
  );
}

/** Control protocol §5: a body without Content-Type that does not begin like SDP is refused. */
export const lacksContentType = (order: Pick<OrderText, 'headers' | 'body'>): boolean =>
  order.body !== '' && !order.headers.has('content-type') && !order.body.startsWith('v=0');
