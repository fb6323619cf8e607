import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import type { Via } from '../message/via.ts';
import { identifiesTransaction } from './branch.ts';

/** Under what a server transaction is found. */
export interface ServerKeys {
  /** Identifies the transaction (RFC 3261 §17.2.3). */
  readonly transaction: string;
  /**
   * Identifies the request on whatever way it came (§8.2.2.2): equal keys in two transactions are a merged
   * request.
   */
  readonly request: string;
}

/** RFC 3261 §17.2.3: branch, sent-by and method; `via` is the top Via as it came. */
export function serverKeys(request: SipMessage, via: Via): ServerKeys {
  return {
    transaction: transactionKey(request, via, request.method),
    request: requestKey(request, request.method),
  };
}

/** The key of the INVITE that an ACK or a CANCEL with this top Via is about. */
export function inviteKey(request: SipMessage, via: Via): string {
  return transactionKey(request, via, 'INVITE');
}

function transactionKey(request: SipMessage, via: Via, method: string): string {
  if (identifiesTransaction(via.branch)) return `${via.branch} ${via.host}:${via.port ?? ''} ${method}`;
  return rfc2543Key(request, method);
}

/**
 * RFC 3261 §17.2.3 for clients of RFC 2543: Request-URI, From tag, Call-ID, CSeq number and the whole top
 * Via. The To tag is left out: the ACK to a response has one where its INVITE had none, and a CSeq number is
 * not used twice in a dialog.
 */
function rfc2543Key(request: SipMessage, method: string): string {
  const via: ByteString = request.headers.get('via') ?? '';
  return `${via} ${request.requestUri} ${requestKey(request, method)}`;
}

/** The key of a request of that method with this Call-ID, From tag and CSeq number. */
export function requestKey(request: SipMessage, method: string): string {
  return `${request.callId} ${request.fromTag} ${request.cseq.number} ${method}`;
}
