import type { Socket } from 'node:net';
import type {
  SrfAcknowledge,
  SrfError,
  SrfRequest,
  SrfRequestOptions,
  SrfResponse,
} from './drachtio-srf-types.ts';
import { OCTETS_HEADER } from '../engine/message/serialize.ts';
import { parseRawMessage } from './message-from-raw.ts';
import type { Content, ReceivedRequest, ReceivedResponse, RequestToSend, SendFailure } from './wire.ts';

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
  const { method, requestUri, dialogId, via, body } = request;
  return {
    _socket: socket,
    method,
    headers: headersOf(request),
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
    handle,
    message: () => parseRawMessage(req.msg.raw),
  };
}

export function receivedResponse(res: SrfResponse, ack: SrfAcknowledge): ReceivedResponse {
  const handle: ResponseHandle = { res, ack };
  const { status, reason, raw } = res.msg;
  return { status, reason, dialogId: res.stackDialogId ?? '', handle, message: () => parseRawMessage(raw) };
}

/**
 * All lines in one entry whose value carries the further lines: `{A: '1\r\nB: 2\r\nA: 3'}`.
 *
 * drachtio-srf writes `name: value` for each entry of a plain object (control protocol §13.2): there a repeated name cannot
 * be told, arrays become one line with commas, and the names of responses are lowered. Within a value it changes
 * nothing, so this is the one way in which repeats, order and spelling survive. What makes it a hole elsewhere is
 * closed by lines-to-send.ts.
 */
export function headersOf({ lines, octets }: Content): Record<string, string> {
  const all = octets === true ? [...lines, { name: OCTETS_HEADER, value: '1' }] : lines;
  const [first, ...others] = all;
  if (first === undefined) return {};
  let value = first.value;
  for (const line of others) value += `\r\n${line.name}: ${line.value}`;
  return { [first.name]: value };
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
