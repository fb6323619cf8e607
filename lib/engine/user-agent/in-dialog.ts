import { isIP } from 'node:net';
import type { Dialog } from '../dialog/dialog.ts';
import { routeWithinDialog, type Routed } from '../dialog/route-set.ts';
import { HeaderList } from '../message/header-list.ts';
import type { SipMessage } from '../message/message.ts';
import { newBranch } from '../transaction/branch.ts';
import type { Hop } from '../transport/transport.ts';
import { contactOf } from './response-builder.ts';
import { nextHopOf, resolveHop } from './next-hop.ts';
import type { OrderText } from '../control/owner.ts';
import { buildRequest } from './request-builder.ts';
import type { Shared } from './shared.ts';

/** Requests that carry the dialog's Contact: target refresh requests and those whose answer comes by a request. */
const CARRIES_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

export const NOTHING_TO_ADD: Pick<OrderText, 'headers' | 'body'> = { headers: new HeaderList(), body: '' };

/**
 * Where the dialog's next request goes: RFC 3261 §12.2.1.1. When that has no address or no listener of ours reaches it, back
 * the way the peer's last message came. Names are resolved; undefined when there is no way.
 */
export function withDialogHop(
  shared: Shared,
  dialog: Dialog,
  then: (hop: Hop | undefined, routed: Routed) => void,
): void {
  const routed = routeWithinDialog(dialog.routeSet, dialog.target);
  const next = nextHopOf(routed.nextHopUri, shared.protocols);
  const { flow } = dialog;
  const wayBack: Hop | undefined = flow && { protocol: flow.protocol, ...flow.remote };
  if (next.kind === 'hop') {
    then(shared.reachable(next.hop) ? throughTranslation(dialog, next.hop) : wayBack, routed);
  } else if (next.kind === 'refused' || (flow !== undefined && shared.isOpen(flow))) {
    // A stream that stands needs no look-up. One that ended is opened anew to where the name leads, never to the port it came from.
    then(wayBack, routed);
  } else {
    resolveHop(next, shared.resolver, shared.reachable)
      .then(hop => {
        then(hop ?? wayBack, routed);
      })
      .catch((error: unknown) => {
        shared.log.error({ err: error, dialogId: dialog.id }, 'a request could not be sent');
      });
  }
}

/**
 * A peer behind an address translator writes its private address into Contact. Without a route set, and when its messages
 * come from a public address, requests go back to where they came from (as RFC 5626 §4.3 does with an edge).
 */
function throughTranslation(dialog: Dialog, hop: Hop): Hop {
  const { flow } = dialog;
  if (flow === undefined || dialog.routeSet.length > 0 || hop.address === flow.remote.address) return hop;
  return isPrivate(hop.address) && !isPrivate(flow.remote.address)
    ? { protocol: flow.protocol, ...flow.remote }
    : hop;
}

/** RFC 1918 §3. */
function isPrivate(address: string): boolean {
  if (isIP(address) !== 4) return false;
  if (address.startsWith('10.') || address.startsWith('192.168.')) return true;
  return /^172\.(1[6-9]|2\d|3[01])\./.test(address);
}

export interface InDialogParts {
  readonly method: string;
  readonly cseq: number;
  readonly hop: Hop;
  readonly routed: Routed;
}

/** RFC 3261 §12.2.1.1: a request within a dialog. Undefined when no listener of ours can reach the hop. */
export function buildInDialog(
  shared: Shared,
  dialog: Dialog,
  parts: InDialogParts,
  text: Pick<OrderText, 'headers' | 'body'> = NOTHING_TO_ADD,
): SipMessage | undefined {
  const own = shared.addresses.ours(parts.hop, dialog.flow);
  if (own === undefined) return undefined;
  const withContact = CARRIES_CONTACT.has(parts.method);
  return buildRequest(
    {
      method: parts.method,
      requestUri: parts.routed.requestUri,
      branch: newBranch(),
      protocol: parts.hop.protocol,
      own,
      routes: parts.routed.routes,
      from: dialog.localParty,
      to: dialog.remoteParty,
      callId: dialog.callId,
      cseq: parts.cseq,
      contacts: withContact ? [contactOf(text, own, parts.hop.protocol, dialog.localContact)] : [],
    },
    text,
  );
}
