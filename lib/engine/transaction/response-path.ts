import { withoutBrackets } from '../message/host.ts';
import { withoutZone } from '../message/ip-address.ts';
import type { SipMessage } from '../message/message.ts';
import { type Via, withReceived } from '../message/via.ts';
import type { Flow, Hop } from '../transport/transport.ts';

const DEFAULT_SIP_PORT = 5060;

/**
 * Writes into the top Via where a request really came from, so that everyone who copies the Via sends its
 * response there.
 *
 * RFC 3261 §18.2.1: `received` whenever the host of sent-by is not the source address. RFC 3581 §4: a client
 * that asks with `rport` gets the source port, and then `received` in any case. A `received` that was there
 * before is not believed.
 */
export function noteSource(request: SipMessage, via: Via, flow: Flow): void {
  const source = withoutZone(flow.remote.address);
  const asked = via.rport !== undefined;
  const sentByIsSource = withoutBrackets(via.host) === source;
  if (sentByIsSource && !asked && via.received === undefined) return;
  const line = request.headers.get('via') ?? '';
  request.headers.replaceFirst('via', withReceived(line, source, asked ? flow.remote.port : undefined));
}

/**
 * Where a response goes (RFC 3261 §18.2.2, RFC 3581 §4): the source address, and on UDP the source port if
 * `rport` asked for it, else the port of sent-by. On streams this is where a new connection is opened when
 * the flow is gone.
 *
 * `maddr` is ignored: it was made for multicast, and following it would let any sender aim our responses at
 * anyone.
 */
export function responseHop(via: Via, flow: Flow): Hop {
  const { address, port: sourcePort } = flow.remote;
  const sentByPort = via.port ?? DEFAULT_SIP_PORT;
  const port = flow.protocol === 'udp' && via.rport !== undefined ? sourcePort : sentByPort;
  return { protocol: flow.protocol, address, port };
}
