import { parseHostPort } from './address.ts';
import { BadValue } from './field.ts';

/** Checks a SIP URI that calls are sent to and gives it back as it is (RFC 3261 §19.1.1, without headers). */
export function parseTargetUri(text: string): string {
  const lower = text.toLowerCase();
  if (lower.startsWith('sips:') || lower.includes(';transport=tls'))
    throw new BadValue(`"${text}": TLS is not supported yet`);
  if (!lower.startsWith('sip:')) throw new BadValue(`"${text}": expected a SIP URI like sip:10.0.0.1:5060`);
  if (/[\s<>"?]/.test(text))
    throw new BadValue(`"${text}": a target has no spaces, brackets, quotes or headers`);
  const [address = '', ...parameters] = text.slice('sip:'.length).split('@').slice(-1).join('').split(';');
  parseHostPort(address);
  checkTransport(parameters, text);
  return text;
}

function checkTransport(parameters: readonly string[], text: string): void {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.toLowerCase().split('=');
    if (name !== 'transport' || value === 'udp' || value === 'tcp') continue;
    throw new BadValue(`"${text}": transport ${value} is not supported yet`);
  }
}
