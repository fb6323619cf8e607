import { type ByteString, detached } from './bytes.ts';
import { readHeaderSection } from './header-section.ts';
import { contentLengthOf } from './header-value.ts';
import type { MessageLimits } from './limits.ts';

export type StreamPiece =
  /** One whole message. */
  | { readonly kind: 'message'; readonly bytes: ByteString }
  /** RFC 5626 §3.5.1: a double CRLF between messages; it is answered with one CRLF. */
  | { readonly kind: 'keepalive-ping' }
  /** A single CRLF between messages. It is told when the next octet shows that it was not the first half of a ping. */
  | { readonly kind: 'pong' }
  /**
   * The stream cannot be cut any further: answer `status` (never pass `headerPart` on as a message), then close. Told
   * once, last.
   */
  | {
      readonly kind: 'broken';
      readonly status: 400 | 413 | 513;
      readonly reason: string;
      /** Start line and header lines as far as they came, to make the answer from. */
      readonly headerPart: ByteString;
    };

type State = 'between' | 'header' | 'body' | 'broken';

const PING: StreamPiece = { kind: 'keepalive-ping' };
const PONG: StreamPiece = { kind: 'pong' };
const CR = 0x0d;
const LF = 0x0a;

/**
 * Cuts a TCP stream into messages (RFC 3261 §18.3: by Content-Length, which every message on a stream must have).
 *
 *     between ──octet──▶ header ──blank line──▶ body ──last octet──▶ between
 *                          └──no or bad length, a limit passed──▶ broken
 *
 * Each octet is looked at once and copied once, however the stream arrives.
 */
export class StreamFramer {
  readonly #limits: MessageLimits;
  readonly #ready: StreamPiece[] = [];
  #taken = 0;
  #state: State = 'between';
  /** What has come of the current message: pieces of chunks, joined when it is complete. */
  #parts: ByteString[] = [];
  #headerBytes = 0;
  /** Octets of the unfinished header line, and whether the last one was CR. */
  #lineBytes = 0;
  #endsInCr = false;
  #bodyBytesMissing = 0;
  /** Line ends since the last message: 2 are a ping. `#endsInCr` says that half of one has come. */
  #lineEnds = 0;

  constructor(limits: MessageLimits) {
    this.#limits = limits;
  }

  push(chunk: ByteString): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'broken') {
      if (this.#state === 'between') at = this.#readBetween(chunk, at);
      else if (this.#state === 'header') at = this.#readHeader(chunk, at);
      else at = this.#readBody(chunk, at);
    }
  }

  /** The next piece, or undefined until more has been pushed. */
  next(): StreamPiece | undefined {
    const piece = this.#ready[this.#taken];
    if (piece === undefined) return undefined;
    this.#taken += 1;
    if (this.#taken === this.#ready.length) {
      this.#ready.length = 0;
      this.#taken = 0;
    }
    return piece;
  }

  #readBetween(chunk: ByteString, from: number): number {
    let at = from;
    for (; at < chunk.length; at += 1) {
      const octet = chunk.charCodeAt(at);
      if (octet === CR) this.#endsInCr = true;
      else if (octet === LF) this.#lineEnded();
      else break;
    }
    if (at === chunk.length) return at;
    if (this.#lineEnds === 1) this.#ready.push(PONG);
    this.#lineEnds = 0;
    this.#endsInCr = false;
    this.#state = 'header';
    return at;
  }

  /** A lone LF is no keep-alive: it is passed over. */
  #lineEnded(): void {
    if (!this.#endsInCr) return;
    this.#endsInCr = false;
    this.#lineEnds += 1;
    if (this.#lineEnds < 2) return;
    this.#lineEnds = 0;
    this.#ready.push(PING);
  }

  #readHeader(chunk: ByteString, from: number): number {
    let lineFrom = from;
    for (let lf = chunk.indexOf('\n', from); lf >= 0; lf = chunk.indexOf('\n', lineFrom)) {
      const lineBytes = this.#lineBytes + lf - lineFrom;
      const afterCr = lf > lineFrom ? chunk.charCodeAt(lf - 1) === CR : this.#endsInCr;
      this.#lineBytes = 0;
      this.#endsInCr = false;
      lineFrom = lf + 1;
      if (lineBytes === 0 || (lineBytes === 1 && afterCr)) {
        this.#takeHeader(chunk.slice(from, lineFrom));
        if (this.#state === 'header') this.#headerComplete();
        return lineFrom;
      }
    }
    this.#lineBytes += chunk.length - lineFrom;
    this.#endsInCr = chunk.charCodeAt(chunk.length - 1) === CR;
    this.#takeHeader(chunk.slice(from));
    return chunk.length;
  }

  #takeHeader(part: ByteString): void {
    this.#parts.push(part);
    this.#headerBytes += part.length;
    if (this.#headerBytes > this.#limits.maxMessageBytes) this.#break(513, 'Message Too Large');
  }

  #headerComplete(): void {
    const headerPart = this.#parts.join('');
    this.#parts = [headerPart];
    const linesFrom = headerPart.indexOf('\n') + 1;
    const section = readHeaderSection(headerPart, linesFrom, this.#limits);
    const length = contentLengthOf(section.headers);
    // Past the line limit Content-Length may have been among the lines not read.
    if (section.overLimit !== undefined) this.#break(513, section.overLimit.reason);
    else if (length === undefined) this.#break(400, 'Missing Content-Length');
    else if (length === 'bad') this.#break(400, 'Malformed Content-Length');
    else if (length > this.#limits.maxBodyBytes) this.#break(413, 'Request Entity Too Large');
    else if (length + this.#headerBytes > this.#limits.maxMessageBytes) this.#break(513, 'Message Too Large');
    else if (length === 0) this.#messageComplete();
    else {
      this.#bodyBytesMissing = length;
      this.#state = 'body';
    }
  }

  #readBody(chunk: ByteString, from: number): number {
    const to = Math.min(chunk.length, from + this.#bodyBytesMissing);
    this.#parts.push(chunk.slice(from, to));
    this.#bodyBytesMissing -= to - from;
    if (this.#bodyBytesMissing === 0) this.#messageComplete();
    return to;
  }

  #messageComplete(): void {
    // Detached: a message may be kept for a while, the chunk it was cut from need not be.
    this.#ready.push({ kind: 'message', bytes: detached(this.#parts.join('')) });
    this.#reset('between');
  }

  #break(status: 400 | 413 | 513, reason: string): void {
    this.#ready.push({ kind: 'broken', status, reason, headerPart: detached(this.#parts.join('')) });
    this.#reset('broken');
  }

  #reset(state: State): void {
    this.#parts = [];
    this.#headerBytes = 0;
    this.#state = state;
  }
}
