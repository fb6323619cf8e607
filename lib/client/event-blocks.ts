import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { BatonClientError } from './failure.ts';
import type { After } from './timing.ts';

/** What the stream says about itself before its first event. */
export interface StreamStart {
  /** Where the stream is now. */
  onPosition(position: string): void;
  /** How long to wait before coming back. */
  onRetry(retryMs: number): void;
}

export interface BlocksOptions extends StreamStart {
  readonly body: ReadableStream<Uint8Array>;
  /** A stream of which nothing comes for so long, no heartbeat either, is lost. */
  readonly silenceMs: number;
  readonly after: After;
}

/** More than any event takes: the data packed in 65,535 octets, escaped as JSON, and its attributes. */
const maxBlockChars = 1_048_576;

/** The blocks with data of server-sent events (WHATWG HTML §9.2), until the stream ends. Throws when it breaks or falls silent. */
export async function* readBlocks(options: BlocksOptions): AsyncGenerator<EventSourceMessage, void, void> {
  const { body, silenceMs, after, onRetry } = options;
  const arrived: EventSourceMessage[] = [];
  let fault: Error | undefined;
  const parser = createParser({
    onEvent: block => arrived.push(block),
    onRetry,
    onError: error => {
      if (error.type === 'max-buffer-size-exceeded') fault = error;
    },
    maxBufferSize: maxBlockChars,
  });
  const start = new StartReader(options);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await readInTime(reader, silenceMs, after);
      if (done) return;
      const text = decoder.decode(value, { stream: true });
      start.read(text);
      parser.feed(text);
      yield* arrived.splice(0);
      if (fault !== undefined) throw lost('the stream cannot be read', fault);
    }
  } finally {
    // Who has broken it does not care how it ends.
    void reader.cancel().catch(() => undefined);
  }
}

/**
 * WHATWG HTML §9.2.6: the id of a block without data counts too. The parser tells of blocks with data only, and the first block of
 * a stream is one without: it says where the stream is, for who loses it before the first event.
 */
class StartReader {
  readonly #start: StreamStart;
  /** Undefined: the first block has been read. */
  #text: string | undefined = '';

  constructor(start: StreamStart) {
    this.#start = start;
  }

  read(text: string): void {
    if (this.#text === undefined) return;
    this.#text += text;
    const end = this.#text.indexOf('\n\n');
    if (end < 0) return;
    const position = /^id: ?(.+)$/m.exec(this.#text.slice(0, end))?.[1];
    if (position !== undefined) this.#start.onPosition(position);
    this.#text = undefined;
  }
}

async function readInTime(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
  after: After,
): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> {
  let cancel: () => void = () => undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    cancel = after(silenceMs, () => reject(lost(`nothing has come for ${silenceMs} ms`)));
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    cancel();
  }
}

/** A stream that was open is no more. */
export function lost(why: string, cause?: unknown): BatonClientError {
  return new BatonClientError(`the event stream is lost: ${why}`, { code: 'unreachable' }, { cause });
}
