import { readFileSync } from 'node:fs';

/** One thing the recorder saw. `from` and `to` are `UAC`, `UAS`, `server` or an application (`app1`, …). */
export interface TraceStep {
  /** Line of the file, for messages. */
  readonly line: number;
  readonly atMs: number;
  readonly kind: 'sip' | 'control' | 'connect' | 'close';
  readonly from: string;
  readonly to: string;
  /** The octets as they went over the wire; empty for `connect` and `close`. */
  readonly octets: string;
  /** What the recorder counted. */
  readonly sizeBytes: number;
}

const headLine =
  /^########## \+([\d.]+)s {2}(?:(SIP|CTL) {2})?(\S+) -> (\S+) {2}(?:\[TCP (\w+)\] {2})?\((\d+) bytes\)$/;

/** The recorder writes peers of SIP as `UAC:6160` and the server as `drachtio:5180` or `server`. */
function party(written: string): string {
  const name = written.split(':')[0] ?? '';
  return name === 'drachtio' ? 'server' : name;
}

/** The recorder turned CRLF into LF and trimmed the end of each message. */
function octetsOf(lines: readonly string[], sizeBytes: number): string {
  const trimmed = Buffer.from(lines.join('\r\n').trimEnd(), 'utf8').toString('latin1');
  return trimmed + '\r\n\r\n'.slice(0, Math.max(0, sizeBytes - trimmed.length));
}

function kindOf(protocol: string | undefined, tcp: string | undefined): TraceStep['kind'] {
  if (tcp === 'connect') return 'connect';
  if (tcp !== undefined) return 'close';
  return protocol === 'SIP' ? 'sip' : 'control';
}

export function parseTrace(text: string): TraceStep[] {
  const lines = text.split('\n');
  const heads = lines.flatMap((line, at) => {
    const match = headLine.exec(line);
    return match === null ? [] : [{ at, match }];
  });
  return heads.map(({ at, match }, index) => {
    const [, seconds, protocol, from = '', to = '', tcp, size] = match;
    const sizeBytes = Number(size);
    return {
      line: at + 1,
      atMs: Number(seconds) * 1000,
      kind: kindOf(protocol, tcp),
      from: party(from),
      to: party(to),
      octets: octetsOf(lines.slice(at + 1, heads[index + 1]?.at ?? lines.length), sizeBytes),
      sizeBytes,
    };
  });
}

export function readTrace(name: string): TraceStep[] {
  return parseTrace(readFileSync(new URL(`../fixtures/traces/${name}.txt`, import.meta.url), 'utf8'));
}
