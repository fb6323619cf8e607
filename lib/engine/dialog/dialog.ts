import type { Owner } from '../control/owner.ts';
import { type ByteString, detached } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import { uriOf } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { ClientTransaction } from '../transaction/transaction.ts';
import type { Flow, Hop, Protocol } from '../transport/transport.ts';
import { NO_ROUTES, type RouteSet, routeSetOfUac } from './route-set.ts';

/**
 *     early ──2xx──▶ confirmed ──BYE, 64*T1 without ACK, owner gone──▶ ended
 *       └──3xx-6xx, CANCEL, nothing could be sent────────────────────▶ ended
 */
export type DialogState = 'early' | 'confirmed' | 'ended';

/** An ACK we sent for a 2xx, kept to answer each retransmission of that 2xx (RFC 3261 §13.2.2.4). */
export interface SentAck {
  readonly cseq: number;
  readonly bytes: ByteString;
  readonly hop: Hop;
}

export interface DialogOptions {
  readonly id: string;
  readonly usage: 'INVITE' | 'SUBSCRIBE';
  readonly role: 'uas' | 'uac';
  readonly owner: Owner;
  readonly callId: ByteString;
  readonly localTag: string;
  readonly remoteTag: string;
  /** What we write into From of our requests, tag included. */
  readonly localParty: ByteString;
  /** What we write into To of our requests, tag included once known. */
  readonly remoteParty: ByteString;
  readonly localCseq: number;
  /** CSeq of the last request from the peer, -1 before the first. */
  readonly remoteCseq: number;
  readonly target: ByteString;
  readonly routeSet: RouteSet;
  readonly localContact: ByteString;
  readonly protocol: Protocol;
  readonly flow: Flow | undefined;
}

/** One dialog of RFC 3261 §12 and who owns it. */
export class Dialog {
  readonly id: string;
  readonly usage: 'INVITE' | 'SUBSCRIBE';
  readonly role: 'uas' | 'uac';
  readonly callId: ByteString;
  readonly localTag: string;
  readonly localParty: ByteString;
  owner: Owner;
  state: DialogState = 'early';
  remoteTag: string;
  remoteParty: ByteString;
  localCseq: number;
  remoteCseq: number;
  target: ByteString;
  routeSet: RouteSet;
  localContact: ByteString;
  protocol: Protocol;
  /** The way the peer's last request, or its answer to our first, came: a stream is used while it stands. */
  flow: Flow | undefined;
  sentAck: SentAck | undefined;
  /** Our INVITE, the initial one or a re-INVITE, until it is over. */
  ownInvite: ClientTransaction | undefined;
  /** Our BYE is on its way. */
  leaving = false;

  constructor(options: DialogOptions) {
    // A dialog lives for hours: what it keeps must not keep the datagram it was cut from.
    this.id = detached(options.id);
    this.usage = options.usage;
    this.role = options.role;
    this.owner = options.owner;
    this.callId = detached(options.callId);
    this.localTag = detached(options.localTag);
    this.remoteTag = detached(options.remoteTag);
    this.localParty = detached(options.localParty);
    this.remoteParty = detached(options.remoteParty);
    this.localCseq = options.localCseq;
    this.remoteCseq = options.remoteCseq;
    this.target = detached(options.target);
    this.routeSet = options.routeSet.map(detached);
    this.localContact = detached(options.localContact);
    this.protocol = options.protocol;
    this.flow = options.flow;
  }

  /** RFC 3261 §12.1.2: what a UAC learns from the response that makes or confirms the dialog. */
  learnFromResponse(response: SipMessage, flow: Flow): void {
    this.remoteTag = detached(response.toTag);
    this.remoteParty = detached(response.headers.get('to') ?? this.remoteParty);
    this.routeSet = response.headers.has('record-route')
      ? routeSetOfUac(response.headers).map(detached)
      : NO_ROUTES;
    this.protocol = flow.protocol;
    this.flow = flow;
    this.refreshTarget(response);
  }

  /** RFC 3261 §12.2.1.2 and §12.2.2: Contact of a target refresh request or of its 2xx replaces the remote target. */
  refreshTarget(message: SipMessage): void {
    const contact = message.headers.get('contact');
    const target = contact === undefined ? '' : uriOf(contact);
    // A Contact that cannot be read is none: what we know already is better than nothing.
    if (parseUri(target) !== undefined) this.target = detached(target);
  }

  /** From the peer the dialog is with by now; before the answer other forks may speak in it, each with a CSeq of its own. */
  isOfPeer(request: SipMessage): boolean {
    return request.fromTag.toLowerCase() === this.remoteTag.toLowerCase();
  }

  nextCseq(): number {
    this.localCseq += 1;
    return this.localCseq;
  }
}
