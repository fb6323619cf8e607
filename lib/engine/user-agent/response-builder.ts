import type { ByteString } from '../message/bytes.ts';
import { HeaderList } from '../message/header-list.ts';
import { SipMessage } from '../message/message.ts';
import { tagOf, withTag } from '../message/name-addr.ts';
import type { Protocol } from '../transport/transport.ts';
import { withOwnAddress } from './addresses.ts';
import { appendOrderHeaders } from './order-headers.ts';
import type { OrderText } from '../control/owner.ts';

export interface ResponseParts {
  readonly request: SipMessage;
  readonly status: number;
  readonly reason: ByteString;
  /** Empty: the response gets no tag of ours (100). */
  readonly localTag: string;
  /** Copied into 101 to 299 of a dialog-creating request. */
  readonly copyRecordRoute: boolean;
  readonly contacts: readonly ByteString[];
}

/** An application's response. RFC 3261 §8.2.6.2: Via in order, From, To, Call-ID and CSeq from the request; a tag on To. */
export function buildResponse(
  parts: ResponseParts,
  order: Pick<OrderText, 'headers' | 'body'>,
  own: { readonly host: string; readonly port: number },
): SipMessage {
  const { request } = parts;
  const headers = new HeaderList();
  for (const via of request.headers.all('via')) headers.append('Via', via);
  // RFC 3261 §12.1.1: all Record-Route fields are copied into the response that makes the dialog.
  if (parts.copyRecordRoute) {
    for (const route of request.headers.all('record-route')) headers.append('Record-Route', route);
  }
  headers.append('From', request.headers.get('from') ?? '');
  headers.append('To', toValue(request, parts.localTag));
  headers.append('Call-ID', request.callId);
  headers.append('CSeq', request.headers.get('cseq') ?? '');
  for (const contact of parts.contacts) headers.append('Contact', contact);
  appendOrderHeaders(headers, order, { kind: 'response', own });
  return new SipMessage(
    { kind: 'response', status: parts.status, reason: parts.reason },
    headers,
    order.body,
  );
}

function toValue(request: SipMessage, localTag: string): ByteString {
  const to = request.headers.get('to') ?? '';
  return localTag === '' || tagOf(to) !== '' ? to : withTag(to, localTag);
}

/** All Contacts the application chose: where a redirection leads, what a registrar knows (RFC 3261 §8.3, §10.3). */
export function contactsOf(
  order: Pick<OrderText, 'headers'>,
  own: { readonly host: string; readonly port: number },
  protocol: Protocol,
): readonly ByteString[] {
  return order.headers.all('contact').map(wanted => withOwnAddress(wanted, own, protocol));
}

/** The one Contact of a dialog that the application chose, with `localhost` replaced, or the engine's own. */
export function contactOf(
  order: Pick<OrderText, 'headers'>,
  own: { readonly host: string; readonly port: number },
  protocol: Protocol,
  fallback: ByteString,
): ByteString {
  const wanted = order.headers.get('contact');
  return wanted === undefined ? fallback : withOwnAddress(wanted, own, protocol);
}
