import { isHost } from '../engine/message/host.ts';
import { param, parseUri } from '../engine/message/uri.ts';

/** Checks a SIP URI that calls are sent to and gives it back as it is (RFC 3261 §19.1.1, without headers). */
export function parseTargetUri(text: string): string | Error {
  const flaw = flawOf(text);
  return flaw === undefined ? text : new Error(`"${text}": ${flaw}`);
}

function flawOf(text: string): string | undefined {
  const uri = parseUri(text);
  if (uri === undefined || uri.scheme === 'tel') return 'expected a SIP URI like sip:10.0.0.1:5060';
  const transport = param(uri, 'transport')?.toLowerCase();
  if (uri.scheme === 'sips' || transport === 'tls') return 'TLS is not supported yet';
  if (transport !== undefined && transport !== 'udp' && transport !== 'tcp')
    return `transport ${transport} is not supported yet`;
  if (uri.headers !== undefined) return 'a target has no headers';
  if (!isHost(uri.host)) return `${uri.host} is no host`;
  return uri.port === 0 ? 'port 0 cannot be reached by others' : undefined;
}
