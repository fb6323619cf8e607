import { SipText } from '../../support/sip-text.ts';

/** One thing the engine sent, or the recorded server: a SIP message or a control frame. */
export interface Image {
  /** What decides the order: `SIP 180 INVITE`, `CTL sip network BYE`, `CTL response NOK`. */
  readonly signature: string;
  /** The fields of a frame's first line; none for SIP. */
  readonly tokens: readonly string[];
  readonly sip: SipText | undefined;
}

export function imageOfSip(octets: string): Image {
  const sip = readSip(octets);
  return { signature: `SIP ${signatureOf(sip)}`, tokens: [], sip };
}

/** `payload` is a frame without its length. */
export function imageOfFrame(payload: string): Image {
  const end = payload.indexOf('\r\n');
  const line = end < 0 ? payload : payload.slice(0, end);
  const tokens = line.split('|');
  const sip = end < 0 ? undefined : readSip(payload.slice(end + 2));
  const [, kind = '', second = '', third = ''] = tokens;
  if (kind === 'response') return { signature: `CTL response ${third}`, tokens, sip };
  return { signature: `CTL ${kind} ${second} ${sip === undefined ? '' : signatureOf(sip)}`, tokens, sip };
}

/** The octets of one message; where it came from does not matter here. */
export function readSip(octets: string): SipText {
  return new SipText(octets, 0);
}

/** Method and status in one word: `INVITE`, `180 INVITE`. */
function signatureOf(message: SipText): string {
  return message.status === 0 ? (message.start.split(' ')[0] ?? '') : `${message.status} ${message.method}`;
}
