import type { ByteString } from '../message/bytes.ts';

/** What was cut out of the stream. */
export type Cut =
  | { readonly kind: 'frame'; readonly payload: ByteString }
  /** Longer than allowed. `head` is its beginning, enough to read the request id; its bytes are skipped. */
  | { readonly kind: 'too-large'; readonly head: ByteString; readonly sizeBytes: number }
  /** Not this protocol: nothing after it can be trusted, and nothing more is cut. */
  | { readonly kind: 'garbage'; readonly reason: string };

const empty: Buffer = Buffer.alloc(0);
const hash = 0x23;
const digit0 = 0x30;
const digit9 = 0x39;
/** Nine digits: no honest frame is near 1 GB. */
const maxDigits = 9;
/** How much of an over-long frame is kept: a request id is a UUID of 36 characters. */
const headBytes = 128;
/** A buffer larger than this is given back after the frame it was needed for. */
const keptBufferBytes = 65_536;

/** One frame on the wire (control protocol §1): byte count, `#`, payload. An empty payload would kill the client. */
export function encodeFrame(payload: ByteString): ByteString {
  return `${payload.length}#${payload}`;
}

/**
 * Cuts a byte stream into frames, however it was split or joined on the way.
 *
 *     push(chunk) → next() … next() → undefined: more bytes are needed
 *
 *     count ──#──→ payload ──complete──→ count
 *       │  └─over limit──→ head ──128 bytes──→ skip ──end of frame──→ count
 *       └─no number──→ broken
 *
 * A frame that lies within one chunk is never copied; one that trickles is copied into a buffer that doubles, so
 * that the cost is linear and an announced size costs nothing until its bytes have come.
 */
export class FrameCutter {
  /** Longest payload accepted from now on. */
  limitBytes: number;
  #state: 'count' | 'payload' | 'head' | 'skip' | 'broken' = 'count';
  #chunk = empty;
  #at = 0;
  #digits = 0;
  #sizeBytes = 0;
  #held = empty;
  #heldBytes = 0;
  #skipBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Takes the next bytes of the stream. `chunk` is not kept beyond the `next()` that returns undefined. */
  push(chunk: Buffer): void {
    this.#chunk =
      this.#at < this.#chunk.length ? Buffer.concat([this.#chunk.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
  }

  /** The next piece, or undefined when more bytes are needed. Garbage is reported once. */
  next(): Cut | undefined {
    while (this.#at < this.#chunk.length && this.#state !== 'broken') {
      const cut = this.#step();
      if (cut !== undefined) return cut;
    }
    this.#chunk = empty;
    this.#at = 0;
    return undefined;
  }

  #step(): Cut | undefined {
    switch (this.#state) {
      case 'count':
        return this.#readCount();
      case 'payload':
        return this.#readPayload();
      case 'head':
        return this.#readHead();
      case 'skip':
        this.#skip();
        return undefined;
      case 'broken':
        return undefined;
    }
  }

  // §1: ASCII decimal, one `#`. Leading zeros are let pass; zero, a sign or anything else is not this protocol.
  #readCount(): Cut | undefined {
    while (this.#at < this.#chunk.length) {
      const octet = this.#chunk[this.#at] as number;
      this.#at += 1;
      if (octet === hash) return this.#beginPayload();
      if (octet < digit0 || octet > digit9) return this.#break('a byte count must be decimal digits');
      this.#digits += 1;
      if (this.#digits > maxDigits) return this.#break('the byte count has too many digits');
      this.#sizeBytes = this.#sizeBytes * 10 + (octet - digit0);
    }
    return undefined;
  }

  #beginPayload(): Cut | undefined {
    if (this.#sizeBytes === 0) return this.#break('a frame must not be empty');
    this.#state = this.#sizeBytes > this.limitBytes ? 'head' : 'payload';
    return undefined;
  }

  #readPayload(): Cut | undefined {
    const end = this.#at + this.#sizeBytes;
    if (this.#heldBytes === 0 && end <= this.#chunk.length) {
      const payload = this.#chunk.toString('latin1', this.#at, end);
      this.#at = end;
      this.#beginCount();
      return { kind: 'frame', payload };
    }
    this.#hold(this.#sizeBytes);
    if (this.#heldBytes < this.#sizeBytes) return undefined;
    const payload = this.#held.toString('latin1', 0, this.#sizeBytes);
    this.#beginCount();
    return { kind: 'frame', payload };
  }

  #readHead(): Cut | undefined {
    const wanted = Math.min(headBytes, this.#sizeBytes);
    this.#hold(wanted);
    if (this.#heldBytes < wanted) return undefined;
    const cut: Cut = {
      kind: 'too-large',
      head: this.#held.toString('latin1', 0, wanted),
      sizeBytes: this.#sizeBytes,
    };
    this.#skipBytes = this.#sizeBytes - wanted;
    this.#beginCount();
    if (this.#skipBytes > 0) this.#state = 'skip';
    return cut;
  }

  #skip(): void {
    const skipped = Math.min(this.#skipBytes, this.#chunk.length - this.#at);
    this.#at += skipped;
    this.#skipBytes -= skipped;
    if (this.#skipBytes === 0) this.#state = 'count';
  }

  /** Moves bytes of the chunk into the held buffer until that holds `wantedBytes`. */
  #hold(wantedBytes: number): void {
    const moved = Math.min(wantedBytes - this.#heldBytes, this.#chunk.length - this.#at);
    const neededBytes = this.#heldBytes + moved;
    if (neededBytes > this.#held.length) {
      const grown = Buffer.allocUnsafe(
        Math.max(neededBytes, Math.min(wantedBytes, this.#held.length * 2), 1024),
      );
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    this.#chunk.copy(this.#held, this.#heldBytes, this.#at, this.#at + moved);
    this.#heldBytes = neededBytes;
    this.#at += moved;
  }

  #beginCount(): void {
    this.#state = 'count';
    this.#digits = 0;
    this.#sizeBytes = 0;
    this.#heldBytes = 0;
    if (this.#held.length > keptBufferBytes) this.#held = empty;
  }

  #break(reason: string): Cut {
    this.#state = 'broken';
    this.#chunk = empty;
    this.#held = empty;
    return { kind: 'garbage', reason };
  }
}
