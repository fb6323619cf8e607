import { EVENT_CONTENT_TYPE } from '../lib/events/encode.ts';
import { SipText } from './sip-text.ts';

/** What SIPp writes above each message of its trace. */
const heading = /^-{40,} [\d-]+ [\d:.]+\n(?:UDP|TCP|TLS) message (received|sent) .*\n\n/m;

/** The messages that a SIPp received, in order, from the text of its `-trace_msg`. */
export function messagesReceived(trace: string): SipText[] {
  const [, ...parts] = trace.split(heading);
  return parts.flatMap((text, at) =>
    at % 2 === 1 && parts[at - 1] === 'received' ? [new SipText(text.replace(/\n$/, ''), 0)] : [],
  );
}

/** The events among them; a repeated request counts once. */
export function eventsReceived(trace: string): unknown[] {
  const seen = new Set<string>();
  return messagesReceived(trace).flatMap(message => {
    const id = `${message.get('Call-ID')} ${message.get('CSeq')}`;
    if (message.get('Content-Type') !== EVENT_CONTENT_TYPE || seen.has(id)) return [];
    seen.add(id);
    // SIPp writes its complaints behind a message.
    const body = Buffer.from(message.body)
      .subarray(0, Number(message.get('Content-Length')))
      .toString();
    return [JSON.parse(body) as unknown];
  });
}
