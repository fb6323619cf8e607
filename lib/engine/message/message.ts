import type { ByteString } from './bytes.ts';
import { type CSeq, parseCSeq } from './cseq.ts';
import type { HeaderList } from './header-list.ts';
import { tagOf } from './name-addr.ts';
import { parseVia, type Via } from './via.ts';

export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly requestUri: ByteString }
  | { readonly kind: 'response'; readonly status: number; readonly reason: ByteString };

/**
 * One SIP message: start line, header lines as they came, body. Typed views are made when asked for and kept while the
 * header they were made from has not been replaced.
 */
export class SipMessage {
  readonly start: StartLine;
  readonly headers: HeaderList;
  body: ByteString;
  /** Octets on the wire, noted by `parseMessage` and `serializeMessage`; 0 before. */
  wireBytes = 0;
  #cseq: CSeq | undefined;
  #via: Via | undefined;
  #viaSource: ByteString | undefined;

  constructor(start: StartLine, headers: HeaderList, body: ByteString = '') {
    this.start = start;
    this.headers = headers;
    this.body = body;
  }

  get isRequest(): boolean {
    return this.start.kind === 'request';
  }

  /** The method of a request, the CSeq method of a response. */
  get method(): string {
    return this.start.kind === 'request' ? this.start.method : this.cseq.method;
  }

  /** 0 on a request. */
  get status(): number {
    return this.start.kind === 'response' ? this.start.status : 0;
  }

  /** Empty on a response. */
  get requestUri(): ByteString {
    return this.start.kind === 'request' ? this.start.requestUri : '';
  }

  /** Empty when missing: `parseMessage` lets no message without one through. */
  get callId(): ByteString {
    return this.headers.get('call-id') ?? '';
  }

  get cseq(): CSeq {
    this.#cseq ??= parseCSeq(this.headers.get('cseq') ?? '') ?? { number: -1, method: '' };
    return this.#cseq;
  }

  get fromTag(): string {
    return tagOf(this.headers.get('from') ?? '');
  }

  /** Empty when there is none. */
  get toTag(): string {
    return tagOf(this.headers.get('to') ?? '');
  }

  /** The topmost Via value, or undefined when there is none or it cannot be read. */
  get topVia(): Via | undefined {
    const source = this.headers.get('via');
    if (source === undefined) return undefined;
    if (source !== this.#viaSource) {
      this.#viaSource = source;
      this.#via = parseVia(source);
    }
    return this.#via;
  }
}
