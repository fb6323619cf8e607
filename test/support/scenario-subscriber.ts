import { SseReader, WebSocketReader } from '../../support/stream-readers.ts';
import type { SubscriberStory } from './scenario-third-party.ts';
import { fillInJson } from './words.ts';

/** An event or a gap, with its position in the stream. */
export interface StreamItem {
  readonly position: string;
  readonly event?: unknown;
  readonly gap?: unknown;
}

/** One stream, from the answer to its end. */
interface Reading {
  readonly items: readonly StreamItem[];
  /** With which a client goes on who has seen all of it. */
  readonly position: string | undefined;
  /** Code with which Baton ended it. */
  readonly cut: string | undefined;
  pause(): void;
  resume(): void;
  /** Settles with the end, which must come. */
  end(): Promise<void>;
  close(): void;
}

interface Opening {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly after: string | undefined;
}

/** The stream was answered with this status instead. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`answered ${status}`);
    this.status = status;
  }
}

/** A subscriber of a story with all it was told, in one stream or several. */
export class StorySubscriber {
  readonly story: SubscriberStory;
  readonly #url: string;
  readonly #readings: Reading[] = [];
  #status: number | undefined;
  #hasLeft = false;

  constructor(story: SubscriberStory, httpUrl: string) {
    this.story = story;
    this.#url = `${httpUrl}/v1/events`;
  }

  get items(): readonly StreamItem[] {
    return this.#readings.flatMap(({ items }) => items);
  }

  get eventCount(): number {
    return this.items.filter(({ event }) => event !== undefined).length;
  }

  /** Of the last answer; undefined: there was none. */
  get status(): number | undefined {
    return this.#status;
  }

  /** Code with which Baton ended the last stream. */
  get cut(): string | undefined {
    return this.#readings.at(-1)?.cut;
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Comes, or comes back with the last position it saw. */
  async subscribe(words: ReadonlyMap<string, string>): Promise<void> {
    const { carrier, token, query, reads } = this.story;
    const opening: Opening = {
      url: this.#url + queryText(fillInJson(query, words)),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      after: this.#readings.findLast(({ position }) => position !== undefined)?.position,
    };
    try {
      const reading = await (carrier === 'sse' ? openSse : openWebSocket)(opening);
      this.#readings.push(reading);
      this.#status = 200;
      this.#hasLeft = false;
      if (!reads) reading.pause();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#status = error.status;
    }
  }

  leave(): void {
    this.#hasLeft = true;
    this.#readings.at(-1)?.close();
  }

  read(): void {
    this.#readings.at(-1)?.resume();
  }

  /** Reads to the end of the last stream. */
  async finish(): Promise<void> {
    this.read();
    await this.#readings.at(-1)?.end();
  }
}

function queryText(query: SubscriberStory['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) parameters.append(name, value);
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

async function openSse({ url, headers, after }: Opening): Promise<Reading> {
  const reader = await SseReader.open(url, {
    ...headers,
    ...(after !== undefined && { 'last-event-id': after }),
  });
  const { statusCode = 0 } = reader.response;
  if (statusCode !== 200) {
    reader.close();
    throw new Refused(statusCode);
  }
  const json = (text: string | undefined): unknown => JSON.parse(text ?? 'null');
  return {
    get items() {
      const told = reader.told.filter(({ event }) => event !== 'cut');
      return told.map(({ id = '', event, data }) => ({
        position: id,
        [event === 'gap' ? 'gap' : 'event']: json(data),
      }));
    },
    get position() {
      return reader.blocks.findLast(({ id }) => id !== undefined)?.id;
    },
    get cut() {
      const last = reader.blocks.findLast(({ event }) => event === 'cut');
      return last === undefined ? undefined : (json(last.data) as { code: string }).code;
    },
    pause: () => void reader.response.pause(),
    resume: () => void reader.response.resume(),
    end: () => reader.until(() => reader.ended, 'the end of the stream'),
    close: () => reader.close(),
  };
}

async function openWebSocket({ url, headers, after }: Opening): Promise<Reading> {
  const address = after === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}after=${after}`;
  const reader = await WebSocketReader.open(address, headers).catch((error: unknown) => {
    const status = /Unexpected server response: (\d+)/.exec(String(error))?.[1];
    throw status === undefined ? error : new Refused(Number(status));
  });
  return {
    get items() {
      return reader.frames;
    },
    get position() {
      return reader.frames.at(-1)?.position;
    },
    get cut() {
      return reader.closed?.reason;
    },
    pause: () => reader.socket.pause(),
    resume: () => reader.socket.resume(),
    end: () => reader.until(() => reader.closed !== undefined, 'the end of the stream'),
    close: () => reader.close(),
  };
}
