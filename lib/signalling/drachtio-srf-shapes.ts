import type { Socket } from 'node:net';
import type {
  SrfAcknowledge,
  SrfError,
  SrfRequest,
  SrfRequestOptions,
  SrfResponse,
} from './drachtio-srf-types.ts';
import type { ReceivedRequest, ReceivedResponse, RequestToSend, SendFailure } from './wire.ts';

/** What belongs to drachtio-srf and travels as an opaque handle through the rest of the adapter. */
export interface RequestHandle {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
}

export interface ResponseHandle {
  readonly res: SrfResponse;
  readonly ack: SrfAcknowledge;
}

export function requestOptions(request: RequestToSend, socket: Socket): SrfRequestOptions {
  const { method, requestUri, dialogId, via, headers, body } = request;
  return {
    _socket: socket,
    method,
    headers: { ...headers },
    ...(requestUri === undefined ? {} : { uri: requestUri }),
    ...(dialogId === undefined ? {} : { stackDialogId: dialogId }),
    ...(via === undefined ? {} : { proxy: via }),
    ...(body === undefined ? {} : { body }),
  };
}

export function receivedRequest(req: SrfRequest, res: SrfResponse): ReceivedRequest {
  const handle: RequestHandle = { req, res };
  return {
    method: req.method,
    requestUri: req.uri,
    origin: req.source,
    protocol: req.protocol,
    address: req.source_address,
    port: req.source_port,
    receivedOn: req.receivedOn ?? '',
    dialogId: req.stackDialogId,
    raw: req.msg.raw,
    handle,
  };
}

export function receivedResponse(res: SrfResponse, ack: SrfAcknowledge): ReceivedResponse {
  const handle: ResponseHandle = { res, ack };
  const { status, reason, raw } = res.msg;
  return { status, reason, dialogId: res.stackDialogId ?? '', raw, handle };
}

/** The four that drachtio-srf copies from the request; it finds a pending INVITE by `call-id`. */
export function dialogHeaders(headers: Record<string, string>): Record<string, string> {
  const copied: Record<string, string> = {};
  for (const name of ['call-id', 'cseq', 'from', 'to']) {
    const value = headers[name];
    if (value !== undefined) copied[name] = value;
  }
  return copied;
}

export const isError = (error: unknown): boolean => error !== null && error !== undefined;

/** drachtio-srf gives an Error in places and the server's words in others. */
export function failureOf(error: unknown): SendFailure {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? (error as SrfError).code : undefined;
  if (code === 'ENODIALOG' || /unable to find dialog/i.test(reason)) return { kind: 'dialog', reason };
  if (code === 'ESOCKETDESTROYED' || reason.includes('socket connection closed'))
    return { kind: 'connection', reason };
  return { kind: 'refused', reason };
}
