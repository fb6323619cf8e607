/** A SIP message as the replay sees it: read leniently, by code that is not the engine's. */
export interface SipText {
  /** `INVITE` or `200`. */
  readonly startToken: string;
  readonly startLine: string;
  readonly isRequest: boolean;
  /** Lower-case name, value without outer blanks; in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function readSip(octets: string): SipText {
  const end = octets.indexOf('\r\n\r\n');
  const head = (end < 0 ? octets.trimEnd() : octets.slice(0, end)).split('\r\n');
  const startLine = head[0] ?? '';
  const isRequest = !startLine.startsWith('SIP/2.0 ');
  const headers = head.slice(1).map(line => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const startToken = startLine.split(' ')[isRequest ? 0 : 1] ?? '';
  return { startToken, startLine, isRequest, headers, body: end < 0 ? '' : octets.slice(end + 4) };
}

export function headerOf(message: SipText, name: string): string | undefined {
  return message.headers.find(([key]) => key === name)?.[1];
}

/** Method and status in one word: `INVITE`, `200 INVITE`. */
export function signatureOf(message: SipText): string {
  if (message.isRequest) return message.startToken;
  return `${message.startToken} ${headerOf(message, 'cseq')?.split(' ')[1] ?? ''}`;
}

export function tagOf(message: SipText, header: 'from' | 'to'): string | undefined {
  return /;tag=([^;>\s]+)/.exec(headerOf(message, header) ?? '')?.[1];
}

export function branchOf(message: SipText): string | undefined {
  return /;branch=([^;,\s]+)/.exec(headerOf(message, 'via') ?? '')?.[1];
}

export function cseqOf(message: SipText): { number: number; method: string } {
  const [number = '', method = ''] = (headerOf(message, 'cseq') ?? '').split(/\s+/);
  return { number: Number(number), method };
}
