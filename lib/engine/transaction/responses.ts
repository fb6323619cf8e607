import type { ByteString } from '../message/bytes.ts';
import { HeaderList } from '../message/header-list.ts';
import { SipMessage } from '../message/message.ts';
import { tagOf, withTag } from '../message/name-addr.ts';

export interface ResponseParts {
  readonly status: number;
  readonly reason: string;
  /** Put on To unless the request brought one; left out of a 100 (RFC 3261 §8.2.6.1). */
  readonly toTag?: string;
  readonly extra?: readonly (readonly [string, ByteString])[];
}

/**
 * RFC 3261 §8.2.6.2: From, Call-ID, CSeq and every Via in order are the request's; To too, with a tag. What a
 * malformed request lacks is left out.
 */
export function responseTo(request: SipMessage, parts: ResponseParts): SipMessage {
  const headers = new HeaderList();
  const copy = (name: string, value: ByteString | undefined): void => {
    if (value !== undefined) headers.append(name, value);
  };
  for (const via of request.headers.all('via')) headers.append('Via', via);
  copy('From', request.headers.get('from'));
  copy('To', toWithTag(request.headers.get('to'), parts.toTag));
  copy('Call-ID', request.headers.get('call-id'));
  copy('CSeq', request.headers.get('cseq'));
  // RFC 3261 §8.2.6.1: the Timestamp of the request is copied into a 100.
  if (parts.status === 100) copy('Timestamp', request.headers.get('timestamp'));
  for (const [name, value] of parts.extra ?? []) headers.append(name, value);
  headers.append('Content-Length', '0');
  return new SipMessage({ kind: 'response', status: parts.status, reason: parts.reason }, headers);
}

function toWithTag(to: ByteString | undefined, toTag: string | undefined): ByteString | undefined {
  if (to === undefined || toTag === undefined || tagOf(to) !== '') return to;
  return withTag(to, toTag);
}

/**
 * The tag of stateless responses. RFC 3261 §8.2.7: the same for every retransmission of a request, so it is
 * made of what identifies the request (FNV-1a over branch, Call-ID and From tag); nothing is kept.
 */
export function statelessTag(request: SipMessage): string {
  let hash = 0x811c9dc5;
  for (const text of [request.topVia?.branch ?? '', request.callId, request.fromTag]) {
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
  }
  return `stateless-${(hash >>> 0).toString(16)}`;
}
