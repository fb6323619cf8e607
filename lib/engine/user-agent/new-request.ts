import type { OrderText, Owner } from '../control/owner.ts';
import { Dialog } from '../dialog/dialog.ts';
import { NO_ROUTES } from '../dialog/route-set.ts';
import type { SipMessage } from '../message/message.ts';
import { tagOf, uriOf, withTag } from '../message/name-addr.ts';
import { newCallId, newTag } from '../random.ts';
import { newBranch } from '../transaction/branch.ts';
import type { Hop } from '../transport/transport.ts';
import { contactFor, withOwnAddress } from './addresses.ts';
import { buildRequest } from './request-builder.ts';
import { contactOf, contactsOf } from './response-builder.ts';
import type { Shared } from './shared.ts';

/**
 * A request outside any dialog (control protocol §7.1): what the application left out is filled in, what it set for a
 * reason (Call-ID, From tag, CSeq number, Max-Forwards) stays. Undefined when no listener of ours can reach the hop.
 */
export function buildNew(
  shared: Shared,
  text: OrderText,
  requestUri: string,
  hop: Hop,
): SipMessage | undefined {
  const own = shared.addresses.ours(hop);
  if (own === undefined) return undefined;
  const { headers } = text;
  const method = methodOf(text);
  const usual = contactFor(own, hop.protocol);
  const from = withOwnAddress(headers.get('from') ?? usual, own);
  // The host `localhost` of the target is no placeholder: a To that names the target stays as it is.
  const given = headers.get('to') ?? `<${requestUri}>`;
  const to = uriOf(given) === requestUri ? given : withOwnAddress(given, own);
  return buildRequest(
    {
      method,
      requestUri,
      branch: newBranch(),
      protocol: hop.protocol,
      own,
      routes: NO_ROUTES,
      from: tagOf(from) === '' ? withTag(from, newTag()) : from,
      to,
      callId: headers.get('call-id') ?? newCallId(),
      cseq: sequenceNumberOf(headers.get('cseq')) ?? 1 + Math.floor(Math.random() * 0x0fffffff),
      contacts: makesDialog(method)
        ? [contactOf(text, own, hop.protocol, usual)]
        : contactsOf(text, own, hop.protocol),
    },
    text,
  );
}

/** The dialog a request may make: in the tables from the start, so that a request of the callee finds it. */
export function openEarlyDialog(
  shared: Shared,
  owner: Owner,
  request: SipMessage,
  hop: Hop,
): Dialog | undefined {
  const { method, fromTag: localTag } = request;
  if (method !== 'INVITE' && method !== 'SUBSCRIBE') return undefined;
  const dialog = new Dialog({
    id: shared.dialogs.freeId(request.callId, localTag, localTag),
    usage: method,
    role: 'uac',
    owner,
    callId: request.callId,
    localTag,
    remoteTag: '',
    localParty: request.headers.get('from') ?? '',
    remoteParty: request.headers.get('to') ?? '',
    localCseq: request.cseq.number,
    remoteCseq: -1,
    target: request.requestUri,
    routeSet: NO_ROUTES,
    localContact: request.headers.get('contact') ?? '',
    protocol: hop.protocol,
    flow: undefined,
  });
  shared.dialogs.add(dialog);
  return dialog;
}

export const makesDialog = (method: string): boolean => method === 'INVITE' || method === 'SUBSCRIBE';

export const methodOf = (text: OrderText): string =>
  text.start.kind === 'request' ? text.start.method.toUpperCase() : '';

/** Control protocol §7.1: a bare number stands for a user at our own host. */
export function requestUriOf(text: OrderText): string {
  const uri = text.start.kind === 'request' ? text.start.requestUri : '';
  return /^\+?[\d*#]+$/.test(uri) ? `sip:${uri}@localhost` : uri;
}

function sequenceNumberOf(cseq: string | undefined): number | undefined {
  const number = Number.parseInt(cseq ?? '', 10);
  return Number.isInteger(number) && number >= 0 && number < 2 ** 31 ? number : undefined;
}
