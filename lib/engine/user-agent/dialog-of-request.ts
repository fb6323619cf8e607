import type { Owner } from '../control/owner.ts';
import { Dialog } from '../dialog/dialog.ts';
import { routeSetOfUas } from '../dialog/route-set.ts';
import { SipMessage } from '../message/message.ts';
import { uriOf, withTag } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import { formatSocketAddress } from '../transport/address.ts';
import type { Flow } from '../transport/transport.ts';

export interface RequestOfDialog {
  readonly id: string;
  readonly owner: Owner;
  readonly request: SipMessage;
  readonly flow: Flow;
  readonly localTag: string;
  readonly localContact: string;
}

/** RFC 3261 §12.1.1: the dialog a UAS makes of a request, once it has a tag for it. */
export function dialogOfRequest({ request, flow, localTag, ...rest }: RequestOfDialog): Dialog {
  const from = request.headers.get('from') ?? '';
  return new Dialog({
    localTag,
    usage: request.method === 'SUBSCRIBE' ? 'SUBSCRIBE' : 'INVITE',
    role: 'uas',
    callId: request.callId,
    remoteTag: request.fromTag,
    localParty: withTag(request.headers.get('to') ?? '', localTag),
    remoteParty: from,
    localCseq: Math.floor(Math.random() * 0x0fffffff),
    remoteCseq: request.cseq.number,
    target: targetOf(request, flow),
    routeSet: routeSetOfUas(request.headers),
    protocol: flow.protocol,
    flow,
    ...rest,
  });
}

/**
 * RFC 3261 §12.1.1: the Contact; one that is missing or cannot be read leaves the From, and last the address it came from:
 * our requests must have a Request-URI that can be written.
 */
function targetOf({ headers }: SipMessage, { protocol, remote }: Flow): string {
  const said = [headers.get('contact') ?? '', headers.get('from') ?? ''].map(uriOf);
  const readable = said.find(uri => parseUri(uri) !== undefined);
  const transport = protocol === 'udp' ? '' : `;transport=${protocol}`;
  return readable ?? `sip:${formatSocketAddress(remote)}${transport}`;
}

/** The BYE of an early dialog as the CANCEL it stands for: headers of the BYE, sequence number of the INVITE. */
export function asCancel(bye: SipMessage, invite: SipMessage): SipMessage {
  const headers = bye.headers.clone();
  headers.set('CSeq', `${invite.cseq.number} CANCEL`);
  return new SipMessage(
    { kind: 'request', method: 'CANCEL', requestUri: invite.requestUri },
    headers,
    bye.body,
  );
}
