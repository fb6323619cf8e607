import type { ByteString } from '../message/bytes.ts';
import { HeaderList } from '../message/header-list.ts';
import { SipMessage } from '../message/message.ts';

const MAX_FORWARDS = '70';

/**
 * The ACK to a non-2xx final response (RFC 3261 §17.1.1.3): Request-URI, Call-ID, From, CSeq number, top Via
 * and Route of the INVITE, To of the response.
 */
export function ackForFailure(invite: SipMessage, response: SipMessage): SipMessage {
  return followUp('ACK', invite, response.headers.get('to') ?? '');
}

/**
 * RFC 3261 §9.1: Request-URI, Call-ID, To, From, CSeq number, top Via and Route of the INVITE. `extra` is
 * added at the end.
 */
export function cancelFor(invite: SipMessage, extra: readonly (readonly [string, ByteString])[]): SipMessage {
  return followUp('CANCEL', invite, invite.headers.get('to') ?? '', extra);
}

function followUp(
  method: 'ACK' | 'CANCEL',
  invite: SipMessage,
  to: ByteString,
  extra: readonly (readonly [string, ByteString])[] = [],
): SipMessage {
  const headers = new HeaderList();
  headers.append('Via', invite.headers.get('via') ?? '');
  for (const route of invite.headers.all('route')) headers.append('Route', route);
  headers.append('Max-Forwards', MAX_FORWARDS);
  headers.append('From', invite.headers.get('from') ?? '');
  headers.append('To', to);
  headers.append('Call-ID', invite.callId);
  headers.append('CSeq', `${invite.cseq.number} ${method}`);
  for (const [name, value] of extra) headers.append(name, value);
  headers.append('Content-Length', '0');
  return new SipMessage({ kind: 'request', method, requestUri: invite.requestUri }, headers);
}
