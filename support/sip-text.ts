/** A SIP message as a test sees it: text, header lines as they came. */
export class SipText {
  readonly raw: string;
  readonly start: string;
  readonly lines: readonly (readonly [string, string])[];
  readonly body: string;
  /** Where it came from. */
  readonly port: number;

  constructor(raw: string, port: number) {
    const blank = raw.indexOf('\r\n\r\n');
    const [start = '', ...lines] = raw.slice(0, blank).split('\r\n');
    this.raw = raw;
    this.start = start;
    this.lines = lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
    });
    this.body = raw.slice(blank + 4);
    this.port = port;
  }

  /** 0 on a request. */
  get status(): number {
    return this.start.startsWith('SIP/2.0 ') ? Number(this.start.slice(8, 11)) : 0;
  }

  /** Of a request, or of the request that a response answers. */
  get method(): string {
    return this.cseq.method;
  }

  get requestUri(): string {
    return this.start.split(' ')[1] ?? '';
  }

  get cseq(): { readonly number: number; readonly method: string } {
    const [number = '', method = ''] = this.get('cseq').split(/\s+/);
    return { number: Number(number), method };
  }

  /** The value of the first line of that name; empty when there is none. */
  get(name: string): string {
    return this.all(name)[0] ?? '';
  }

  all(name: string): string[] {
    const key = name.toLowerCase();
    return this.lines.filter(([one]) => one.toLowerCase() === key).map(([, value]) => value);
  }

  tagOf(name: 'From' | 'To'): string {
    return /;\s*tag=([^;\s]+)/i.exec(this.get(name))?.[1] ?? '';
  }

  /** The URI in Contact. */
  get contactUri(): string {
    const contact = this.get('contact');
    return /<([^>]+)>/.exec(contact)?.[1] ?? contact;
  }
}
