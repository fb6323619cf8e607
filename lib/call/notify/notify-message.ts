import { BATON_PACKAGE } from '../../attached-data/info-package.ts';
import { encodeEvent, EVENT_CONTENT_TYPE } from '../../events/encode.ts';
import type { NotifyMode } from '../../routing/trunk.ts';
import { offerHeaders } from '../relay/capabilities.ts';
import type { Leg } from '../leg.ts';
import type { Notification } from './notify-queue.ts';
import { hasOwedFor, takeOwedLines } from '../data/owed-lines.ts';
import type { MidCallMethod, Payload } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** What a neighbour is sent when data has changed: by its trunk's notify mode. */

/** The method that carries header lines in this mode; undefined: the mode tells by bodies, or not at all. */
export function headerMethod(mode: NotifyMode): MidCallMethod | undefined {
  switch (mode) {
    case 'info-headers':
      return 'INFO';
    case 'update-headers':
      return 'UPDATE';
    case 'reinvite-headers':
      return 'INVITE';
    case 'info':
    case 'info-package':
    case 'none':
      return undefined;
    default:
      return mode satisfies never;
  }
}

/**
 * Does the peer take what its mode sends? RFC 3261 §20.5: Allow lists what it takes; without one nothing is known, and
 * INFO is tried. RFC 3311 §4: UPDATE only to a peer that lists it. RFC 6086 §5.2.1: a package only to a peer whose
 * Recv-Info lists it.
 */
export function takesNotifications({ trunk, allow, recvInfo }: Leg): boolean {
  switch (trunk.notify) {
    case 'info':
    case 'info-headers':
      return allow?.info !== false;
    case 'info-package':
      return allow?.info !== false && recvInfo?.ours === true;
    case 'update-headers':
      return allow?.update === true;
    case 'reinvite-headers':
      return true;
    case 'none':
      return false;
    default:
      return trunk.notify satisfies never;
  }
}

/** In a mode that tells by headers: is anything owed that such a message may carry? In other modes there always is. */
export function hasNews(turn: Turn, leg: Leg): boolean {
  const message = headerMethod(leg.trunk.notify);
  return message === undefined || hasOwedFor(turn, leg, { message, inDialog: true, carried: [] });
}

export interface NotifyRequest {
  readonly method: MidCallMethod;
  readonly payload: Payload;
}

/** The request that tells it; undefined when no header line is left to tell. */
export function notifyRequest(turn: Turn, leg: Leg, notification: Notification): NotifyRequest | undefined {
  const method = headerMethod(leg.trunk.notify);
  if (method === undefined) return { method: 'INFO', payload: eventPayload(turn, leg, notification) };
  const lines = takeOwedLines(turn, leg.id, { message: method, inDialog: true, carried: [] });
  if (lines.length === 0) return undefined;
  // RFC 3311 §5.1: an UPDATE without offer changes no session; Allow and Supported are as in any other.
  return { method, payload: { headers: method === 'UPDATE' ? [...lines, ...offerHeaders(leg)] : lines } };
}

/** VoIP entries never ride on SIP. RFC 3261 §18.1.1: over UDP the request stays under 1,300 octets. */
function eventPayload(turn: Turn, { trunk, stream }: Leg, { event, changedKeys }: Notification): Payload {
  const { notifyKeys } = trunk;
  const content = encodeEvent(event, {
    changedKeys,
    leaveOutScopes: ['voip'],
    ...(notifyKeys !== undefined && { keys: notifyKeys }),
    ...(!stream && { maxBytes: turn.env.notify.maxBytes }),
  });
  const body = { contentType: EVENT_CONTENT_TYPE, content };
  if (trunk.notify !== 'info-package') return { headers: [], body };
  return { headers: inOurPackage, body: { ...body, more: asPackage } };
}

/** RFC 6086 §4.2.1, §8.2: the package is named, and the body is the package's. */
const inOurPackage = [{ name: 'Info-Package', value: BATON_PACKAGE }];
const asPackage = [{ name: 'Content-Disposition', value: 'Info-Package' }];
