import { allowHeaders, optionsHeaders, packagesFor, unsupportedTags } from './capabilities.ts';
import { answerToInfo } from '../../attached-data/info-package.ts';
import { changeData, readData } from '../data/data.ts';
import { conveyedTo, notWithinDialog } from '../data/owed.ts';
import { respond } from './relay.ts';
import { onReferred } from '../transfer/refer.ts';
import { onSubscribed } from '../transfer/subscribe.ts';
import { relayRefer } from './relay-refer.ts';
import { relayOrHold } from './relay-request.ts';
import type { Leg } from '../leg.ts';
import type { SignalOf } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** A request within a dialog: answered here, or sent on to the other leg. */
export function onRequested(turn: Turn, signal: SignalOf<'requested'>): void {
  const known = turn.leg(signal.leg);
  if (known === undefined || turn.call.state === 'released') {
    respond(turn, signal.leg, signal.request, { status: 481 });
    return;
  }
  const leg = turn.learn(known, signal.payload);
  // RFC 3261 §8.2.1 before §8.2.2: first the method, then Require.
  if (!served.has(signal.method) && !isOfTransfer(signal.method, leg)) {
    notAllowed(turn, leg, signal);
    return;
  }
  const unsupported = unsupportedTags(signal.payload.headers);
  if (unsupported !== '') {
    const headers = [{ name: 'Unsupported', value: unsupported }];
    respond(turn, leg.id, signal.request, { status: 420, payload: { headers } });
    return;
  }
  serve(turn, leg, signal);
}

/** RFC 3261 §20.5: what Allow says, without those that have signals of their own. */
const served = new Set(['INVITE', 'UPDATE', 'INFO', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'REFER']);

/** RFC 3515 §2.4.4: SUBSCRIBE refreshes or ends the subscription that a REFER made. */
function isOfTransfer(method: string, { trunk }: Leg): boolean {
  return method === 'SUBSCRIBE' && trunk.transfer !== 'reject';
}

function notAllowed(turn: Turn, leg: Leg, { request }: SignalOf<'requested'>): void {
  respond(turn, leg.id, request, { status: 405, payload: { headers: allowHeaders(leg) } });
}

function serve(turn: Turn, leg: Leg, signal: SignalOf<'requested'>): void {
  switch (signal.method) {
    case 'OPTIONS':
      // A keep-alive of this leg: the other one has its own.
      respond(turn, leg.id, signal.request, { status: 200, payload: { headers: optionsHeaders(leg.trunk) } });
      return;
    case 'INFO':
      serveInfo(turn, leg, signal);
      return;
    case 'INVITE':
    case 'UPDATE': {
      const { operations } = readData(turn, leg, signal.payload, { method: signal.method, inDialog: true });
      relayOrHold(turn, { operations, ...heldFrom(turn, signal) });
      return;
    }
    case 'REFER':
      serveRefer(turn, leg, signal);
      return;
    case 'SUBSCRIBE':
      serveSubscribe(turn, leg, signal);
      return;
    default:
      relayOrHold(turn, { operations: [], ...heldFrom(turn, signal) });
  }
}

/** A transfer, by the mode of the trunk that wants it. */
function serveRefer(turn: Turn, leg: Leg, signal: SignalOf<'requested'>): void {
  switch (leg.trunk.transfer) {
    case 'relay':
      relayRefer(turn, leg, signal);
      return;
    case 'reject':
      // RFC 3515 §2.4.2: who declines a REFER may say so by any final response; 603 says that nobody else would.
      respond(turn, leg.id, signal.request, { status: 603 });
      return;
    case 'handle':
      onReferred(turn, leg, signal);
  }
}

/** Whoever has answered the REFER has the subscription. */
function serveSubscribe(turn: Turn, leg: Leg, signal: SignalOf<'requested'>): void {
  if (leg.trunk.transfer === 'relay') relayOrHold(turn, { operations: [], ...heldFrom(turn, signal) });
  else onSubscribed(turn, leg, signal);
}

/**
 * Data in an INFO counts at once, unless we refuse it. Data alone is for us; whatever else is in it is for the
 * other side.
 */
function serveInfo(turn: Turn, leg: Leg, signal: SignalOf<'requested'>): void {
  const { payload, request } = signal;
  const answer = answerToInfo(payload.headers, packagesFor(leg.trunk));
  if (answer.kind === 'refused') {
    const headers = answer.status === 469 ? [{ name: 'Recv-Info', value: answer.recvInfo }] : [];
    respond(turn, leg.id, request, { status: answer.status, payload: { headers } });
    return;
  }
  const { operations, dataOnly, isBatonEvent } = readData(turn, leg, payload, {
    method: 'INFO',
    inDialog: true,
  });
  // Two Batons must not tell each other the same news for ever.
  if (isBatonEvent) {
    respond(turn, leg.id, request, { status: 200 });
    return;
  }
  // RFC 6086 §4.2.2: our own package was agreed upon with us, and not with the other side.
  if (dataOnly || answer.kind === 'accepted') {
    respond(turn, leg.id, request, { status: 200 });
    changeData(turn, leg, operations);
  } else if (relayOrHold(turn, { operations, ...heldFrom(turn, signal) })) {
    const other = turn.peerOf(leg);
    changeData(turn, leg, operations, other && conveyedTo(other.id, operations, notWithinDialog(operations)));
  }
}

function heldFrom(turn: Turn, { leg, request, method, payload }: SignalOf<'requested'>) {
  return { from: leg, request, method, payload, sinceMs: turn.nowMs };
}
